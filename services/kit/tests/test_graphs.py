from __future__ import annotations

import copy
from typing import Any

import pytest
from glasswork.graph.v1 import graph_pb2 as pb
from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidDocument
from glasswork_servicekit import graphs

DOCUMENT: dict[str, Any] = {
    "format": 1,
    "dataset": {
        "source": "example:digits",
        "hash": "sha256:" + "0" * 64,
        "features": {"digit": {"type": "categorical"}, "image": {"type": "image"}},
        "split": {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": 123},
    },
    "components": {
        "conv1": {
            "type": "core.convolution",
            "settings": {"filters": 16, "kernel_size": [3, 3]},
            "position": [260, 0],
        },
        "dense1": {
            "type": "core.dense",
            "settings": {"activation": "softmax"},
            "suggested": {"units": 10},
            "position": [780, 0.5],
        },
        "flatten1": {"type": "core.flatten", "settings": {}, "position": [0, 0]},
        "image": {"type": "core.data", "settings": {"feature": "image", "size": None, "deep": {"a": [True, 1.5]}}},
    },
    "connections": [{"from": "image.output", "to": "conv1.input"}, {"from": "conv1.output", "to": "flatten1.input"}],
    "plugins": {"core": "0.1.0"},
}


def round_trip(document: dict[str, Any]) -> dict[str, Any]:
    message = pb.Graph.FromString(graphs.graph_to_message(document).SerializeToString())
    return graphs.graph_from_message(message)


def test_a_document_survives_the_round_trip() -> None:
    assert round_trip(DOCUMENT) == DOCUMENT
    assert repr(round_trip(DOCUMENT)) == repr(round_trip(round_trip(DOCUMENT)))


def test_integers_come_back_as_integers() -> None:
    settings = round_trip(DOCUMENT)["components"]["conv1"]["settings"]

    assert repr(settings) == "{'filters': 16, 'kernel_size': [3, 3]}"


def test_a_document_without_data_keeps_its_null() -> None:
    document: dict[str, Any] = {"format": 1, "dataset": None, "components": {}, "connections": [], "plugins": {}}

    assert round_trip(document) == document


def test_everything_optional_survives_the_round_trip() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["dataset"]["table"] = "digits.csv"
    document["components"]["conv1"] |= {
        "code": {"text": "x", "base": "y"},
        "ports": {"inputs": ["mask"], "outputs": []},
        "shares": "conv0",
        "bypassed": True,
        "collapsed": True,
    }
    document["notes"] = [{"text": "why", "position": [1, 2]}]
    document["groups"] = [{"title": "encoder", "components": ["conv1"]}]

    assert round_trip(document) == document


def test_a_profile_survives_the_round_trip() -> None:
    profile = {
        "hash": "sha256:1",
        "rows": 3,
        "table": "a.csv",
        "features": {
            "z": {
                "type": "numerical",
                "types": ["numerical"],
                "statistics": {"count": 3, "missing": 0, "unique": 2, "min": 0.0, "max": 1.0, "mean": 0.5, "std": 0.5},
            },
            "a": {
                "type": "categorical",
                "types": ["categorical"],
                "statistics": {"count": 3, "missing": 0, "unique": 2, "classes": ["x", "y"], "class_counts": [2, 1]},
            },
        },
        "warnings": [{"code": "imbalance", "message": "mostly x", "feature": "a"}],
        "targets": ["a"],
    }

    assert graphs.profile_to_dict(graphs.profile_from_dict(profile)) == profile
    assert list(graphs.profile_to_dict(graphs.profile_from_dict(profile))["features"]) == ["z", "a"]


@pytest.mark.parametrize("value", [None, 4, [1, 2], {"a": None}])
def test_a_diagnostic_with_a_fix_survives_the_round_trip(value: Any) -> None:
    diagnostic = {
        "severity": "warning",
        "code": "dead-units",
        "message": "most units are 0",
        "component": "dense1",
        "port": None,
        "setting": "units",
        "line": 3,
        "fix": [{"op": "replace", "path": "/components/dense1/settings/units", "value": value}],
    }

    assert graphs.diagnostics_to_dicts(graphs.diagnostics_from_dicts([diagnostic])) == [diagnostic]


def test_an_unknown_size_is_none_in_json() -> None:
    spec = {"shape": [None, 8, 8, 1], "dtype": "float32"}

    assert graphs.spec_to_dict(graphs.spec_from_dict(spec)) == spec


def test_the_deepest_document_that_is_taken_fits_into_messages() -> None:
    def nested(levels: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for _ in range(levels):
            value = {"a": value}
        return {**DOCUMENT, "components": {"x": {"type": "core.dense", "settings": {"deep": value}}}, "connections": []}

    levels = next(count for count in range(1, 200) if _is_refused(nested(count))) - 1
    assert levels > 10
    assert round_trip(nested(levels)) == nested(levels)


def _is_refused(document: dict[str, Any]) -> bool:
    try:
        Document.parse(document)
    except InvalidDocument:
        return True
    return False
