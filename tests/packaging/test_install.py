"""Wheels of all members, installed with pip in an empty environment without the repository, do the main job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.running import ROOT

pytestmark = [pytest.mark.services, pytest.mark.install]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    uv = Path(sys.executable).parent / "uv"
    build = [str(uv), "build", "--quiet", "--all-packages", "--wheel", "--out-dir", str(folder)]
    subprocess.run(build, check=True, cwd=ROOT, timeout=300)
    return folder


def test_every_member_has_a_wheel_with_its_data(wheels: Path) -> None:
    names = {path.name.partition("-")[0] for path in wheels.glob("*.whl")}
    members = {"protos", "sdk", "core", "servicekit", "codegen", "executor", "trainer", "registry", "gateway"}
    assert names == {"glasswork", *(f"glasswork_{name}" for name in members)}


def test_installed_wheels_run_the_demo(wheels: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["constraint-dependencies"]
    (tmp_path / "constraints.txt").write_text("\n".join(pins))
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    arguments = ["--find-links", str(wheels), "--constraint", str(tmp_path / "constraints.txt"), "glasswork"]
    subprocess.run([*pip, *arguments], check=True, timeout=1200)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "GLASSWORK"))}
    told = subprocess.run(
        [str(environment / "bin" / "glasswork"), "demo", "--json", "--data-dir", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=clean,
        timeout=600,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    answer = json.loads(told.stdout)
    assert {"test", "run", "version", "exports", "weights", "seconds"} <= answer.keys()
    assert answer["test"]["accuracy"] >= 0.97
    assert {item["format"] for item in answer["exports"]} == {"savedmodel", "keras", "tflite", "onnx"}
    assert max(item["max_difference"] for item in answer["exports"]) <= 1e-5
