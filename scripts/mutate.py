"""Break the sources on purpose, one random place at a time, and say which faults the tests miss.

A mutation negates a condition, swaps a comparison or changes a number. The tests of the member run first, then those
of the services above it, and stop at the first failure. Works in the files of this checkout and restores them; commit
before.

Example:
    .venv/bin/python scripts/mutate.py --count 20 --seed 7 services/trainer services/registry
"""

from __future__ import annotations

import argparse
import ast
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
MEMBERS: Final = (
    "plugins/sdk", "plugins/core", "services/kit", "services/codegen", "services/executor", "services/trainer",
    "services/registry", "gateway", "cli",
)  # fmt: skip
_SWAPPED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One changed piece of one file."""

    path: Path
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.before} -> {self.after}"


def mutations(path: Path) -> Iterator[Mutation]:
    """Yield every mutation of a file."""
    source = path.read_text()
    for node in ast.walk(ast.parse(source)):
        changed: ast.expr | None = None
        old: ast.expr | None = None
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            old = node.test
            changed = ast.UnaryOp(ast.Not(), node.test)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SWAPPED:
            old = node
            changed = ast.Compare(node.left, [_SWAPPED[type(node.ops[0])]()], node.comparators)
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            old = node
            changed = ast.Constant(node.value * 2 + 1)
        if old is not None and changed is not None:
            before, after = ast.get_source_segment(source, old) or "", ast.unparse(changed)
            if old.lineno == old.end_lineno and "TYPE_CHECKING" not in before:
                yield Mutation(path, old.lineno, before, after, _replaced(source, old, f"({after})"))


def _replaced(source: str, node: ast.expr, text: str) -> str:
    lines = source.splitlines(keepends=True)
    # Columns count bytes.
    line = lines[node.lineno - 1].encode()
    lines[node.lineno - 1] = (line[: node.col_offset] + text.encode() + line[node.end_col_offset :]).decode()
    return "".join(lines)


def caught(mutation: Mutation) -> str:
    """Return the tests that notice a mutation; empty where none does."""
    member = next(name for name in MEMBERS if mutation.path.is_relative_to(ROOT / name))
    own = [member] if (ROOT / member / "tests").is_dir() else []
    quick = ["-m", "not (services or tensorflow or browser or install or compose or postgresql)"]
    original = mutation.path.read_text()
    mutation.path.write_text(mutation.text)
    try:
        for arguments in ([*own, *quick], own, ["gateway", "tests/end_to_end"], ["tests/browser"]):
            if arguments and _fails(arguments):
                return " ".join(arguments[:1])
        return ""
    finally:
        mutation.path.write_text(original)


def _fails(arguments: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", *arguments]
    # pytest gives 5 where no test was chosen, which notices nothing.
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode not in (0, 5)


def main() -> int:
    """Try mutations; exit 1 if one is not caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many; default 20")
    parser.add_argument("--seed", type=int, default=1, help="which; default 1")
    parser.add_argument("members", nargs="*", default=MEMBERS, help="members of the workspace; default all")
    options = parser.parse_args()
    paths = [path for member in options.members for path in sorted((ROOT / member / "src").rglob("*.py"))]
    found = [mutation for path in paths for mutation in mutations(path)]
    missed = 0
    for mutation in random.Random(options.seed).sample(found, options.count):  # noqa: S311 - no secret is drawn
        by = caught(mutation)
        missed += not by
        print(f"{'caught by ' + by if by else 'MISSED'}: {mutation}", flush=True)
    print(f"{options.count - missed} of {options.count} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
