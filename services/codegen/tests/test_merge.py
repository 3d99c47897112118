from __future__ import annotations

import pytest
from glasswork_codegen.core.merge import merge

BASE = "a\nb\nc\nd\ne"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (BASE, BASE, BASE),
        ("a\nB\nc\nd\ne", BASE, "a\nB\nc\nd\ne"),
        (BASE, "a\nb\nc\nD\ne", "a\nb\nc\nD\ne"),
        ("A\nb\nc\nd\ne", "a\nb\nc\nd\nE", "A\nb\nc\nd\nE"),
        ("a\nb\nc\nd\ne\nf", "0\na\nb\nc\nd\ne", "0\na\nb\nc\nd\ne\nf"),
        ("a\nc\nd\ne", "a\nb\nc\ne", "a\nc\ne"),
        ("a\nX\nc\nd\ne", "a\nX\nc\nd\ne", "a\nX\nc\nd\ne"),
    ],
)
def test_lines_that_one_side_changed_are_taken(ours: str, theirs: str, expected: str) -> None:
    merged = merge(BASE, ours, theirs)
    assert (merged.text, merged.conflicts) == (expected, ())
    assert merge(BASE, theirs, ours).text == expected


def test_lines_that_both_sides_changed_are_a_conflict_that_keeps_ours() -> None:
    merged = merge(BASE, "a\nX\nc\nd\ne", "a\nY\nZ\nc\nd\ne")
    (conflict,) = merged.conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == (("b",), ("X",), ("Y", "Z"))
    assert merged.text == "a\nX\nc\nd\ne"


def test_change_beside_a_deletion_of_the_same_line_is_a_conflict() -> None:
    (conflict,) = merge(BASE, "a\nb\nX\nd\ne", "a\nb\nd\ne").conflicts
    assert (conflict.ours, conflict.theirs) == (("X",), ())


def test_conflict_and_clean_change_stand_side_by_side() -> None:
    merged = merge(BASE, "X\nb\nc\nd\ne", "Y\nb\nc\nd\nE")
    assert len(merged.conflicts) == 1
    assert merged.text == "X\nb\nc\nd\nE"


def test_whole_text_that_both_wrote_anew_is_one_conflict() -> None:
    (conflict,) = merge("a", "b", "c").hunks
    assert conflict.conflict
    assert merge("", "", "c").text == "c"
