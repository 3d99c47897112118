"""Scripts run as by a fresh `python`, without the seconds that importing TensorFlow takes each time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

PROCESS = Path(__file__).with_name("warm_process.py")
START_SECONDS = 300.0
# TensorFlow, its libraries and Python read these when they are imported: a fork can no longer have others.
READ_AT_IMPORT = ("TF_", "KERAS_", "CUDA_", "XLA_", "OMP_", "MKL_", "ONEDNN_", "PYTHON")


class Warm:
    """A process that has imported TensorFlow and runs each script in a fork of its own."""

    def __init__(self, process: subprocess.Popen[str], environment: Mapping[str, str], log: Any) -> None:
        self._process = process
        self._log = log
        self._environment = dict(environment)
        self._lock = threading.Lock()

    def run(
        self,
        arguments: Sequence[str | Path],
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 300.0,
        check: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run what `subprocess.run([sys.executable, *arguments], capture_output=True, text=True)` would.

        Args:
            arguments: a script's path, `-c` and code, or `-m` and a module, and the arguments of the script.
            cwd: the script's working directory; this process's by default.
            env: the script's environment; this process's by default.
            timeout: seconds > 0 after which the script is killed.
            check: whether an exit code other than 0 raises.

        Returns:
            The exit code (negative: the signal that ended it) and the script's output.

        Raises:
            ValueError: the environment has another value for a variable that TensorFlow read when it was imported.
            subprocess.TimeoutExpired: the script took longer than `timeout`.
            subprocess.CalledProcessError: `check` is set and the script failed.
        """
        command = [str(argument) for argument in arguments]
        environment = dict(os.environ if env is None else env)
        self._refuse_another(environment)
        with self._lock, NamedTemporaryFile("r") as out, NamedTemporaryFile("r") as err:
            request = {"arguments": command, "environment": environment, "cwd": str(cwd or Path.cwd())}
            self._tell({**request, "stdout": out.name, "stderr": err.name})
            code = self._end_of(self._hear(START_SECONDS)["pid"], timeout)
            if code is None:
                raise subprocess.TimeoutExpired(command, timeout, out.read(), err.read())
            done = subprocess.CompletedProcess(command, code, out.read(), err.read())
        if check:
            done.check_returncode()
        return done

    def wait_until_ready(self) -> None:
        self._hear(START_SECONDS)

    def _refuse_another(self, environment: Mapping[str, str]) -> None:
        names = {name for name in (*environment, *self._environment) if name.startswith(READ_AT_IMPORT)}
        other = sorted(name for name in names if environment.get(name) != self._environment.get(name))
        if other:
            told = "is read when TensorFlow is imported; run the script in a process of its own"
            raise ValueError(f"{', '.join(other)} {told}.")

    def _end_of(self, pid: int, timeout: float) -> int | None:
        try:
            return self._hear(timeout)["returncode"]
        except TimeoutError:
            os.killpg(pid, signal.SIGKILL)
            self._hear(START_SECONDS)
            return None

    def _tell(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def _hear(self, seconds: float) -> dict[str, int]:
        assert self._process.stdout is not None
        # Unbuffered, a byte at a time: a line that waits in a buffer is one that `select` does not see.
        deadline, line = time.monotonic() + seconds, b""
        while not line.endswith(b"\n"):
            if not select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(self._process.stdout.fileno(), 1)
            assert part, f"The warm process ended with {self._process.wait()}: {self._log.read()}"
            line += part
        answer: dict[str, int] = json.loads(line)
        return answer


@contextlib.contextmanager
def warmed(environment: Mapping[str, str] | None = None) -> Iterator[Warm]:
    """Start the warm process, with this process's environment by default, and end it."""
    environment = dict(os.environ if environment is None else environment)
    command = [sys.executable, str(PROCESS)]
    with (
        NamedTemporaryFile("r") as log,
        open(log.name, "w") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
    ):
        warm = Warm(process, environment, log)
        warm.wait_until_ready()
        # The end of its input, which leaving the block brings, is the end of the process.
        yield warm
