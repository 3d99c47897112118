"""Answers about components, as the server keeps and passes them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OK, ERROR, BLOCKED = "ok", "error", "blocked"


@dataclass(frozen=True)
class Answer:
    """What one component does to the sample.

    Args:
        component: its id.
        key: its content key.
        state: ok, error or blocked.
        outputs: a JSON object for each output port; a picture refers to `blobs` by number.
        blobs: the pictures.
        parameter_count: number of weights.
        error: message, line and code; None unless the state is error.
        cause: why it ran: new, code, inputs or sample; empty where it was known.
        milliseconds: time that it took when it ran.
        executions: how often it has run.
    """

    component: str
    key: str
    state: str
    outputs: Sequence[Mapping[str, Any]] = ()
    blobs: Sequence[bytes] = ()
    parameter_count: int = 0
    error: Mapping[str, Any] | None = None
    cause: str = ""
    milliseconds: float = 0.0
    executions: int = 0


@dataclass(frozen=True)
class Known:
    """Answers that were told before and still hold, each as it was told then."""

    answers: Sequence[Answer]


@dataclass(frozen=True)
class Variable:
    """A variable of a component on the sample.

    Args:
        component: its id.
        name: the name that was asked for.
        kind: output, weight or local; empty where there is no such variable.
        shown: shape, type, figures and picture as a JSON object; None where it cannot be shown.
        blobs: the picture.
        error: message, line and code; None where it is shown.
        names: the names that the component has.
    """

    component: str
    name: str
    kind: str = ""
    shown: Mapping[str, Any] | None = None
    blobs: Sequence[bytes] = ()
    error: Mapping[str, Any] | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Gradients:
    """Figures over the gradients of one batch, by component and weight."""

    components: Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Done:
    """The end of the answers to one job: components that ran, and that were known."""

    executed: int
    cached: int
    milliseconds: float


@dataclass
class Tally:
    """Counts what a job did."""

    executed: int = 0
    cached: int = 0
    answered: set[str] = field(default_factory=set)

    def add(self, answer: Answer) -> None:
        """Count an answer; one that is blocked neither ran nor was known."""
        self.answered.add(answer.component)
        self.executed += bool(answer.cause)
        self.cached += not answer.cause and answer.state != BLOCKED

    def add_known(self, known: Known) -> None:
        """Count answers that were told before."""
        self.answered.update(answer.component for answer in known.answers)
        self.cached += len(known.answers)

    def done(self, milliseconds: float) -> Done:
        """Return the end of the job's answers."""
        return Done(self.executed, self.cached, milliseconds)
