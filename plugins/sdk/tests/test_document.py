from __future__ import annotations

import json
from typing import Any

import pytest
from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidDocument, UnsupportedFormat


def test_canonical_text_reads_back_as_itself(digits: dict[str, Any]) -> None:
    text = Document.parse(digits).canonical()
    assert Document.parse(text).canonical() == text


def test_order_of_keys_does_not_matter(digits: dict[str, Any]) -> None:
    shuffled = {**digits, "components": dict(reversed(digits["components"].items()))}
    shuffled["dataset"] = {**digits["dataset"], "features": dict(reversed(digits["dataset"]["features"].items()))}
    assert Document.parse(shuffled).canonical() == Document.parse(digits).canonical()


def test_one_changed_setting_is_one_changed_line(digits: dict[str, Any]) -> None:
    before = Document.parse(digits).canonical().splitlines()
    digits["components"]["conv1"]["settings"]["filters"] = 32
    after = Document.parse(digits).canonical().splitlines()
    assert len([1 for old, new in zip(before, after, strict=True) if old != new]) == 1


def test_numbers_without_a_fraction_are_written_as_integers(digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["settings"]["filters"] = 16.0
    assert '"filters": 16,' in Document.parse(digits).canonical()


def test_newer_format_is_refused_by_name(digits: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedFormat, match="has format 2; this Glasswork reads formats up to 1"):
        Document.parse({**digits, "format": 2})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no valid JSON"),
        ("[1]", "is a JSON object, received list"),
        ('{"format": 1, "format": 1}', "stands twice"),
        ('{"format": NaN}', "no JSON number"),
        ('{"format": 1, "components": {"a": {"type": "core.dense", "settings": {"units": 1e999}}}}', "finite"),
        ('{"format": 1, "components": {"class": {"type": "core.dense"}}}', "no Python keyword"),
        ('{"format": 1, "connections": [{"from": "a", "to": "b.input"}]}', "component.port"),
        ("[" * 100_000, "nested too deeply"),
        ('{"format": true}', 'says its "format"'),
    ],
)
def test_bad_documents_are_refused_with_a_reason(text: str, told: str) -> None:
    with pytest.raises(InvalidDocument, match=told):
        Document.parse(text)


def test_bad_value_names_its_place(digits: dict[str, Any]) -> None:
    digits["dataset"]["split"]["train"] = 2
    with pytest.raises(InvalidDocument) as caught:
        Document.parse(digits)
    assert caught.value.fields[0].field == "dataset.split.train"


def test_lone_surrogates_are_refused(digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["settings"]["activation"] = json.loads('"\\ud800"')
    with pytest.raises(InvalidDocument, match="Unicode"):
        Document.parse(digits)


def test_flags_stand_in_the_document_only_where_they_are_set(digits: dict[str, Any]) -> None:
    plain = Document.parse(digits).canonical()
    assert "bypassed" not in plain
    assert "collapsed" not in plain
    digits["components"]["conv1"] |= {"bypassed": True, "collapsed": True}
    again = Document.parse(Document.parse(digits).canonical()).to_json()
    assert again["components"]["conv1"]["bypassed"] is again["components"]["conv1"]["collapsed"] is True


def test_what_feeds_bypassed_components_feeds_what_they_feed(digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["bypassed"] = digits["components"]["flatten1"]["bypassed"] = True
    document = Document.parse(digits)
    counted = document.without_bypassed()
    assert set(counted.components) == {"image", "digit", "dense1", "train"}
    assert {(item.source, item.target) for item in counted.connections} == {
        ("image.output", "dense1.input"),
        ("dense1.output", "train.predictions"),
        ("digit.output", "train.targets"),
    }
    assert len(document.connections) == 5


def test_a_circle_of_bypassed_components_feeds_nothing(digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["bypassed"] = digits["components"]["flatten1"]["bypassed"] = True
    digits["connections"][0] = {"from": "flatten1.output", "to": "conv1.input"}
    counted = Document.parse(digits).without_bypassed()
    assert "dense1.input" not in {item.target for item in counted.connections}


def test_without_bypassed_components_a_document_is_itself(digits: dict[str, Any]) -> None:
    document = Document.parse(digits)
    assert document.without_bypassed() is document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("dataset", "split", "train"), "0.7"),
        (("dataset", "split", "seed"), "123"),
        (("dataset", "split", "seed"), 1.0),
        (("components", "conv1", "bypassed"), "yes"),
        (("components", "conv1", "collapsed"), 1),
        (("components", "conv1", "position"), ["0", 0]),
        (("format",), "1"),
        (("format",), True),
    ],
)
def test_value_of_another_type_is_refused_and_not_converted(
    digits: dict[str, Any], path: tuple[str, ...], value: object
) -> None:
    place: Any = digits
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(InvalidDocument):
        Document.parse(digits)
