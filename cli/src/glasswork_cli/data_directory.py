"""The data directory: where everything is kept, its secrets, and which services run on it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import platformdirs

from glasswork_cli.failures import Failure

VARIABLE = "GLASSWORK_DATA_DIR"


@dataclass(frozen=True)
class Running:
    """The services that run on a data directory.

    Args:
        pid: process of the supervisor.
        port: port of the gateway on 127.0.0.1.
        addresses: gRPC address of each service.
    """

    pid: int
    port: int
    addresses: dict[str, str]

    @property
    def url(self) -> str:
        """Address of the gateway."""
        return f"http://127.0.0.1:{self.port}"


class DataDirectory:
    """A data directory; it is made on first use, readable by its owner alone.

    Args:
        path: the folder; None for GLASSWORK_DATA_DIR, else the user's data folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        chosen = path or os.environ.get(VARIABLE) or platformdirs.user_data_dir("glasswork")
        self.path = Path(chosen).expanduser().resolve()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(
                f"The data directory {self.path} cannot be made: {error.strerror}. Choose another with --data-dir."
            ) from None

    @property
    def token_file(self) -> Path:
        """The file with the gateway's token."""
        return self.path / "token"

    @property
    def secret_file(self) -> Path:
        """The file with the secret that every gRPC call shows."""
        return self.path / "secret"

    def token(self) -> str:
        """Return the gateway's token, made on first use."""
        return _secret(self.token_file)

    def secret(self) -> str:
        """Return the secret of the services, made on first use."""
        return _secret(self.secret_file)

    def running(self) -> Running | None:
        """Return the services that run on this directory, or None."""
        try:
            state: dict[str, Any] = json.loads((self.path / "up.json").read_text())
            found = Running(state["pid"], state["port"], state["addresses"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with (self.path / "up.lock").open("a") as handle:
            return None if try_lock(handle) else found

    def announce(self, running: Running) -> None:
        """Write down which services run here."""
        aside = self.path / "up.json.new"
        aside.write_text(json.dumps(asdict(running)))
        aside.replace(self.path / "up.json")


def try_lock(handle: IO[str], seconds: float = 0.0) -> bool:
    """Take the exclusive lock of a file within so many seconds; return whether nobody else has it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _secret(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        text = path.read_text().strip()
        if text:
            return text
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
    value = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(value + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    return value
