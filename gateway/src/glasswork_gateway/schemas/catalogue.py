"""What there is to work with: component types, plugins, rules, examples, devices, datasets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from glasswork_gateway.schemas.common import Request


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
    error: str | None


class PluginFailure(BaseModel):
    """A fault in the code of a plugin: in which method, template, rule or hook, and the file and line."""

    where: str
    error: str
    place: str | None


class Plugin(BaseModel):
    """An installed plugin."""

    name: str
    version: str
    distribution: str
    component_types: list[str]
    error: str | None
    failures: list[PluginFailure]


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


class ImportRequest(Request):
    """A dataset that is on the machine of Glasswork already: one of the two."""

    example: str | None = None
    path: str | None = Field(None, description="A file or folder below GLASSWORK_DATA_ROOTS.")
