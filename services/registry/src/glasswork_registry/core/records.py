"""What the registry tells about models, versions and datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glasswork_sdk.document import Document


@dataclass(frozen=True)
class Model:
    """A model; times in microseconds since 1970, `etag` the sha256 of the working copy's bytes."""

    slug: str
    name: str
    created: int
    updated: int
    etag: str
    base: str
    head: str
    dataset: str
    component_count: int


@dataclass(frozen=True)
class WorkingCopy:
    """A model's working copy, its etag, and the commit that it came from (empty before the first version)."""

    document: Document
    etag: str
    base: str


@dataclass(frozen=True)
class StoredCopy:
    """The bytes of a working copy, their sha256, and the commit that they came from."""

    data: bytes
    etag: str
    base: str


@dataclass(frozen=True)
class Version:
    """A version: a commit of a model. `metrics` is None and `weights` empty for an untrained one."""

    model: str
    id: str
    position: int
    message: str
    author: str
    created: int
    parents: tuple[str, ...]
    operation: str
    metrics: Mapping[str, Any] | None
    weights: str
    dataset: str


@dataclass(frozen=True)
class Draft:
    """A version to save.

    Args:
        model: slug.
        message: what the author says.
        author: who; empty for the registry's own name.
        document: the document, or None for the working copy.
        script: model.py; empty where it could not be written.
        profile: what the data was; None where it is not known.
        metrics: of the run that trained it; None for an untrained one.
        expected_head: the commit that should be the last (empty: none yet); None for any.
        key: chosen by the caller, so that a repeated call makes one version; empty for none.
        weights: sha256 of the weights file that comes along; empty for none.
    """

    model: str
    message: str = ""
    author: str = ""
    document: Document | None = None
    script: str = ""
    profile: Mapping[str, Any] | None = None
    metrics: Mapping[str, Any] | None = None
    expected_head: str | None = None
    key: str = ""
    weights: str = ""


@dataclass(frozen=True)
class SavedVersion:
    """A version with what it holds."""

    version: Version
    document: Document
    script: str


@dataclass(frozen=True)
class Dataset:
    """A dataset: its slug, its content's sha256 (without a prefix), and what was found out about it."""

    slug: str
    name: str
    hash: str
    created: int
    targets: tuple[str, ...] = ()
    profile: Mapping[str, Any] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False


@dataclass(frozen=True)
class Template:
    """A ready model that ships with Glasswork.

    Args:
        name: its name, unique among templates and examples.
        title: its title.
        teaches: what it teaches, in three sentences.
        metric: the metric of the test that the numbers are about.
        lower_is_better: whether the metric is an error.
        goal: what it should reach.
        baseline: what a trivial answer reaches.
        baseline_name: what that answer is.
        graph: the model document.
    """

    name: str
    title: str
    teaches: str
    metric: str
    lower_is_better: bool
    goal: float
    baseline: float
    baseline_name: str
    graph: Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """A dataset that ships with Glasswork, and the ready models for it."""

    name: str
    title: str
    summary: str
    targets: tuple[str, ...]
    licence: str
    templates: tuple[Template, ...] = ()


@dataclass(frozen=True)
class Counts:
    """How much an index holds."""

    models: int
    versions: int
    datasets: int
