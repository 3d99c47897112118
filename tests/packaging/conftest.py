"""Wheels of all members and a plugin by somebody else, in an environment of their own; its services."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import ROOT, Glasswork, started

PLUGIN = ROOT / "tests" / "packaging" / "foreign_plugin"
# Nothing is waited for but a registry of packages and a cold disk.
INSTALL_SECONDS = 1800.0


def uv(*arguments: str | Path) -> None:
    """Run uv, whose cache and hard links make an environment with TensorFlow in seconds."""
    program = Path(sys.executable).with_name("uv")
    subprocess.run([program, *arguments], check=True, cwd=ROOT, timeout=INSTALL_SECONDS)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of all members."""
    folder = tmp_path_factory.mktemp("wheels")
    uv("build", "--quiet", "--all-packages", "--wheel", "--out-dir", folder)
    return folder


@pytest.fixture(scope="session")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheels and the plugin, and nothing of the repository."""
    folder = tmp_path_factory.mktemp("installed")
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["constraint-dependencies"]
    (folder / "constraints.txt").write_text("\n".join(pins))
    environment = folder / "environment"
    uv("venv", "--quiet", "--python", sys.executable, environment)
    options = ("--find-links", wheels, "--constraint", folder / "constraints.txt")
    uv("pip", "install", "--quiet", "--python", environment, *options, "glasswork", PLUGIN)
    return environment / "bin"


@pytest.fixture(scope="session")
def foreign(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glasswork]:
    """Services of that environment, which know nothing of this process's variables for Python and Glasswork."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("PYTHON", "GLASSWORK"))]:
            patch.delenv(name)
        with started(tmp_path_factory.mktemp("data"), python=str(installed / "python")) as running:
            yield running
