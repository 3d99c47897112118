"""`python -m benchmarks [NAME …]` runs the measurements and writes `benchmarks/results/latest.json`."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import time
from pathlib import Path

from benchmarks.measure import Row

NAMES = ("codegen", "preview", "training", "cost", "sessions", "canvas")
RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    """Run what was asked for, print a table and write a JSON file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(NAMES)}; default all")
    names = parser.parse_args().names or list(NAMES)
    rows: list[Row] = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found: list[Row] = importlib.import_module(f"benchmarks.{name}").run()
        rows += found
    show(rows)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "latest.json"
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    report = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine}
    path.write_text(json.dumps({**report, "rows": [row.as_dict() for row in rows]}, indent=2) + "\n")
    print(f"\n{path}")
    return 0


def show(rows: list[Row]) -> None:
    """Print the rows as a table."""
    header = ("what", "ours", "rival", "theirs", "ratio", "goal", "")
    cells = [header]
    for row in rows:
        theirs = "" if row.theirs is None else f"{row.theirs:.1f} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3f}"
        goal = "" if row.goal is None else f"{row.goal:g} {row.unit} {'met' if row.ours <= row.goal else 'MISSED'}"
        cells.append((row.what, f"{row.ours:.1f} {row.unit}", row.rival, theirs, ratio, goal, row.note))
    widths = [max(len(line[i]) for line in cells) for i in range(len(header))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
