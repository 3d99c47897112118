"""Wheels of all members, installed in an empty environment without the repository, do the main job."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import INSTALL_SECONDS, PLUGIN, uv
from tests.running import Glasswork

pytestmark = [pytest.mark.services, pytest.mark.install, pytest.mark.tensorflow]
LIGHT = {"glasswork-sdk", "glasswork-tiny", "pluggy", "jinja2", "markupsafe", "pydantic", "pydantic-core",
         "annotated-types", "jsonpatch", "jsonpointer", "typing-extensions", "typing-inspection"}  # fmt: skip


def test_every_member_has_a_wheel_with_its_data(wheels: Path) -> None:
    names = {path.name.partition("-")[0] for path in wheels.glob("*.whl")}
    members = {"protos", "sdk", "core", "servicekit", "codegen", "executor", "trainer", "registry", "gateway"}
    assert names == {"glasswork", *(f"glasswork_{name}" for name in members)}
    for name, part in (("gateway", "index.html"), ("core", ".j2"), ("registry", "wine.csv"), ("sdk", "py.typed")):
        (wheel,) = wheels.glob(f"glasswork_{name}-*.whl")
        assert any(item.endswith(part) for item in zipfile.ZipFile(wheel).namelist()), f"{name} lacks {part}"


def test_installed_wheels_run_the_demo(installed: Path, foreign: Glasswork, tmp_path: Path) -> None:
    told = subprocess.run(
        [installed / "glasswork", "demo", "--json", "--data-dir", foreign.directory.path],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=1200,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    answer = json.loads(told.stdout)
    assert {"test", "run", "version", "exports", "weights", "seconds"} <= answer.keys()
    assert answer["test"]["accuracy"] >= 0.97
    assert {item["format"] for item in answer["exports"]} == {"savedmodel", "keras", "tflite", "onnx"}
    assert max(item["max_difference"] for item in answer["exports"]) <= 1e-5


def test_nothing_of_the_repository_is_imported(installed: Path, tmp_path: Path) -> None:
    code = "import glasswork_cli, glasswork_sdk, glasswork_tiny as t; print(glasswork_cli.__file__, t.__file__)"
    told = subprocess.run(
        [installed / "python", "-I", "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path, timeout=300
    )
    assert all(path.startswith(f"{installed.parent}/lib") for path in told.stdout.split())


def test_sdk_and_plugin_install_alone_and_light(wheels: Path, tmp_path: Path) -> None:
    python = tmp_path / "alone" / "bin" / "python"
    uv("venv", "--quiet", "--seed", "--python", sys.executable, tmp_path / "alone")
    seeded = distributions(python)
    # By pip itself here, as an author of plugins would, and from the sources of the plugin.
    install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--find-links", wheels, PLUGIN], check=True, timeout=INSTALL_SECONDS)
    added = distributions(python) - seeded
    assert {"glasswork-sdk", "glasswork-tiny"} <= added <= LIGHT
    code = "from glasswork_sdk.plugins import load_plugins; print(load_plugins().plugins['tiny'].error or 'sound')"
    told = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, timeout=300)
    assert told.stdout.strip() == "sound"


def distributions(python: Path) -> set[str]:
    code = "import importlib.metadata as m; print(*(item.metadata['Name'] for item in m.distributions()))"
    told = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True, timeout=300)
    return {name.lower().replace("_", "-") for name in told.stdout.split()}
