"""Runs, their tests and their exports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from glasswork_gateway.schemas.common import Graph, Request, State
from glasswork_gateway.schemas.graphs import ComponentError, Statistics, Visualization


class CreateRun(Request):
    """What to train: a model's working copy, one of its versions, or a graph."""

    model: str | None = None
    version: str | None = None
    graph: Graph | None = None
    devices: Literal["auto", "cpu"] | Annotated[list[str], Field(min_length=1)] = "auto"


class UpdateRun(Request):
    """What to change in a run."""

    learning_rate: float | None = Field(None, gt=0)


class Resume(Request):
    """How far to go on."""

    steps: int = Field(0, ge=0, le=2**31 - 1, description="Pause again after so many; 0 for never.")


class Run(BaseModel):
    """One training."""

    id: str
    number: int = Field(description="Counted from 1 within its model; it stays the same when others are deleted.")
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
    test: dict[str, Any] | None = Field(
        description="What the test at the end came to. A list leaves out confusion matrices of more than 1,000 cells, "
        "and those of further targets."
    )
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


class StartTest(Request):
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


class StartExport(Request):
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


class PredictRequest(Request):
    """Rows to predict; an image is base64 of its file."""

    rows: list[dict[str, Any]] = Field(min_length=1, max_length=1000)


class Predictions(BaseModel):
    """A prediction for each row."""

    predictions: list[dict[str, Any]]


class PredictedSample(BaseModel):
    """A row of a dataset, what is true of it, and what the model says."""

    index: int = Field(description="Number of the row in the table, from 0.")
    row: dict[str, Any] = Field(description="The inputs, as predict takes them.")
    truth: dict[str, Any]
    prediction: dict[str, Any]


class PredictedSamples(BaseModel):
    """Rows of a split, beside what the model says of them."""

    samples: list[PredictedSample]
    total: int = Field(description="Rows of the split.")


class Script(BaseModel):
    """The script that a run trained."""

    script: str
