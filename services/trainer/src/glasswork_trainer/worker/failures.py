"""Which component, and which line of its code, an error belongs to.

Inside a compiled graph a traceback shows only `fit`. Then the place comes from the message's own list of files, from
the name of the op (Keras layers are named by component ids), or from one eager replay of the batch, which the caller
may hand in as a second error.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from glasswork_servicekit.wording import own_words

from glasswork_trainer.core.program import Program
from glasswork_trainer.core.run import Failure

FILE_LINE = re.compile(r'File "([^"]+)", line (\d+)')
OP_NODE = re.compile(r"(?:node|Op:|name:) '?\"?([\w./-]+/[\w./-]+)")
STACK_HEADER = re.compile(r"Graph execution error:|Detected at node|Stack trace for op|in user code:|\[\[\{\{node|$")
LONGEST_MESSAGE = 2_000


def describe(error: BaseException, script: Path, program: Program) -> Failure:
    """Return an error of the script with the component and the line that it belongs to."""
    component, line = place(error, script, program)
    return Failure(_message(error, component, line), component, line, _code(error))


def place(error: BaseException, script: Path, program: Program) -> tuple[str, int]:
    """Return the component and the line in its code; empty and 0 where neither can be told."""
    found = [program.locate(line) for line in _lines(error, script)]
    exact = next((where for where in found if where[0] and not _is_training(where[0], program)), None)
    if exact is not None:
        return exact
    named = _from_op_names(str(error), program)
    if named:
        return named, 0
    return next((where for where in found if where[0]), ("", 0))


def _lines(error: BaseException, script: Path) -> Iterator[int]:
    """Yield lines of the script, the innermost first: of the traceback, of the message, of the cause."""
    if isinstance(error, SyntaxError) and error.filename == str(script):
        yield error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    yield from (f.lineno or 0 for f in reversed(frames) if f.filename == str(script))
    mentions = FILE_LINE.findall(str(error))
    yield from (int(number) for name, number in reversed(mentions) if name == str(script))
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _lines(cause, script)


def _from_op_names(message: str, program: Program) -> str:
    ids = {component.id for component in program.components}
    for name in OP_NODE.findall(message):
        for part in reversed(name.split("/")):
            plain = re.sub(r"_\d+$", "", part)
            if part in ids or plain in ids:
                return part if part in ids else plain
    return ""


def _is_training(identifier: str, program: Program) -> bool:
    return program.training is not None and program.training.id == identifier


def _message(error: BaseException, component: str, line: int) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(getattr(error, "message", "") or error)
    text = own_words(plain(text)) or type(error).__name__
    where = f" in '{component}'" if component else ""
    at = f", line {line} of its code" if component and line else ""
    return f"{type(error).__name__}{where}{at}: {text[:LONGEST_MESSAGE]}"


def plain(text: str) -> str:
    """Return what went wrong without the stacks that TensorFlow writes into its messages."""
    kept: list[str] = []
    depth: int | None = None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if FILE_LINE.match(line.strip()):
            depth = indent
        elif depth is not None and indent > depth:
            # The source line below a file's line.
            continue
        elif not STACK_HEADER.match(line.strip()):
            depth = None
            kept.append(line.strip())
    return "\n".join(line for line in kept if line)


def _code(error: BaseException) -> str:
    return "OUT_OF_MEMORY" if isinstance(error, MemoryError) else "USER_CODE_FAILED"
