"""Commands about a document that need no service."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from glasswork_cli.data_directory import DataDirectory

from tests.running import ROOT

Ask = Callable[..., Result]
TEMPLATE = ROOT / "services/registry/src/glasswork_registry/templates/wine_table.json"
WINE = ROOT / "services/registry/src/glasswork_registry/examples/wine/wine.csv"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A sound model beside its data."""
    document: dict[str, Any] = json.loads(TEMPLATE.read_text())["graph"]
    document["dataset"] = {**document["dataset"], "source": "wine.csv", "hash": ""}
    (tmp_path / "wine.csv").write_bytes(WINE.read_bytes())
    (tmp_path / "model.json").write_text(json.dumps(document))
    return tmp_path / "model.json"


def changed(model: Path, component: dict[str, Any]) -> Path:
    document = json.loads(model.read_text())
    document["components"]["dense1"] = component
    model.write_text(json.dumps(document))
    return model


def test_sound_model_checks_with_0(ask: Ask, model: Path) -> None:
    told = ask("check", model, "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {"diagnostics": []}
    assert ask("check", model).stdout == f"{model}: nothing is wrong.\n"


@pytest.mark.parametrize(
    ("component", "told"),
    [
        ({"type": "core.dense", "settings": {"units": 0}}, "'units' is not valid"),
        ({"type": "core.dense", "settings": {"units": "many"}}, "'units' is not valid"),
        ({"type": "core.dens"}, "has the type core.dens, which nobody offers"),
    ],
)
def test_bad_model_checks_with_1_and_says_where(ask: Ask, model: Path, component: dict[str, Any], told: str) -> None:
    answer = ask("check", changed(model, component))
    assert answer.exit_code == 1
    assert told in answer.stdout
    assert "dense1" in answer.stdout
    assert ask("check", model, "--json").exit_code == 1


def test_document_of_another_format_is_refused(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "new.json").write_text('{"format": 7}')
    answer = ask("check", tmp_path / "new.json")
    assert answer.exit_code == 1
    assert "has format 7" in answer.stderr


def test_code_is_written_to_the_terminal_or_a_file(ask: Ask, model: Path, tmp_path: Path) -> None:
    shown = ask("code", model)
    assert "def build_model()" in shown.stdout
    assert ask("code", model, "-o", tmp_path / "model.py").exit_code == 0
    assert (tmp_path / "model.py").read_text() == shown.stdout


def test_device_is_written_to_and_not_replaced(ask: Ask, model: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    answer = ask("code", model, "-o", pipe)
    os.close(reader)
    assert answer.exit_code == 0, answer.output
    assert pipe.is_fifo()


def test_bad_model_has_no_code(ask: Ask, model: Path) -> None:
    answer = ask("code", changed(model, {"type": "core.dens"}))
    assert answer.exit_code == 1
    assert "has errors, so there is no code yet" in answer.stderr
    assert ask("code", model, "--json").exit_code == 1


def test_file_that_cannot_be_written_is_told_before_the_work(ask: Ask, tmp_path: Path) -> None:
    answer = ask("suggest", WINE, "-o", tmp_path / "none" / "model.json")
    assert answer.exit_code == 2
    assert "There is no folder" in answer.stderr


def test_file_that_is_not_there_is_told_without_services(ask: Ask, directory: DataDirectory) -> None:
    answer = ask("suggest", "nothing.csv", "--target", "x")
    assert answer.exit_code == 1
    assert answer.stderr == "Error: nothing.csv is no file. Name a CSV, Parquet, NPZ or zip file, or example:digits.\n"
    assert not (directory.path / "up.lock").exists()


def test_picture_needs_its_component(ask: Ask, model: Path, tmp_path: Path) -> None:
    assert ask("preview", model, "--image", tmp_path / "x.png").exit_code == 2
    answer = ask("preview", model, "--component", "nobody")
    assert (answer.exit_code, "has no component 'nobody'" in answer.stderr) == (1, True)
