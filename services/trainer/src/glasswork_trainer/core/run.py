"""A run and the things that belong to it, as plain data."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The life cycle of runs and jobs."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows this state."""
        return self in (State.SUCCEEDED, State.FAILED, State.CANCELLED)


class EndReason(StrEnum):
    """Why a run that succeeded came to its end."""

    COMPLETED = "completed"
    EARLY_STOPPING = "early_stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Failure:
    """An error of a run, a test or an export.

    Args:
        message: what went wrong, where, and what to do.
        component: the component it is in; empty where it is no one component's.
        line: the line in the component's code, from 1; 0 where unknown.
        code: UPPER_SNAKE name of the kind of error.
    """

    message: str
    component: str = ""
    line: int = 0
    code: str = "USER_CODE_FAILED"


@dataclass
class Run:
    """One training; what of it is kept in run.json.

    Args:
        id: sortable by time, safe in addresses and file names.
        paused_by: user or server where the state is PAUSED; empty otherwise.
        logged_epochs: epochs that have their event; after an interruption some are trained again.
        number: what people call it by, from 1 within its model; never given to another run of it.
        changes: learning rates set while it went on, each with the position at which it took effect.
    """

    id: str
    model: str = ""
    version: str = ""
    state: State = State.PENDING
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    error: Failure | None = None
    end_reason: str = ""
    created: float = 0.0
    ended: float = 0.0
    weights_hash: str = ""
    test: dict[str, Any] | None = None
    last_sequence: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    training_type: str = ""
    dataset_hash: str = ""
    devices: list[str] = field(default_factory=list)
    idempotency_key: str = ""
    paused_by: str = ""
    changes: list[dict[str, float]] = field(default_factory=list)
    logged_epochs: int = 0
    number: int = 0

    @property
    def progress(self) -> float:
        """Part of the training that is done, 0 to 1."""
        if self.state == State.SUCCEEDED:
            return 1.0
        if self.epochs <= 0:
            return 0.0
        return min(1.0, (self.epoch + (self.step / self.steps if self.steps > 0 else 0.0)) / self.epochs)

    @property
    def trained(self) -> bool:
        """Whether at least one step was done."""
        return self.epoch > 0 or self.step > 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` reads again."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Run:
        """Return the run that `to_dict` described; unknown keys of another version are left out."""
        known = {item.name for item in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        values["state"] = State(values["state"])
        values["error"] = failure_from(values.get("error"))
        return cls(**values)


def failure_from(data: Mapping[str, Any] | None) -> Failure | None:
    """Return the failure that plain data describes, or None for none."""
    return None if data is None else Failure(**data)


def is_identifier(text: str) -> bool:
    """Return whether `new_identifier` can have made a text."""
    return re.fullmatch(r"[a-z][0-9a-f]{17}", text) is not None


def new_identifier(prefix: str) -> str:
    """Return an id that sorts by time: `prefix`, milliseconds in hexadecimal digits, and random ones."""
    return f"{prefix}{time.time_ns() // 1_000_000:011x}{secrets.token_hex(3)}"
