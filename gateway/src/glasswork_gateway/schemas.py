"""What the API takes and gives, as types: the OpenAPI document is made from these."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from glasswork_sdk.document import Split
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Item = TypeVar("Item")
Graph = Annotated[dict[str, Any], Field(description="A model document: model.json, format 1.")]
State = Literal["PENDING", "RUNNING", "PAUSED", "SUCCEEDED", "FAILED", "CANCELLED"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next_page_token: str = Field(description="Give it as page_token to go on; empty at the end.")


class Health(BaseModel):
    """How Glasswork is."""

    status: Literal["ok", "starting", "degraded"]
    version: str
    services: dict[str, Literal["serving", "starting", "down"]]


class SessionRequest(_Request):
    """What is shown for a session: one of the two."""

    token: str | None = None
    code: str | None = Field(None, description="The code after # in the printed address; good once.")


class Port(BaseModel):
    """A named input or output."""

    name: str
    rank: int | None
    dtype: str | None
    required: bool
    repeated: bool


class ComponentType(BaseModel):
    """What a plugin offers."""

    type: str
    title: str
    summary: str
    category: str
    plugin: str
    inputs: list[Port]
    outputs: list[Port]
    settings_schema: dict[str, Any]
    documentation: str
    training: bool
    metrics: list[str]
    keywords: list[str]


class Plugin(BaseModel):
    """An installed plugin."""

    name: str
    version: str
    distribution: str
    component_types: list[str]
    error: str | None


class Rule(BaseModel):
    """One kind of finding, and its reasons; a page of it is at /docs/diagnostics/CODE."""

    code: str
    severity: Literal["error", "warning", "tip"]
    title: str
    why: str
    remedy: str


class Baseline(BaseModel):
    """What a trivial answer reaches."""

    name: str
    value: float


class Template(BaseModel):
    """A ready model that ships with Glasswork."""

    name: str = Field(description="Unique among templates and examples; what POST /models takes as template.")
    title: str
    teaches: str = Field(description="Three sentences.")
    metric: str = Field(description="The metric of the test that goal and baseline are about.")
    lower_is_better: bool
    goal: float = Field(description="What the model should reach on the test rows.")
    baseline: Baseline
    graph: dict[str, Any]


class Example(BaseModel):
    """A dataset that ships with Glasswork, and the ready models for it."""

    name: str
    title: str
    summary: str
    targets: list[str]
    licence: str
    templates: list[Template]


class Device(BaseModel):
    """Where a run can train."""

    name: str
    kind: str
    description: str
    memory_bytes: int | None


class Feature(BaseModel):
    """A column."""

    type: str
    types: list[str]
    statistics: dict[str, Any]


class Warning_(BaseModel):
    """What a user should know before training on a dataset."""

    model_config = ConfigDict(title="DatasetWarning")

    code: str
    message: str
    feature: str | None


class Dataset(BaseModel):
    """A dataset and what it holds."""

    id: str
    name: str
    hash: str
    created: str
    rows: int
    table: str
    features: dict[str, Feature]
    targets: list[str]
    warnings: list[Warning_]


class ImportRequest(_Request):
    """A dataset that is on the machine of Glasswork already: one of the two."""

    example: str | None = None
    path: str | None = Field(None, description="A file or folder below GLASSWORK_DATA_ROOTS.")


class GraphRequest(_Request):
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


class Sample(_Request):
    """Which rows a preview shows."""

    split: Literal["train", "validation", "test"] = "train"
    index: int = Field(0, ge=0, description="Position within the split.")
    count: int = Field(1, ge=1, le=64)


class VariableReference(_Request):
    """A variable of a component."""

    component: str
    name: str = Field(description="An output port, a weight (kernel, bias), or a local variable of the class's call.")


class PreviewRequest(GraphRequest):
    """A graph to preview."""

    sample: Sample | None = None
    components: list[str] = Field([], description="Only these and those before them; empty for all.")
    variable: VariableReference | None = None


class SplitRequest(_Request):
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
            raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return self


class SuggestRequest(_Request):
    """A dataset to suggest a graph for."""

    dataset: str = Field(description="Id of a dataset, sha256: and a hash, or example:NAME.")
    inputs: list[str] = Field([], description="Columns to learn from; empty for all others.")
    targets: list[str] = Field([], description="Columns to predict; empty for what the dataset declares.")
    split: SplitRequest | None = None


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
    memory_bytes: int | None = Field(description="Peak memory of the training beyond what TensorFlow takes by itself.")
    epoch_seconds: float | None
    unknown: dict[str, str]


class Explanation(BaseModel):
    """Why something was chosen."""

    component: str | None
    text: str


class Suggestion(BaseModel):
    """A complete graph."""

    graph: Graph
    explanation: list[Explanation]


class CreateModel(_Request):
    """A model to make: from nothing, a graph, or a suggestion for a dataset or an example."""

    name: str = ""
    graph: Graph | None = None
    dataset: str | None = Field(None, description="Suggest a graph for this dataset.")
    inputs: list[str] = []
    targets: list[str] = []
    template: str | None = Field(
        None, description="Name of a template, or of an example for its data with the suggested graph."
    )


class RenameModel(_Request):
    """A model's new name."""

    name: str


class DuplicateModel(_Request):
    """The name of a copy; empty for one made from the original's."""

    name: str = ""


class Model(BaseModel):
    """A model."""

    id: str
    name: str
    created: str
    updated: str
    etag: str
    base: str | None = Field(description="The version that the working copy came from.")


class Etag(BaseModel):
    """The etag of the working copy as it is now."""

    etag: str


class SaveVersion(_Request):
    """A version to save: the working copy, or with a run what that run trained, its weights and metrics."""

    message: str = ""
    author: str = ""
    run: str | None = None
    expected_head: str | None = Field(None, description="The version expected to be the last; empty for none yet.")


class Version(BaseModel):
    """A version of a model."""

    id: str
    message: str
    author: str
    created: str
    metrics: dict[str, Any] | None
    parents: list[str]
    weights: str | None = Field(description="sha256 of its weights file.")


class VersionContent(Version):
    """A version with what it holds."""

    graph: Graph
    script: str


class Restore(_Request):
    """A version to go back to."""

    version: str


class CreateRun(_Request):
    """What to train: a model's working copy, one of its versions, or a graph."""

    model: str | None = None
    version: str | None = None
    graph: Graph | None = None
    devices: Literal["auto", "cpu"] | Annotated[list[str], Field(min_length=1)] = "auto"


class UpdateRun(_Request):
    """What to change in a run."""

    learning_rate: float | None = Field(None, gt=0)


class Resume(_Request):
    """How far to go on."""

    steps: int = Field(0, ge=0, description="Pause again after so many; 0 for never.")


class Run(BaseModel):
    """One training."""

    id: str
    model: str | None
    version: str | None
    state: State
    epoch: int
    epochs: int
    step: int
    steps: int
    progress: float
    metrics: dict[str, float | None]
    error: ComponentError | None
    end_reason: str | None
    created: str
    ended: str | None
    weights: str | None = Field(description="Hash of the final weights.")
    test: dict[str, Any] | None
    dataset: str | None
    training_type: str
    last_sequence: int
    environment: dict[str, str]


class MetricRow(BaseModel):
    """The metrics of one epoch."""

    epoch: int
    metrics: dict[str, float | None]


class Variable(BaseModel):
    """A variable of a component."""

    name: str
    kind: str
    shape: list[int | None]
    dtype: str
    statistics: Statistics | None
    visualization: Visualization | None


class Inspection(BaseModel):
    """The variables of a component of a run, on the preview sample."""

    step: int
    variables: list[Variable]


class StartTest(_Request):
    """The split to test on."""

    split: Literal["train", "validation", "test"] = "test"


class Test(BaseModel):
    """A test of a run."""

    id: str
    state: State
    progress: float
    split: str
    results: dict[str, Any] | None
    error: ComponentError | None


class StartExport(_Request):
    """The format to export to."""

    format: Literal["savedmodel", "keras", "tflite", "onnx"]


class Export(BaseModel):
    """An export of a run."""

    id: str
    state: State
    progress: float
    format: str
    file: str | None
    bytes: int
    max_difference: float | None
    error: ComponentError | None


class PredictRequest(_Request):
    """Rows to predict; an image is base64 of its file."""

    rows: list[dict[str, Any]] = Field(min_length=1, max_length=1000)


class Predictions(BaseModel):
    """A prediction for each row."""

    predictions: list[dict[str, Any]]


class Script(BaseModel):
    """The script that a run trained."""

    script: str
