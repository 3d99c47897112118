"""A deployment of real containers in the hands of a test: built, started, hurt, and taken down with its volumes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glasswork_cli.client import Client

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("gateway", "codegen", "executor", "trainer", "registry")
HEALTHY_SECONDS = 300.0
BACK_SECONDS = 180.0
# What Docker says of a container whose program did not end in its time and was killed.
KILLED = 137


def engine_is_there() -> bool:
    """Tell whether this machine has a Docker engine with Compose 2."""
    if shutil.which("docker") is None:
        return False
    commands = (("docker", "info"), ("docker", "compose", "version"))
    return all(subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in commands)


@dataclass
class Deployment:
    """A running project of Compose."""

    project: str
    environment: dict[str, str]
    port: int

    def compose(self, *arguments: str, timeout: float = 1800.0, check: bool = True) -> str:
        """Run `docker compose` and return what it printed."""
        command = [
            "docker",
            "compose",
            "--project-name",
            self.project,
            "--file",
            str(ROOT / "compose.yaml"),
            *arguments,
        ]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, env=environment)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.stdout

    def up(self, *options: str) -> float:
        """Start what is not running and wait until all is healthy; return the seconds that it took."""
        begun = time.monotonic()
        self.compose("up", *options, "--detach", "--wait")
        return time.monotonic() - begun

    def run(self, service: str, *command: str, check: bool = True) -> str:
        """Run a command in a container and return what it printed."""
        return self.compose("exec", "--no-TTY", service, *command, check=check).strip()

    def python(self, service: str, script: str) -> str:
        """Run a Python script in a container and return what it printed."""
        return self.run(service, "python", "-c", script)

    def crash(self, service: str) -> None:
        """Kill the program in a container, as a crash would, and wait until Docker has started it anew."""
        before = self.started(service)
        if service == "database":
            self.compose("exec", "--no-TTY", "--user", "postgres", service, "sh", "-c", "kill -QUIT 1", check=False)
        else:
            # The container may be gone before the one that kills in it has told that it is done.
            kill = "import os, signal; os.kill(int(open('/proc/1/task/1/children').read().split()[0]), 9)"
            self.run(service, "python", "-c", kill, check=False)
        deadline = time.monotonic() + BACK_SECONDS
        while self.started(service) == before:
            assert time.monotonic() < deadline, f"{service} was not started anew"
            time.sleep(0.2)

    def started(self, service: str) -> str:
        """Return when a container was started last."""
        found = json.loads(self.docker("inspect", self.container(service)))[0]
        return str(found["State"]["StartedAt"]) if found["State"]["Running"] else ""

    def exit_code(self, service: str) -> int:
        """Return the exit code of a container that has stopped."""
        found = json.loads(self.docker("inspect", self.container(service)))[0]
        assert not found["State"]["Running"], f"{service} runs"
        return int(found["State"]["ExitCode"])

    def container(self, service: str) -> str:
        """Return the id of a service's container."""
        return self.compose("ps", "--all", "--quiet", service).strip()

    def image_bytes(self, image: str) -> int:
        """Return the size of an image."""
        return int(self.docker("image", "inspect", "--format", "{{.Size}}", image))

    @property
    def token(self) -> str:
        """The token, by the command that the documentation gives."""
        return self.run("gateway", "cat", "/var/lib/glasswork/token")

    @contextlib.contextmanager
    def client(self) -> Iterator[Client]:
        """Give a client that is signed in."""
        with Client(f"http://127.0.0.1:{self.port}", self.token) as client:
            client.wait_until_healthy(HEALTHY_SECONDS)
            yield client

    def docker(self, *arguments: str) -> str:
        """Run `docker` and return what it printed."""
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True, timeout=300)
        return done.stdout.strip()


@contextlib.contextmanager
def deployed(folder: Path, **environment: str) -> Iterator[Deployment]:
    """Build and start a deployment with images, volumes and a port of its own, and leave nothing of it but the images.

    Args:
        folder: becomes its data root.
        environment: further settings of compose.yaml.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = {
        "GLASSWORK_IMAGES": "glasswork-test",
        "GLASSWORK_PUBLISH": f"127.0.0.1:{port}",
        "GLASSWORK_DATA_FOLDER": str(folder),
        **environment,
    }
    deployment = Deployment(f"glasswork-test-{os.getpid()}", settings, port)
    try:
        yield deployment
    finally:
        deployment.compose("down", "--volumes", "--remove-orphans", check=False)


def ended(client: Client, path: str, seconds: float = 600.0) -> dict[str, Any]:
    """Wait for the end of a run or a job, also over restarts of what answers."""
    deadline = time.monotonic() + seconds
    while True:
        found = client.patiently(path)
        if found["state"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.3)
