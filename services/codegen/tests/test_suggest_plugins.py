"""Plugins that are asked for a graph and answer with something else: the next one is asked, and the fault is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from glasswork_codegen.core.suggest import HOOK, suggest_graph
from glasswork_sdk.boundary import Ledger
from glasswork_sdk.errors import PluginFailed
from glasswork_sdk.hookspecs import hookimpl
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.suggestion import SuggestedGraph


def graph_of(*parts: str) -> SuggestedGraph:
    graph = SuggestedGraph()
    for part in parts:
        graph.add(part, f"core.{part}")
    return graph


def explained(reason: Any) -> SuggestedGraph:
    return SuggestedGraph(explanation=[("a", reason)])


FAULTS: dict[str, Callable[[], Any]] = {
    "raises": lambda: 1 / 0,
    "exits": lambda: exit(3),
    "a text": lambda: "a graph",
    "bad explanation": lambda: explained(3),
    "no training": lambda: graph_of("dense"),
    "no such type": lambda: graph_of("dense", "nothing"),
    "bad id": lambda: SuggestedGraph(components={"not an id": {"type": "core.dense"}}),
    "no components": lambda: SuggestedGraph(components={"a": {}}),
    "bad connection": lambda: SuggestedGraph(connections=[("nowhere", "to")]),
}


@pytest.fixture
def with_plugin(catalogue: Catalogue) -> Any:
    """Register one more plugin that makes graphs by a function, asked before the core plugin."""

    def add(make: Callable[[], Any]) -> Catalogue:
        class Odd:
            @staticmethod
            @hookimpl
            def glasswork_suggest_graph() -> Any:
                return make()

        catalogue.manager.register(Odd, "odd")
        return replace(catalogue, ledger=Ledger())

    yield add
    catalogue.manager.unregister(name="odd")


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_suggestion_is_named_and_another_plugin_makes_the_graph(
    with_plugin: Any, profile: DatasetProfile, fault: str
) -> None:
    catalogue = with_plugin(FAULTS[fault])
    document, _ = suggest_graph(catalogue, profile, "example:digits")
    assert document.components["train"].type == "core.classification"
    assert [(item.plugin, item.where) for item in catalogue.ledger.failures("odd")] == [("odd", HOOK)]


def test_fault_is_the_answer_where_no_plugin_makes_a_graph(with_plugin: Any, profile: DatasetProfile) -> None:
    catalogue = with_plugin(FAULTS["raises"])
    core = catalogue.manager.unregister(name="core")
    try:
        with pytest.raises(PluginFailed, match="The plugin 'odd' failed in glasswork_suggest_graph: ZeroDivisionError"):
            suggest_graph(catalogue, profile, "example:digits")
    finally:
        catalogue.manager.register(core, "core")
