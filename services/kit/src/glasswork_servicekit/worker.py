"""A server's end of a worker: frames, its limits watched, and how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glasswork_servicekit import frames, sandbox
from glasswork_servicekit.frames import Blob, FrameLimits, Message
from glasswork_servicekit.sandbox import SIGNALLED, Limits

WATCH_SECONDS = 0.1
IDLE_WATCH_SECONDS = 1.0
# A zygote that has not told how a worker ended by then never will.
TOLD_SECONDS = 2.0
FLUSH_SECONDS = 1.0

EXITED, SIGNAL, KILLED, LOST = "exited", "signal", "killed", "lost"
MEMORY, PROCESSES, CPU, TIME = "memory", "processes", "cpu", "time"


class WorkerGone(ConnectionError):
    """The worker has closed its connection; `Worker.wait` says how it ended."""


@dataclass(frozen=True)
class Exit:
    """How a worker ended.

    Args:
        code: exit code; None where it died of a signal or nobody knows.
        signal: number of the signal it died of; None for none.
        reason: exited, signal, memory, processes, cpu, time, killed or lost (its zygote was gone and could not tell).
        limits: what it was allowed.
    """

    code: int | None
    signal: int | None
    reason: str
    limits: Limits

    def describe(self) -> str:
        """Return the reason in plain words, to stand behind "the preview of 'conv1' was stopped: "."""
        if self.reason == MEMORY:
            return f"it used more than {_gibibytes(self.limits.memory_bytes or 0)}"
        if self.reason == PROCESSES:
            return f"it started more than {self.limits.processes} processes"
        if self.reason == CPU:
            return f"it used more than {self.limits.cpu_seconds} s of processor time"
        if self.reason == TIME:
            return "it took too long"
        if self.reason == KILLED:
            return "it was cancelled"
        if self.reason == SIGNAL and self.signal is not None:
            return f"its process crashed ({_signal_name(self.signal)})"
        if self.reason == LOST:
            return "its process ended, and nobody saw how"
        return f"its process ended by itself with exit code {self.code}"


class _ClosingProtocol(asyncio.StreamReaderProtocol):
    """Closes the transport at the end of the stream; a worker that has closed its end is not written to again."""

    def eof_received(self) -> bool:
        super().eof_received()
        return False


class Worker:
    """A forked process that runs one entry function; made by `Zygote.fork`.

    Args:
        pid: its process, or the guard of a contained one.
        limits: what it may use.
        baseline_bytes: private memory that it shares with the zygote from the start.
        frame_limits: the largest frame allowed.
    """

    def __init__(self, pid: int, limits: Limits, baseline_bytes: int, frame_limits: FrameLimits) -> None:
        self.pid = pid
        self.limits = limits
        self._baseline = baseline_bytes
        self._frame_limits = frame_limits
        self._exit: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._reason: str | None = None
        self._awaiting_answer = False
        self._draining = asyncio.Lock()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._watch: asyncio.Task[None] | None = None
        self._pidfd = _open_pidfd(pid)
        self._patience = TOLD_SECONDS
        self._seen_to_end = False

    async def open(self, peer: socket.socket) -> None:
        """Take over the server's end of the connection and begin to watch the memory."""
        loop = asyncio.get_running_loop()
        self._reader = asyncio.StreamReader(limit=1024 * 1024, loop=loop)
        protocol = _ClosingProtocol(self._reader, loop=loop)
        transport, _ = await loop.create_connection(lambda: protocol, sock=peer)
        self._writer = asyncio.StreamWriter(transport, protocol, self._reader, loop)
        self._watch_end()
        if self.limits.memory_bytes is not None or self.limits.processes is not None:
            self._watch = asyncio.create_task(self._watch_use())

    @property
    def alive(self) -> bool:
        """Whether the worker has not been seen to end."""
        return not self._exit.done()

    async def send(self, header: Mapping[str, Any], blobs: Sequence[Blob] = ()) -> None:
        """Send one frame.

        Raises:
            WorkerGone: the worker has ended.
            FrameError: the frame is too large.
        """
        if self._writer is None or self._writer.is_closing():
            raise WorkerGone("the worker has ended")
        self._awaiting_answer = True
        parts = frames.encode(header, blobs, self._frame_limits)
        # Written in one go, so that frames of several senders do not mix; drained one after the other.
        self._writer.writelines([bytes(part) for part in parts])
        try:
            async with self._draining:
                await self._writer.drain()
        except (ConnectionError, RuntimeError) as error:
            raise WorkerGone("the worker has ended") from error

    async def receive(self) -> Message:
        """Wait for one frame.

        Raises:
            WorkerGone: the worker has ended, or sent what is no frame.
        """
        try:
            message = await self._read_frame()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerGone("the worker has ended") from error
        except frames.FrameError as error:
            self.kill()
            raise WorkerGone(f"the worker broke the protocol: {error}") from error
        self._awaiting_answer = False
        return message

    async def wait(self) -> Exit:
        """Wait until the worker has ended and return how."""
        return await asyncio.shield(self._exit)

    def kill(self, reason: str = KILLED) -> None:
        """End the worker and all that it started, at once; `wait` gives `reason` unless it had ended before."""
        if self._exit.done():
            return
        self._reason = self._reason or reason
        pids = sandbox.descendants(self.pid)
        if self._pidfd is not None:
            # A pidfd cannot hit a stranger that got the same number.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)

    async def close(self, grace: float = 1.0) -> Exit:
        """Close the connection, which asks the worker to end; after `grace` seconds it is killed."""
        await self.disconnect()
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self.wait(), grace)
        self.kill()
        return await self.wait()

    async def disconnect(self) -> None:
        """Close the connection and leave the end to the worker."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
            try:
                async with asyncio.timeout(FLUSH_SECONDS):
                    await writer.wait_closed()
            except TimeoutError:
                # A worker that does not read must not hold its server up.
                writer.transport.abort()
            except ConnectionError:
                pass

    def ended(self, code: int) -> None:
        """Take note of how the process ended; called by the zygote's client.

        Args:
            code: exit code, negative for a signal.
        """
        if self.limits.contained and code > SIGNALLED:
            code = SIGNALLED - code
        number = -code if code < 0 else None
        self._settle(Exit(None if number else code, number, self._reason or _reason(number), self.limits))

    def orphaned(self) -> None:
        """Learn of the end from the kernel alone: the zygote that would have told how is gone."""
        self._patience = 0.0
        if self._seen_to_end:
            self._settle_lost()

    def _watch_end(self) -> None:
        # The zygote tells how a worker ended, and may die before it does: the kernel's word is the last.
        if self._pidfd is None:
            self._on_end()
        else:
            asyncio.get_running_loop().add_reader(self._pidfd, self._on_end)

    def _on_end(self) -> None:
        self._seen_to_end = True
        loop = asyncio.get_running_loop()
        if self._pidfd is not None:
            loop.remove_reader(self._pidfd)
        loop.call_later(self._patience, self._settle_lost)

    def _settle_lost(self) -> None:
        self._settle(Exit(None, None, self._reason or LOST, self.limits))

    def _settle(self, ending: Exit) -> None:
        if self._exit.done():
            return
        self._exit.set_result(ending)
        if self._watch is not None:
            self._watch.cancel()
        if self._pidfd is not None:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    async def _read_frame(self) -> Message:
        if self._reader is None:
            raise WorkerGone("the worker is closed")
        header_size, count = frames.PREFIX.unpack(await self._reader.readexactly(frames.PREFIX.size))
        frames.check_count(count)
        sizes = frames.decode_sizes(await self._reader.readexactly(8 * count))
        frames.check(header_size, sizes, self._frame_limits)
        header = frames.decode_header(await self._reader.readexactly(header_size))
        return Message(header, [await self._reader.readexactly(size) for size in sizes])

    async def _watch_use(self) -> None:
        seen_busy = time.monotonic()
        while True:
            if self._awaiting_answer:
                seen_busy = time.monotonic()
            busy = time.monotonic() - seen_busy < IDLE_WATCH_SECONDS
            await asyncio.sleep(WATCH_SECONDS if busy else IDLE_WATCH_SECONDS)
            self._check_use()

    def _check_use(self) -> None:
        pids = [self.pid, *sandbox.descendants(self.pid)]
        # RLIMIT_NPROC does not bind root, so processes are counted here as well.
        if self.limits.processes is not None and len(pids) > self.limits.processes:
            self.kill(PROCESSES)
        elif self.limits.memory_bytes is not None:
            used = sum(max(0, sandbox.private_bytes(pid) - self._baseline) for pid in pids)
            if used > self.limits.memory_bytes:
                self.kill(MEMORY)


def _reason(number: int | None) -> str:
    if number is None:
        return EXITED
    return CPU if number == signal.SIGXCPU else SIGNAL


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _gibibytes(size: int) -> str:
    return f"{size / 2**30:g} GiB" if size >= 2**30 else f"{size / 2**20:g} MiB"


def _open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None
