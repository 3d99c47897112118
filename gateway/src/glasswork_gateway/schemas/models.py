"""Models and their versions."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from glasswork_gateway.schemas.common import Graph, Request, State


class CreateModel(Request):
    """A model to make: from nothing, a graph, or a suggestion for a dataset or an example."""

    name: str = ""
    graph: Graph | None = None
    dataset: str | None = Field(None, description="Suggest a graph for this dataset.")
    inputs: list[str] = Field(default_factory=list)
    targets: list[str] = Field(default_factory=list)
    template: str | None = Field(
        None, description="Name of a template, or of an example for its data with the suggested graph."
    )


class RenameModel(Request):
    """A model's new name."""

    name: str


class DuplicateModel(Request):
    """The name of a copy; empty for one made from the original's."""

    name: str = ""


class LastRun(BaseModel):
    """The last training of a model, in short."""

    id: str
    state: State
    progress: float
    created: str
    ended: str | None
    metrics: dict[str, float | None] = Field(description="Last value of each metric, by its Keras name.")
    test: dict[str, float] = Field(description="The figures of the test, by name; empty before one.")


class Model(BaseModel):
    """A model."""

    id: str
    name: str
    created: str
    updated: str
    etag: str
    base: str | None = Field(description="The version that the working copy came from.")
    component_count: int
    last_run: LastRun | None = Field(description="In the list alone; null elsewhere, and while the trainer is away.")


class Etag(BaseModel):
    """The etag of the working copy as it is now."""

    etag: str


class SaveVersion(Request):
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


class Restore(Request):
    """A version to go back to."""

    version: str
