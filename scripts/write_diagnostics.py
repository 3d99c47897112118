"""Write docs/diagnostics, a page for each code, from the rules; with --check compare them with what is there."""

from __future__ import annotations

import argparse
from pathlib import Path

from glasswork_sdk.plugins import load_plugins
from glasswork_sdk.rules import Rule

PAGES = Path(__file__).resolve().parent.parent / "docs" / "diagnostics"


def pages() -> dict[str, str]:
    """Return the text of every page by file name."""
    rules = load_plugins().rules
    found = {f"{code}.md": rule.documentation for code, rule in rules.items()}
    return {**found, "README.md": index(sorted(rules.values(), key=lambda rule: rule.code))}


def index(rules: list[Rule]) -> str:
    """Return the list of all codes."""
    lines = [
        "# Diagnostics",
        "",
        "Everything that a check of a model can say. An error stops training, a warning says that the model will most",
        "likely disappoint, a tip points at something that may well be meant.",
        "",
        "| Code | Severity | |",
        "|---|---|---|",
        *(f"| [{rule.code}]({rule.code}.md) | {rule.severity} | {rule.title} |" for rule in rules),
    ]
    return "\n".join(lines) + "\n"


def stale(found: dict[str, str]) -> list[str]:
    """Return the names of pages that are missing, differ, or belong to no code."""
    there = {path.name: path.read_text() for path in PAGES.glob("*.md")}
    return sorted(name for name in {*found, *there} if found.get(name) != there.get(name))


def main() -> int:
    """Write or compare the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 where they differ")
    found = pages()
    if parser.parse_args().check:
        differing = stale(found)
        print("\n".join(f"docs/diagnostics/{name} is not current" for name in differing) or "all pages are current")
        return int(bool(differing))
    PAGES.mkdir(parents=True, exist_ok=True)
    for name in stale(found):
        if name in found:
            (PAGES / name).write_text(found[name])
        else:
            (PAGES / name).unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
