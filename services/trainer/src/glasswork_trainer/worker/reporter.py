"""What a run tells the server: progress, output and findings."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Mapping
from typing import Any

from glasswork_trainer.core.wording import sendable
from glasswork_trainer.worker.wire import Connection

LONGEST_LINE = 2_000
MOST_LINES = 10_000


class Reporter:
    """Sends messages from any thread; once the server is gone, it drops them.

    Args:
        connection: the socket to the server.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._gone = False

    def send(self, kind: str, **values: Any) -> None:
        """Send one message."""
        with self._lock:
            if self._gone:
                return
            try:
                self._connection.send({"kind": kind, **values})
            except OSError:
                self._gone = True


class Output(io.TextIOBase):
    """A text stream whose lines become log events.

    Args:
        reporter: where the lines go.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._rest = ""
        self._lines = 0

    def writable(self) -> bool:
        """Say that this is a stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Send each whole line."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._send(line)
        self._rest = self._rest[-LONGEST_LINE:]
        return len(text)

    def _send(self, line: str) -> None:
        self._lines += 1
        if self._lines <= MOST_LINES and line.strip():
            self._reporter.send("log", message=sendable(line.rpartition("\r")[2][:LONGEST_LINE]))
        elif self._lines == MOST_LINES + 1:
            self._reporter.send("log", message=f"(output ends here: more than {MOST_LINES} lines)")


def split_metrics(logs: Mapping[str, Any] | None) -> tuple[dict[str, float], dict[str, str]]:
    """Return the finite metrics as numbers, and the others as `nan`, `inf` or `-inf`; what is no number is left out."""
    finite: dict[str, float] = {}
    others: dict[str, str] = {}
    for name, value in (logs or {}).items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            finite[sendable(str(name))] = number
        else:
            others[sendable(str(name))] = str(number)
    return finite, others
