"""A worker's end of the connection to its server: blocking, as the worker's own code is."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from glasswork_servicekit import frames
from glasswork_servicekit.frames import Blob, FrameLimits, Message


class Connection:
    """Sends and receives frames, blocking. Sending is safe from several threads, receiving from one.

    Args:
        peer: the connected socket.
        limits: the largest frame allowed in either direction.
    """

    def __init__(self, peer: socket.socket, limits: FrameLimits | None = None) -> None:
        self._socket = peer
        self._limits = limits or FrameLimits()
        self._sending = threading.Lock()

    def fileno(self) -> int:
        """Return the descriptor, for `select`."""
        return self._socket.fileno()

    def send(self, header: Mapping[str, Any], blobs: Sequence[Blob] = ()) -> None:
        """Send one frame.

        Args:
            header: a JSON object; numbers have to be finite.
            blobs: raw bytes.

        Raises:
            OSError: the server is gone.
            ValueError: the frame is too large, or a number is not finite.
        """
        parts = frames.encode(header, blobs, self._limits)
        with self._sending:
            for part in parts:
                self._socket.sendall(part)

    def poll(self, timeout: float = 0.0) -> bool:
        """Return whether a frame, or the end, can be received within `timeout` seconds."""
        return bool(select.select([self._socket], [], [], timeout)[0])

    def receive(self) -> Message:
        """Wait for one frame.

        Raises:
            EOFError: the server has closed the connection or is gone.
            FrameError: the frame breaks the rules.
        """
        header_size, count = frames.PREFIX.unpack(self._read(frames.PREFIX.size))
        frames.check_count(count)
        sizes = frames.decode_sizes(self._read(8 * count))
        frames.check(header_size, sizes, self._limits)
        header = frames.decode_header(self._read(header_size))
        return Message(header, [self._read(size) for size in sizes])

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _read(self, size: int) -> bytes:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            try:
                received = self._socket.recv_into(view)
            except ConnectionError as error:
                raise EOFError("the server is gone") from error
            if not received:
                raise EOFError("the server has closed the connection")
            view = view[received:]
        return bytes(data)
