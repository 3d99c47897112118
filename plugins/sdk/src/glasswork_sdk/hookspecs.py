"""The hooks by which a plugin takes part; each is documented in docs/plugins.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import pluggy

from glasswork_sdk.component import ComponentType
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.rules import Rule
from glasswork_sdk.suggestion import SuggestedGraph

PROJECT: Final = "glasswork"
hookspec: Final = pluggy.HookspecMarker(PROJECT)
hookimpl: Final = pluggy.HookimplMarker(PROJECT)


@hookspec
def glasswork_component_types() -> Iterable[type[ComponentType]]:  # type: ignore[type-arg,empty-body]
    """Return the component types that the plugin brings."""


@hookspec(firstresult=True)
def glasswork_suggest_graph(
    profile: DatasetProfile, inputs: Sequence[str], targets: Sequence[str]
) -> SuggestedGraph | None:
    """Make the components of a graph for a dataset, or return None to leave it to another plugin.

    Args:
        profile: what the dataset holds.
        inputs: columns that the model sees, at least one.
        targets: columns that it predicts, at least one.
    """


@hookspec
def glasswork_rules() -> Iterable[Rule]:  # type: ignore[empty-body]
    """Return the rules by which the plugin reviews models; their codes are unique among all plugins."""
