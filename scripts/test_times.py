"""Print where the time of the tests goes: a row a folder, from the JUnit XML of `make test-all` or of given files."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "artifacts" / "junit"


def folder_of(classname: str) -> str:
    """Return the folder of a test from its dotted module: up to and with `tests`, and one below in the top one."""
    parts = classname.split(".")
    depth = parts.index("tests") + 1 if "tests" in parts else 1
    return "/".join(parts[: 2 if parts[0] == "tests" else depth])


def times(paths: list[Path]) -> dict[str, tuple[int, float]]:
    """Return how many tests each folder has, and their time in seconds with the time of their fixtures."""
    found: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):  # noqa: S314 - pytest wrote the file
            folder = folder_of(case.get("classname", ""))
            count, seconds = found[folder]
            found[folder] = count + 1, seconds + float(case.get("time", 0))
    return dict(found)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="*", type=Path, help="JUnit XML files; default are those of the last run")
    paths = parser.parse_args().reports or sorted(REPORTS.glob("*.xml"))
    if not paths:
        print(f"There are no reports in {REPORTS.relative_to(ROOT)}; run make test first.", file=sys.stderr)
        return 1
    found = sorted(times(paths).items(), key=lambda item: -item[1][1])
    print("| Where | Tests | Minutes |\n|---|---:|---:|")
    for folder, (count, seconds) in found:
        print(f"| {folder} | {count:,} | {seconds / 60:.1f} |")
    total, whole = sum(count for _, (count, _) in found), sum(seconds for _, (_, seconds) in found)
    print(f"| all | {total:,} | {whole / 60:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
