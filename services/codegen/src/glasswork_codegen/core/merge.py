"""Three-way merge of lines, after diff3 (Khanna, Kunal and Pierce, 2007): what only one side changed is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Hunk:
    """Lines of the result, or a conflict.

    Args:
        lines: the merged lines; empty for a conflict.
        base: the lines of the common ancestor, for a conflict.
        ours: what our side made of them, for a conflict.
        theirs: what the other side made of them, for a conflict.
        conflict: whether both sides changed the same lines in different ways.
    """

    lines: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    conflict: bool = False


@dataclass(frozen=True)
class Merge:
    """The hunks of a merge in order."""

    hunks: tuple[Hunk, ...]

    @property
    def conflicts(self) -> tuple[Hunk, ...]:
        """The hunks that somebody has to decide."""
        return tuple(hunk for hunk in self.hunks if hunk.conflict)

    @property
    def text(self) -> str:
        """The merged text; a conflict keeps our lines."""
        return "\n".join(line for hunk in self.hunks for line in (hunk.ours if hunk.conflict else hunk.lines))


def merge(base: str, ours: str, theirs: str) -> Merge:
    """Merge two texts that come from one.

    Args:
        base: the common ancestor.
        ours: one side's text.
        theirs: the other side's text.
    """
    lines = base.split("\n"), ours.split("\n"), theirs.split("\n")
    return Merge(tuple(_hunks(*lines)))


def _hunks(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Hunk]:
    at_base = at_ours = at_theirs = 0
    for start, in_ours, in_theirs, size in _common(base, ours, theirs):
        yield from _changed(base[at_base:start], ours[at_ours:in_ours], theirs[at_theirs:in_theirs])
        if size:
            yield Hunk(tuple(base[start : start + size]))
        at_base, at_ours, at_theirs = start + size, in_ours + size, in_theirs + size


def _changed(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Hunk]:
    if not (base or ours or theirs):
        return
    if ours in (base, theirs):
        yield Hunk(tuple(theirs))
    elif theirs == base:
        yield Hunk(tuple(ours))
    else:
        yield Hunk((), tuple(base), tuple(ours), tuple(theirs), conflict=True)


def _common(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield start in base, ours and theirs, and length, of each run that all three share; at last an empty one."""
    left = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    right = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
        if start < end:
            yield start, a.b + start - a.a, b.b + start - b.a, end - start
        if a.a + a.size <= b.a + b.size:
            i += 1
        else:
            j += 1
    yield len(base), len(ours), len(theirs), 0
