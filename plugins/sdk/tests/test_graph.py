from __future__ import annotations

from collections.abc import Sequence

import pytest
from glasswork_sdk.document import Document
from glasswork_sdk.graph import LONGEST_CYCLE, Binding, Ports, Wiring, numbered, port_number, wire
from glasswork_sdk.specs import Port

PORTS = Ports([Port("first"), Port("input", repeated=True)], [Port("output")])


def wired(names: Sequence[str], *wires: tuple[str, str], shares: tuple[str, str] = ("", "")) -> Wiring:
    """Wire components of one kind, the second of `shares` calling the layer of the first again."""
    components = {
        name: {"type": "core.dense", **({"shares": shares[0]} if name == shares[1] else {})} for name in names
    }
    connections = [{"from": source, "to": target} for source, target in wires]
    document = Document.parse({"format": 1, "dataset": None, "components": components, "connections": connections})
    return wire(document, dict.fromkeys(names, PORTS))


@pytest.mark.parametrize(
    ("name", "number"),
    [("input", 1), ("input_2", 2), ("input_10", 10), ("input_1", 0), ("input_02", 0), ("input_0", 0), ("input_x", 0),
     ("input_", 0), ("other_2", 0), ("input_²", 0), ("input_99999", 0), ("input_9999", 9999)],
)  # fmt: skip
def test_repeated_port_is_known_by_its_number(name: str, number: int) -> None:
    assert port_number("input", name) == number
    assert not number or numbered("input", number) == name


def test_order_follows_the_data_and_equal_ones_their_names() -> None:
    wiring = wired("abcd", ("d.output", "a.input"), ("b.output", "a.input_2"))
    assert wiring.order == ["b", "c", "d", "a"]
    assert wiring.readers()["d"] == ["a"]
    assert wiring.behind(["a"]) == {"a", "b", "d"}


def test_layer_that_is_shared_comes_first() -> None:
    wiring = wired("abc", ("b.output", "a.input"), shares=("c", "a"))
    assert wiring.order == ["b", "c", "a"]
    assert wiring.owners == {"a": "c"}
    assert wiring.readers()["c"] == ["a"]


def test_inputs_stand_in_the_order_of_the_ports_and_their_numbers() -> None:
    ends = ("a.input_10", "a.input_2", "a.first", "a.input")
    wiring = wired("abcde", *((f"{name}.output", end) for name, end in zip("bcde", ends, strict=True)))
    assert list(wiring.bindings["a"]) == ["first", "input", "input_2", "input_10"]


@pytest.mark.parametrize(
    ("wires", "code", "component", "told"),
    [
        ([("x.output", "a.input")], "unknown-component", "a", "no component 'x'"),
        ([("a.output", "x.input")], "unknown-component", "a", "no component 'x'"),
        ([("b.wrong", "a.input")], "unknown-port", "b", "no output 'wrong'; it has 'output'"),
        ([("b.output", "a.wrong")], "unknown-port", "a", "no input 'wrong'; it has 'first', 'input'"),
        ([("b.output", "a.first_2")], "unknown-port", "a", "no input 'first_2'"),
        ([("b.output", "a.input"), ("c.output", "a.input")], "doubled-connection", "a", "connected twice"),
    ],
)
def test_bad_connection_is_told_on_its_component(
    wires: list[tuple[str, str]], code: str, component: str, told: str
) -> None:
    wiring = wired("abc", *wires)
    (found,) = wiring.diagnostics
    assert (found.code, found.component) == (code, component)
    assert told in found.message
    assert wiring.bindings["a"] == ({"input": Binding("b", "output")} if len(wires) == 2 else {})


def test_ports_that_are_not_known_allow_every_name() -> None:
    components = {"a": {"type": "gone.a"}, "b": {"type": "gone.b"}}
    wires = [{"from": "a.anything", "to": "b.whatever"}]
    document = Document.parse({"format": 1, "dataset": None, "components": components, "connections": wires})
    wiring = wire(document, dict.fromkeys("ab", Ports(None, None)))
    assert wiring.diagnostics == []
    assert wiring.order == ["a", "b"]


def test_cycle_is_told_once_on_each_member_and_what_is_behind_it_is_left_out() -> None:
    wiring = wired("abcd", ("a.output", "b.input"), ("b.output", "a.input"), ("b.output", "c.input"))
    assert wiring.order == ["d"]
    assert wiring.cyclic == {"a", "b", "c"}
    assert [item.component for item in wiring.diagnostics] == ["a", "b"]
    assert "'a' → 'b' → 'a'" in wiring.diagnostics[0].message


def test_long_cycle_is_shortened() -> None:
    names = [f"n{number:02}" for number in range(LONGEST_CYCLE + 1)]
    wiring = wired(names, *((f"{a}.output", f"{b}.input") for a, b in zip(names, [*names[1:], names[0]], strict=True)))
    assert len(wiring.diagnostics) == len(names)
    assert "'n10' → … → 'n00'" in wiring.diagnostics[0].message
