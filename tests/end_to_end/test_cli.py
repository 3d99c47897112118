"""The command line as a user meets it: exit codes, one-line errors, JSON."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT, Glasswork, command

pytestmark = pytest.mark.services
WINE = ROOT / "services" / "registry" / "src" / "glasswork_registry" / "examples" / "wine" / "wine.csv"


def ask(glasswork: Glasswork, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(*arguments, directory=glasswork.directory.path)


@pytest.fixture(scope="module")
def model(glasswork: Glasswork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    (folder / "wine.csv").write_bytes(WINE.read_bytes())
    told = ask(glasswork, "suggest", str(folder / "wine.csv"), "--target", "cultivar", "-o", str(folder / "model.json"))
    assert told.returncode == 0, told.stderr
    document = json.loads((folder / "model.json").read_text())
    document["dataset"]["source"] = "wine.csv"
    (folder / "model.json").write_text(json.dumps(document))
    return folder / "model.json"


@pytest.fixture(scope="module")
def run(glasswork: Glasswork, model: Path) -> dict[str, Any]:
    told = ask(glasswork, "train", str(model), "--epochs", "3", "--json")
    assert told.returncode == 0, told.stderr
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def test_wrong_usage_exits_with_2(glasswork: Glasswork) -> None:
    assert ask(glasswork, "check").returncode == 2
    assert ask(glasswork, "suggest").returncode == 2


def test_sound_model_checks_with_0(glasswork: Glasswork, model: Path) -> None:
    told = ask(glasswork, "check", str(model), "--json")
    assert told.returncode == 0, told.stdout
    assert json.loads(told.stdout) == {"diagnostics": []}


def test_missing_target_column_is_refused_with_what_there_is(glasswork: Glasswork) -> None:
    answer = ask(glasswork, "suggest", str(WINE), "--target", "colour", "-o", "/dev/null")
    assert answer.returncode == 1
    assert "has no column 'colour'" in answer.stderr
    assert "'alcohol'" in answer.stderr


def test_empty_file_is_refused(glasswork: Glasswork, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    answer = ask(glasswork, "suggest", str(tmp_path / "empty.csv"), "--target", "x", "-o", "/dev/null")
    assert answer.returncode == 1
    assert "empty" in answer.stderr.lower()


def test_missing_image_is_named_with_its_row(glasswork: Glasswork, tmp_path: Path) -> None:
    (tmp_path / "photos.csv").write_text("photo,kind\na.png,x\nb.png,y\n")
    answer = ask(glasswork, "suggest", str(tmp_path / "photos.csv"), "--target", "kind", "-o", "/dev/null")
    assert answer.returncode == 1
    assert "a.png" in answer.stderr
    assert "row 1" in answer.stderr.lower()


def test_log_shows_a_line_a_version_whatever_its_message_holds(glasswork: Glasswork) -> None:
    model = glasswork.client.post("/models", {"name": "Loud"})["id"]
    glasswork.client.post(f"/models/{model}/versions", {"message": "first \u202eline\n\nsecond"})
    lines = ask(glasswork, "log", model).stdout.splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("first line")


def test_preview_shows_one_component(glasswork: Glasswork, model: Path) -> None:
    answer = ask(glasswork, "preview", str(model), "--component", "merge1", "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["components"]["merge1"]["shape"] == [13]


def test_run_is_tested_exported_and_asked(glasswork: Glasswork, run: dict[str, Any], tmp_path: Path) -> None:
    tested = json.loads(ask(glasswork, "test", run["id"], "--json").stdout)
    assert set(tested["results"]["baseline"]) == {"commonest", "linear"}
    exported = ask(glasswork, "export", run["id"], "--format", "onnx", "-o", str(tmp_path / "wine.onnx"), "--json")
    assert json.loads(exported.stdout)["max_difference"] <= 1e-5
    assert (tmp_path / "wine.onnx").stat().st_size > 100
    header, *lines = WINE.read_text().splitlines()
    (tmp_path / "many.csv").write_text("\n".join([header, *lines * 7]))
    asked = ask(glasswork, "predict", run["id"], str(tmp_path / "many.csv"), "--json")
    assert asked.returncode == 0, asked.stderr
    assert len(json.loads(asked.stdout)["predictions"]) == 7 * 178


def test_runs_and_status_are_listed(glasswork: Glasswork, run: dict[str, Any]) -> None:
    assert run["id"] in {item["id"] for item in json.loads(ask(glasswork, "runs", "--json").stdout)["items"]}
    status = json.loads(ask(glasswork, "status", "--json").stdout)
    assert status["status"] == "ok"
    assert set(status["services"]) == {"codegen", "executor", "trainer", "registry"}


def test_unknown_run_is_one_line_and_exit_1(glasswork: Glasswork) -> None:
    answer = ask(glasswork, "test", "r-no-such-run")
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
