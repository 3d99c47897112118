"""Write the stubs of protos/ into protos/src, or with --check compare them with what is there."""

from __future__ import annotations

import argparse
import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "protos"
STUBS = ROOT / "protos" / "src"


def compile_into(folder: Path) -> None:
    """Run protoc with the pinned tools on every proto of the repository."""
    protos = sorted(str(path.relative_to(SOURCES)) for path in (SOURCES / "glasswork").rglob("*.proto"))
    outputs = [f"--{kind}_out={folder}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    plugins = [
        f"--plugin=protoc-gen-{name}={Path(sys.executable).parent / f'protoc-gen-{name}'}"
        for name in ("mypy", "mypy_grpc")
    ]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{SOURCES}", *plugins, *outputs, *protos],
        check=True,
        cwd=SOURCES,
    )
    for package in {path.parent for path in folder.rglob("*.py")}:
        (package / "py.typed").touch()


def differences(folder: Path) -> list[str]:
    """Return the stubs under `folder` and in the repository that are not the same."""
    names = {
        path.relative_to(base)
        for base in (folder, STUBS)
        for path in base.rglob("*.py*")
        if path.suffix in {".py", ".pyi"}
    }
    same = [
        name
        for name in names
        if (folder / name).is_file()
        and (STUBS / name).is_file()
        and filecmp.cmp(folder / name, STUBS / name, shallow=False)
    ]
    return sorted(str(name) for name in names.difference(same))


def main() -> int:
    """Compile or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the stubs are current")
    if not parser.parse_args().check:
        compile_into(STUBS)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        compile_into(Path(folder))
        stale = differences(Path(folder))
    for name in stale:
        print(f"protos/src/{name} is not current: run `make stubs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
