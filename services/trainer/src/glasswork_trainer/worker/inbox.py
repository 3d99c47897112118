"""Commands from the server, received by a thread while training goes on."""

from __future__ import annotations

import queue
import threading
from typing import Any

from glasswork_trainer.worker.wire import Connection

LEAVE = {"command": "leave"}


class Inbox:
    """The commands that wait for the next end of a batch.

    The end of the connection is a command to leave: a run does not outlive its server.

    Args:
        connection: where commands come from.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def start(self) -> None:
        """Begin to receive."""
        threading.Thread(target=self._receive, name="inbox", daemon=True).start()

    @property
    def waiting(self) -> bool:
        """Whether a command waits; cheap enough for every batch."""
        return not self._commands.empty()

    def next(self) -> dict[str, Any]:
        """Wait for a command and return it."""
        return self._commands.get()

    def _receive(self) -> None:
        while True:
            try:
                self._commands.put(self._connection.receive().header)
            except (EOFError, OSError):
                self._commands.put(LEAVE)
                return
