from __future__ import annotations

import pytest
from glasswork_codegen.core.program import WIDTH, Lines, _parts


def test_lines_know_where_they_stand() -> None:
    lines = Lines()
    assert lines.add("import keras\nimport numpy") == (1, 2)
    lines.blank(2)
    assert lines.add("def f():\n\n    return 1", indent=4) == (5, 7)
    assert lines.text() == "import keras\nimport numpy\n\n\n    def f():\n\n        return 1\n"


def test_blank_lines_are_exactly_as_many_and_none_at_the_start() -> None:
    lines = Lines()
    lines.blank(2)
    lines.add("a")
    lines.add("")
    lines.blank(1)
    lines.add("b")
    assert lines.text() == "a\n\nb\n"


def test_call_that_fits_stays_on_one_line() -> None:
    lines = Lines()
    end = WIDTH - len("f(") - len(")")
    assert lines.call("f(", ["x" * end], ")") == (1, 1)
    assert lines.call("f(", ["x" * (end + 1)], ")") == (2, 4)
    assert lines.text().splitlines()[1:] == ["f(", f"    {'x' * (end + 1)},", ")"]


def test_long_list_of_a_call_is_filled_line_by_line() -> None:
    lines = Lines()
    lines.call("x = f(", ["y", f"names=[{', '.join(repr(str(n) * 20) for n in range(8))}]"], ")", indent=4)
    shown = lines.text().splitlines()
    assert shown[1:3] == ["        y,", "        names=["]
    assert all(len(line) <= WIDTH for line in shown)
    assert compile("def g():\n" + lines.text(), "x", "exec")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1, 2", ["1", "2"]),
        ("[1, 2], (3, 4)", ["[1, 2]", "(3, 4)"]),
        ('"a, b", \'c, "d\'', ['"a, b"', "'c, \"d'"]),
        (r'"a\", b", 2', [r'"a\", b"', "2"]),
        ('{"a": [1, 2]}, 3', ['{"a": [1, 2]}', "3"]),
        ("", [""]),
    ],
)
def test_parts_end_at_the_commas_of_the_list_itself(text: str, parts: list[str]) -> None:
    assert _parts(text) == parts
