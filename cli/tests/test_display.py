from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from glasswork_cli import display
from glasswork_cli.client import Client
from glasswork_cli.failures import Failure


def test_columns_are_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    display.table(["run", "state"], [["r-1", "SUCCEEDED"], ["r-1000", ""]])
    assert capsys.readouterr().out.splitlines() == ["run     state", "r-1     SUCCEEDED", "r-1000"]


def test_findings_fail_where_one_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    tip = {"severity": "tip", "message": "Fine.", "code": "fine"}
    error = {"severity": "error", "message": "Bad.", "code": "bad", "component": "dense1", "line": 3}
    assert not display.diagnostics([tip])
    assert display.diagnostics([error, tip])
    assert capsys.readouterr().out.splitlines()[1] == "error   dense1:3: Bad. [bad]"


def test_graph_is_shown_in_the_order_of_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    component: dict[str, Any] = {"type": "core.dense", "settings": {"units": 4}, "suggested": {"units": 9, "rate": 1}}
    wires = [{"from": "b.output", "to": "a.input"}, {"from": "c.output", "to": "b.input"}]
    display.graph({"components": dict.fromkeys("abc", component), "connections": wires})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["c", "b", "a"]
    assert lines[1].endswith("units=4, rate=1 ← c")


def test_graph_with_a_cycle_is_shown_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    component: dict[str, Any] = {"type": "core.dense", "settings": {}}
    wires = [{"from": "b.output", "to": "a.input"}, {"from": "a.output", "to": "b.input"}]
    display.graph({"components": {"a": component, "b": component}, "connections": wires})
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_metrics_are_those_that_are_numbers() -> None:
    metrics = {"val_loss": 0.25, "loss": 1, "accuracy": "NaN", "auc": 1}
    assert display.metrics_text(metrics) == "loss 1.0000  val_loss 0.2500"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ({"component": "dense1", "line": 2, "message": "boom"}, "'dense1', line 2 of its code: boom"),
        ({"message": "boom"}, "The run: boom"),
        (None, "The run: the run failed"),
    ],
)
def test_failed_run_names_the_component_and_its_line(
    gateway: Callable[[dict[str, Any]], Client], monkeypatch: pytest.MonkeyPatch, error: Any, told: str
) -> None:
    client = gateway({"/runs/r": {"state": "FAILED", "error": error}})
    monkeypatch.setattr(client, "events", lambda run: iter(()))
    with pytest.raises(Failure) as caught:
        display.watch(client, {"id": "r", "epochs": 1}, quiet=True)
    assert caught.value.message == told


def test_epochs_are_a_line_each_where_no_terminal_is(
    gateway: Callable[[dict[str, Any]], Client], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = gateway({"/runs/r": {"state": "SUCCEEDED"}})
    events = [{"kind": "batch"}, {"kind": "epoch", "epoch": 1, "metrics": {"loss": 0.5}}]
    monkeypatch.setattr(client, "events", lambda run: iter(events))
    assert display.watch(client, {"id": "r", "epochs": 2}) == {"state": "SUCCEEDED"}
    assert capsys.readouterr().err == "epoch    1/2  loss 0.5000\n"


def test_results_stand_beside_their_baselines(capsys: pytest.CaptureFixture[str]) -> None:
    baselines: dict[str, Any] = {"commonest": {}, "linear": {"accuracy": 1}}
    display.results({"rows": 18, "accuracy": 0.9, "interval": {"accuracy": [0.8, 1]}, "baseline": baselines})
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0][:3] == ["test", "on", "18"]
    assert lines[2] == ["accuracy", "0.9000", "0.800", "to", "1.000", "-", "1.0000"]
