"""The text of a commit: who, why, and the operation that made it, in a form that git gives back unchanged."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from glasswork_sdk.errors import FieldViolation, InvalidInput

NAME: Final = "Glasswork"
EMAIL: Final = "glasswork@localhost"
MAX_MESSAGE: Final = 16_384
MAX_AUTHOR: Final = 200
_SCHEMA: Final = "Schema: 1"
_TRAILER: Final = re.compile(
    r"(?:(?P<message>.*)\n\n)?Op-Id: (?P<operation>[0-9a-f]{32}-[0-9a-f]{16})\nSchema: 1", re.S
)
# What git itself strips from both ends of a name.
_CRUD: Final = "".join(map(chr, range(33))) + ".,:;<>\"\\'"


@dataclass(frozen=True)
class CommitRecord:
    """A commit as git tells it.

    Args:
        id: the commit.
        parents: the commits that it follows.
        author: who made it.
        created: microseconds since 1970.
        message: what the author said, without trailers.
        operation: the id of the save that made it; empty for a commit made elsewhere.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    created: int
    message: str
    operation: str


def clean_author(text: str) -> str:
    """Return an author's name as git will keep it; the registry's own for an empty one.

    Raises:
        InvalidInput: the name is longer than 200 characters, or has a control character.
    """
    if len(text) > MAX_AUTHOR:
        raise _too_long("author", MAX_AUTHOR, len(text))
    _refuse_controls("author", text.replace("\r", " "))
    plain = "".join(letter for letter in text if letter not in "<>")
    return " ".join(plain.split()).strip(_CRUD) or NAME


def clean_message(text: str) -> str:
    """Return a message as git will keep it; `Saved` for an empty one.

    Raises:
        InvalidInput: the message is longer than 16,384 characters, or has a control character.
    """
    if len(text) > MAX_MESSAGE:
        raise _too_long("message", MAX_MESSAGE, len(text))
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_controls("message", unix)
    return unix.strip() or "Saved"


def _refuse_controls(field: str, text: str) -> None:
    """Refuse what no commit holds or no terminal shows as it is; letters that join others, as in emoji, are kept."""
    for place, letter in enumerate(text, 1):
        if letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"):
            told = f"has the control character U+{ord(letter):04X} at position {place}"
            raise InvalidInput(f"The {field} {told}. Remove it.", fields=[FieldViolation(field, told)])


def compose(message: str, operation: str) -> bytes:
    """Return the bytes of a commit message with its trailers."""
    return f"{message}\n\nOp-Id: {operation}\n{_SCHEMA}\n".encode()


def decompose(body: str) -> tuple[str, str]:
    """Return the message and the operation of a commit; the operation is empty where a foreign tool made it."""
    text = body.strip()
    found = _TRAILER.fullmatch(text)
    return (found["message"] or "", found["operation"]) if found else (text, "")


def parse_log(log: bytes) -> list[CommitRecord]:
    """Read the answer of `git log -z` with the five fields id, parents, author, committer's seconds and body."""
    fields = log.decode("utf-8", "replace").split("\0")
    # -z ends each record with the same character that stands between the fields.
    complete = fields[: len(fields) // 5 * 5]
    return [_record(*complete[start : start + 5]) for start in range(0, len(complete), 5)]


def _record(commit: str, parents: str, author: str, seconds: str, body: str) -> CommitRecord:
    message, operation = decompose(body)
    return CommitRecord(commit, tuple(parents.split()), author, int(seconds) * 1_000_000, message, operation)


def _too_long(field: str, limit: int, received: int) -> InvalidInput:
    return InvalidInput(
        f"The {field} of a version has at most {limit} characters, received {received}.",
        fields=[FieldViolation(field, f"longer than {limit} characters")],
    )
