"""What is asked of a graph, and answered."""

from __future__ import annotations

from typing import Any, Literal

from glasswork_sdk.document import Split
from glasswork_sdk.validation import violations
from pydantic import BaseModel, Field, ValidationError, model_validator

from glasswork_gateway.schemas.common import Graph, Request


class GraphRequest(Request):
    """A graph to look at."""

    graph: Graph


class ComponentRequest(GraphRequest):
    """A component of a graph."""

    component: str


class CodeEditRequest(ComponentRequest):
    """The whole code of a component, as edited."""

    text: str = Field(max_length=262_144)
    resolved: bool = Field(False, description="Whether it settles a conflict with the template.")


class CodeHunk(BaseModel):
    """Lines of merged code, or a conflict between what was written by hand and the template."""

    lines: list[str]
    conflict: bool
    base: list[str]
    custom: list[str]
    template: list[str]


class ComponentText(BaseModel):
    """The code of a component."""

    template: str
    code: str
    custom: bool
    hunks: list[CodeHunk]


class CodeEdit(BaseModel):
    """A graph after an edit of code, and the settings that moved."""

    graph: Graph
    settings: dict[str, Any]
    custom: bool


class Sample(Request):
    """Which rows a preview shows."""

    split: Literal["train", "validation", "test"] = "train"
    index: int = Field(0, ge=0, description="Position within the split.")
    count: int = Field(1, ge=1, le=64)


class VariableReference(Request):
    """A variable of a component."""

    component: str
    name: str = Field(description="An output port, a weight (kernel, bias), or a local variable of the class's call.")


class PreviewRequest(GraphRequest):
    """A graph to preview."""

    sample: Sample | None = None
    components: list[str] = Field([], description="Only these and those before them; empty for all.")
    variable: VariableReference | None = None


class SplitRequest(Request):
    """How to divide rows; the fractions sum to 1."""

    train: float = Field(0.7, gt=0, le=1)
    validation: float = Field(0.2, ge=0, le=1)
    test: float = Field(0.1, ge=0, le=1)
    seed: int = Field(123, ge=0, lt=2**31)

    @model_validator(mode="after")
    def _divides_all_rows(self) -> SplitRequest:
        try:
            Split.model_validate(self.model_dump())
        except ValidationError as error:
            raise ValueError(violations(error, Split)[0].description) from None
        return self


class ProfileRequest(Request):
    """How to read a dataset."""

    types: dict[str, str] = Field({}, description="Columns that are read as another of their types.")
    split: SplitRequest | None = Field(None, description="Figures are those of the training rows; 70/20/10 by default.")


class SuggestRequest(Request):
    """A dataset to suggest a graph for."""

    dataset: str = Field(description="Id of a dataset, sha256: and a hash, or example:NAME.")
    inputs: list[str] = Field([], description="Columns to learn from; empty for all others.")
    targets: list[str] = Field([], description="Columns to predict; empty for what the dataset declares.")
    split: SplitRequest | None = None
    types: dict[str, str] = Field({}, description="Columns that are read as another of their types.")


class PatchOperation(BaseModel):
    """One RFC 6902 operation."""

    op: str
    path: str
    from_: str | None = Field(None, alias="from")
    value: Any = None


class Diagnostic(BaseModel):
    """A finding about a graph."""

    severity: Literal["error", "warning", "tip"]
    code: str
    message: str
    component: str | None
    port: str | None
    setting: str | None
    line: int | None
    fix: list[PatchOperation] | None


class Diagnostics(BaseModel):
    """Findings about a graph."""

    diagnostics: list[Diagnostic]


class CodeOfComponent(BaseModel):
    """The part of a script that belongs to one component."""

    code: str
    first_line: int
    last_line: int


class Code(BaseModel):
    """The code of a graph; findings that forbid it are errors of the request."""

    script: str
    components: dict[str, CodeOfComponent]
    diagnostics: list[Diagnostic]


class Statistics(BaseModel):
    """Figures over a tensor's finite values."""

    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    nan_count: int
    zero_fraction: float | None = Field(None, description="Share of the values that are exactly 0.")


class Visualization(BaseModel):
    """A picture of a tensor: a PNG in base64, or values."""

    kind: str
    title: str
    width: int
    height: int
    png: str | None = None
    values: list[float | None] | None = None
    labels: list[str] | None = Field(None, description="A name for each value, or the texts themselves.")
    channels: int
    rows: int = Field(1, description="Rows of the sample that it shows.")
    min: float | None
    max: float | None


class ComponentError(BaseModel):
    """What failed, on a line of the component's code."""

    message: str
    line: int | None
    component: str | None
    code: str | None


class Output(BaseModel):
    """One output of a component, on the sample."""

    port: str
    shape: list[int | None] = Field(description="Without the batch axis.")
    dtype: str
    statistics: Statistics | None
    visualization: Visualization | None


class ComponentPreview(BaseModel):
    """What one component does to the sample; shape to visualization are those of its first output."""

    state: Literal["ok", "error", "blocked"]
    shape: list[int | None] | None
    dtype: str | None
    parameter_count: int
    statistics: Statistics | None
    visualization: Visualization | None
    error: ComponentError | None
    cached: bool
    cause: str | None
    executions: int
    milliseconds: float
    outputs: list[Output] | None = Field(None, description="All outputs, where there are several.")


class ComponentVariable(BaseModel):
    """A variable of a component on the sample; `kind` is null where it is not there, and `names` says what is."""

    component: str
    name: str
    kind: Literal["output", "weight", "local"] | None
    shape: list[int | None] | None = Field(description="Whole, with the batch axis where there is one.")
    dtype: str | None
    statistics: Statistics | None
    visualization: Visualization | None
    error: ComponentError | None
    names: list[str]


class Previews(BaseModel):
    """Previews by component, the findings about the graph and its values, and the variable that was asked for."""

    components: dict[str, ComponentPreview]
    diagnostics: list[Diagnostic]
    variable: ComponentVariable | None = None


class ComponentCost(BaseModel):
    """What one component costs."""

    parameters: int
    flops: int | None = Field(description="Floating-point operations of one call for one row.")
    unknown: str | None = Field(description="Why the operations are not known.")


class Cost(BaseModel):
    """What a model costs before it is trained; what is null stands in `unknown`, by name, with the reason."""

    components: dict[str, ComponentCost]
    parameters: int | None
    flops: int | None = Field(description="Floating-point operations of one forward pass for one row.")
    memory_bytes: int | None = Field(description="Growth of the private memory of the training process at its peak.")
    epoch_seconds: float | None = Field(description="Time of one epoch on the processor, validation included.")
    unknown: dict[str, str]


class Explanation(BaseModel):
    """Why something was chosen."""

    component: str | None
    text: str


class Suggestion(BaseModel):
    """A complete graph."""

    graph: Graph
    explanation: list[Explanation]
