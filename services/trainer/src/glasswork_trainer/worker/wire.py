"""The messages between the server and a forked process: what either may send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Received(Protocol):
    """A message that came: a header of JSON data and raw blobs."""

    @property
    def header(self) -> dict[str, Any]:
        """The header."""

    @property
    def blobs(self) -> Sequence[bytes]:
        """The blobs."""


class Connection(Protocol):
    """The blocking end of the server's socket in a forked process."""

    def send(self, header: Mapping[str, Any], blobs: Sequence[bytes | memoryview] = ()) -> None:
        """Send a message."""

    def receive(self) -> Received:
        """Wait for a message.

        Raises:
            EOFError: the server is gone.
        """
