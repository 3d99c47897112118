"""The supervisor: five child processes, started together, restarted when they die, ended together."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from glasswork_cli.data_directory import DataDirectory, Running

SERVICES: Final = ("gateway", "registry", "codegen", "executor", "trainer")
FIRST_DELAY: Final = 0.1
LONGEST_DELAY: Final = 5.0
HEALTHY_SECONDS: Final = 30.0
DEATHS_ALLOWED: Final = 5
DEATHS_SECONDS: Final = 60.0
STOP_SECONDS: Final = 9.0
HEAD_START_SECONDS: Final = 4.0
LOG_BYTES: Final = 10 * 1024 * 1024
_PR_SET_PDEATHSIG: Final = 1


class Supervisor:
    """Runs the services of one data directory until it is told to stop.

    Args:
        directory: the data directory.
        port: port of the gateway on 127.0.0.1, a free one.
        login_code: code that a browser exchanges for a cookie, once.
        say: where to tell what a user should know.
    """

    def __init__(self, directory: DataDirectory, port: int, login_code: str, say: Callable[[str], None]) -> None:
        self._directory = directory
        self._say = say
        self._sockets = Path(tempfile.mkdtemp(prefix="glasswork-"))
        self._port = port
        self._login_code = login_code
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._gave_up = False

    @property
    def addresses(self) -> dict[str, str]:
        """The gRPC address of each service but the gateway."""
        return {name: f"unix:{self._sockets / name}.sock" for name in SERVICES if name != "gateway"}

    async def run(self) -> int:
        """Run until SIGINT or SIGTERM; return the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal)
        self._directory.secret()
        self._directory.token()
        self._directory.announce(Running(os.getpid(), self._port, self.addresses))
        environment = self._environment()
        first, *others = SERVICES
        keepers = [asyncio.create_task(self._keep(first, environment))]
        try:
            # The page answers first: the others, with TensorFlow behind them, would take its processor time.
            await self._gateway_listens()
            keepers += [asyncio.create_task(self._keep(name, environment)) for name in others]
            await asyncio.gather(*keepers)
        finally:
            shutil.rmtree(self._sockets, ignore_errors=True)
            (self._directory.path / "up.json").unlink(missing_ok=True)
        return 1 if self._gave_up else 0

    async def _gateway_listens(self) -> None:
        deadline = time.monotonic() + HEAD_START_SECONDS
        while time.monotonic() < deadline and not self._stopping.is_set():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return

    def _on_signal(self) -> None:
        if self._stopping.is_set():
            for child in self._children.values():
                with suppress(ProcessLookupError):
                    child.kill()
        self._stopping.set()

    def _environment(self) -> dict[str, str]:
        addresses = {f"GLASSWORK_{name.upper()}_ADDRESS": address for name, address in self.addresses.items()}
        return {
            **os.environ,
            **addresses,
            "GLASSWORK_DATA_DIR": str(self._directory.path),
            "GLASSWORK_SECRET_FILE": str(self._directory.secret_file),
            "GLASSWORK_TOKEN_FILE": str(self._directory.token_file),
            "GLASSWORK_GATEWAY_HOST": "127.0.0.1",
            "GLASSWORK_GATEWAY_PORT": str(self._port),
            "GLASSWORK_LOGIN_CODE": self._login_code,
        }

    async def _keep(self, name: str, environment: Mapping[str, str]) -> None:
        """Start a service, and again whenever it dies, until everything stops."""
        deaths: list[float] = []
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            started = time.monotonic()
            child = await self._start(name, environment)
            code = await self._until_end(child)
            if self._stopping.is_set():
                return
            now = time.monotonic()
            deaths = [moment for moment in deaths if now - moment < DEATHS_SECONDS] + [now]
            if len(deaths) > DEATHS_ALLOWED:
                self._give_up(name, code)
                return
            delay = FIRST_DELAY if now - started > HEALTHY_SECONDS else min(delay * 2, LONGEST_DELAY)
            self._say(f"{name} ended with {_exit_text(code)} and is started again; its log is {self._log_path(name)}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    def _give_up(self, name: str, code: int) -> None:
        self._gave_up = True
        self._say(
            f"{name} ended {DEATHS_ALLOWED + 1} times within a minute, the last time with {_exit_text(code)}. "
            f"Glasswork stops; read {self._log_path(name)} and run `glasswork doctor`."
        )
        self._stopping.set()

    async def _start(self, name: str, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
        with self._open_log(name) as log:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # no module of the folder that Glasswork was started in stands before ours
                "-m",
                f"glasswork_{name}",
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._children[name] = child
        return child

    async def _until_end(self, child: asyncio.subprocess.Process) -> int:
        """Wait until a child ends; once everything stops, ask it to, and end it if it does not."""
        ended = asyncio.create_task(child.wait())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ended.done():
            with suppress(ProcessLookupError):
                child.terminate()
            done, _ = await asyncio.wait({ended}, timeout=STOP_SECONDS)
            if not done:
                with suppress(ProcessLookupError):
                    child.kill()
        return await ended

    def _log_path(self, name: str) -> Path:
        return self._directory.path / "logs" / f"{name}.log"

    def _open_log(self, name: str) -> IO[bytes]:
        path = self._log_path(name)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the supervisor is killed, so that nothing is left behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _exit_text(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
