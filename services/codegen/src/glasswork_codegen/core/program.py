"""The generated program: its text and which lines belong to which component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from glasswork_sdk.graph import Binding
from glasswork_sdk.specs import TensorSpec

WIDTH: Final = 110


class CodeKind(StrEnum):
    """What the code of a component is."""

    DATA = "data"
    SOURCE = "source"
    EXPRESSION = "expression"
    CLASS = "class"
    TRAINING = "training"


@dataclass(frozen=True)
class ComponentCode:
    """The part of a program that belongs to one component.

    Args:
        id: the component.
        type: its component type.
        kind: what the code is.
        code: the code as the user sees it.
        symbol: what it defines: a function, a class, or the variable of an expression's output.
        inputs: what is connected to the input ports, in the order of the ports.
        outputs: names of the output ports.
        shares: id of the component whose layer is called again; empty for none.
        visualization: the picture that suits the output.
        specs: specs of the outputs by port, as far as they are known.
        target_side: whether it stands between data and targets only.
        keyed_inputs: whether a call gets a mapping by port name.
        uses_variables: whether a call gets X too, the variables of the components before it.
        labels: names of the classes whose probabilities the output holds.
        first_line: where the code begins in the script, from 1.
        last_line: where it ends, inclusive.
    """

    id: str
    type: str
    kind: CodeKind
    code: str
    symbol: str
    inputs: Mapping[str, Binding]
    outputs: tuple[str, ...]
    shares: str = ""
    visualization: str = "auto"
    specs: Mapping[str, TensorSpec] = field(default_factory=dict)
    target_side: bool = False
    keyed_inputs: bool = False
    uses_variables: bool = False
    labels: tuple[str, ...] = ()
    first_line: int = 0
    last_line: int = 0


@dataclass(frozen=True)
class Program:
    """A whole script, its components in topological order, and its start, which previews need too."""

    script: str
    prelude: str
    components: list[ComponentCode]


class Lines:
    """Text under construction that knows on which line it is."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, text: str = "", indent: int = 0) -> tuple[int, int]:
        """Append text and return its first and last line, from 1."""
        pad = " " * indent
        first = len(self._lines) + 1
        self._lines += [pad + line if line.strip() else "" for line in text.split("\n")]
        return first, len(self._lines)

    def call(self, start: str, arguments: Sequence[str], end: str, indent: int = 0) -> tuple[int, int]:
        """Append a call in the form that fits: on one line, an argument a line, or their parts a line.

        Args:
            start: up to the opening parenthesis, which ends it.
            arguments: each a name, a literal, or a list or mapping in brackets.
            end: the closing parenthesis.
            indent: spaces in front.
        """
        flat = start + ", ".join(arguments) + end
        if indent + len(flat.rpartition("\n")[2]) <= WIDTH:
            return self.add(flat, indent)
        lines = [start]
        for argument in arguments:
            lines += [f"    {line}" for line in _broken(argument, WIDTH - indent - 5)]
            lines[-1] += ","
        return self.add("\n".join([*lines, end]), indent)

    def blank(self, count: int) -> None:
        """End what stands there with exactly so many empty lines."""
        while self._lines and not self._lines[-1]:
            self._lines.pop()
        if self._lines:
            self._lines += [""] * count

    def text(self) -> str:
        """Return everything, with one newline at the end."""
        return "\n".join(self._lines).rstrip("\n") + "\n"


def _broken(argument: str, width: int) -> list[str]:
    """Return an argument on one line, or a list or mapping with as many parts on each line as fit."""
    opening, closing = argument[:1], argument[-1:]
    if len(argument) <= width or (opening, closing) not in {("[", "]"), ("{", "}")}:
        head, bracket, rest = argument.partition("[")
        if len(argument) > width and head.endswith("=") and bracket:
            broken = _broken(f"[{rest}", width)
            return [head + broken[0], *broken[1:]]
        return [argument]
    lines = [opening]
    for part in _parts(argument[1:-1]):
        if len(lines) > 1 and len(lines[-1]) + len(part) + 2 <= width:
            lines[-1] += f" {part},"
        else:
            lines.append(f"    {part},")
    return [*lines, closing]


def _parts(text: str) -> list[str]:
    """Return what stands between the commas of a list or mapping; those in quotes and inner brackets do not count."""
    parts, start, depth, quote, at = [], 0, 0, "", 0
    while at < len(text):
        letter = text[at]
        if quote:
            at += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
        else:
            depth += (letter in "([{") - (letter in ")]}")
        at += 1
    return [*parts, text[start:].strip()]
