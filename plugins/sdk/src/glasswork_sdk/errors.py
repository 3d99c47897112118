"""The error tree of Glasswork; every class knows its canonical code and its reason.

::

    GlassworkError
    ├── InvalidInput            INVALID_ARGUMENT      the request cannot be right, whatever the state
    │   ├── InvalidDocument     a model document that cannot be read
    │   ├── UnsupportedFormat   a document of a newer format
    │   ├── InvalidGraph        a graph with errors, where a sound one is needed
    │   ├── InvalidSettings     settings that their component type refuses
    │   └── InvalidDataset      data that cannot be read as a dataset
    ├── NotFound                NOT_FOUND             a thing asked for by name is not there
    ├── AlreadyExists           ALREADY_EXISTS        a thing to be made is there already
    ├── WrongState              FAILED_PRECONDITION   right request, wrong moment
    ├── Conflict                ABORTED               somebody else was faster; read again and merge
    ├── Unauthenticated         UNAUTHENTICATED       no valid token or secret
    ├── Forbidden               PERMISSION_DENIED     known, and still not allowed
    ├── Exhausted               RESOURCE_EXHAUSTED    over a limit of size, count or rate
    ├── UserCodeFailed          FAILED_PRECONDITION   user code raised, crashed or ran over a limit
    ├── PluginFailed            FAILED_PRECONDITION   the code of a plugin raised, or did not return
    ├── Unavailable             UNAVAILABLE           the service cannot answer now; try again
    ├── DeadlineExceeded        DEADLINE_EXCEEDED     no answer within the time allowed
    └── InternalError           INTERNAL              a bug of ours; the id leads to the log

A message says what was expected, what was received, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldViolation:
    """One bad field of a request: its dotted path and what is wrong with it."""

    field: str
    description: str


class GlassworkError(Exception):
    """Base of every error that Glasswork raises on purpose.

    Args:
        message: what was expected, what was received, where, and what to do; shown to the user.
        fields: the bad fields of the request, if the error is about some.
        metadata: further facts for programs, string to string (`component`, `line`, …).
    """

    code: ClassVar[str] = "UNKNOWN"
    reason: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        message: str,
        *,
        fields: Sequence[FieldViolation] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = tuple(fields)
        self.metadata = dict(metadata or {})


class InvalidInput(GlassworkError):
    """The request cannot be right, whatever the state of the system."""

    code = "INVALID_ARGUMENT"
    reason = "INVALID_INPUT"


class InvalidDocument(InvalidInput):
    """A model document that cannot be read."""

    reason = "INVALID_DOCUMENT"


class UnsupportedFormat(InvalidDocument):
    """A model document of a newer format than this version reads."""

    reason = "UNSUPPORTED_FORMAT"


class InvalidGraph(InvalidInput):
    """A graph with errors where a sound one is needed."""

    reason = "INVALID_GRAPH"


class InvalidSettings(InvalidInput):
    """Settings that their component type refuses."""

    reason = "INVALID_SETTINGS"


class InvalidDataset(InvalidInput):
    """Data that cannot be read as a dataset."""

    reason = "INVALID_DATASET"


class NotFound(GlassworkError):
    """A thing asked for by name does not exist."""

    code = "NOT_FOUND"
    reason = "NOT_FOUND"


class AlreadyExists(GlassworkError):
    """A thing to be made exists already."""

    code = "ALREADY_EXISTS"
    reason = "ALREADY_EXISTS"


class WrongState(GlassworkError):
    """The request is right, but not in the present state."""

    code = "FAILED_PRECONDITION"
    reason = "WRONG_STATE"


class Conflict(GlassworkError):
    """Somebody else changed the same thing first."""

    code = "ABORTED"
    reason = "CONFLICT"


class Unauthenticated(GlassworkError):
    """The caller showed no valid token or secret."""

    code = "UNAUTHENTICATED"
    reason = "UNAUTHENTICATED"


class Forbidden(GlassworkError):
    """The caller is known and may not do this."""

    code = "PERMISSION_DENIED"
    reason = "FORBIDDEN"


class Exhausted(GlassworkError):
    """A limit of size, count or rate was passed."""

    code = "RESOURCE_EXHAUSTED"
    reason = "EXHAUSTED"


class UserCodeFailed(GlassworkError):
    """Code of the user raised, crashed or ran over a limit; `metadata` may name `component` and `line`."""

    code = "FAILED_PRECONDITION"
    reason = "USER_CODE_FAILED"


class PluginFailed(GlassworkError):
    """The code of a plugin raised something that its contract does not allow, or did not return in time."""

    code = "FAILED_PRECONDITION"
    reason = "PLUGIN_FAILED"


class Unavailable(GlassworkError):
    """The service cannot answer now; trying again may help."""

    code = "UNAVAILABLE"
    reason = "UNAVAILABLE"


class DeadlineExceeded(GlassworkError):
    """No answer came within the time allowed."""

    code = "DEADLINE_EXCEEDED"
    reason = "DEADLINE_EXCEEDED"


class InternalError(GlassworkError):
    """A bug of ours; the message carries an id that leads to the log."""

    code = "INTERNAL"
    reason = "INTERNAL"


def error_classes() -> dict[str, type[GlassworkError]]:
    """Return every class of the tree by its reason, so that a peer's error becomes the same class again."""
    found: dict[str, type[GlassworkError]] = {}
    pending: list[type[GlassworkError]] = [GlassworkError]
    while pending:
        cls = pending.pop()
        found[cls.reason] = cls
        pending.extend(cls.__subclasses__())
    return found
