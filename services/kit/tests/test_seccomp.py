"""Which sockets a process may make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from glasswork_servicekit.seccomp import is_there

PROGRAM = """
import socket, sys
from glasswork_servicekit.seccomp import forbid_sockets

assert forbid_sockets({allowed})
{act}
"""
pytestmark = pytest.mark.skipif(not is_there(), reason="this kernel has no seccomp filters")


def act(allowed: str, line: str, *arguments: str) -> str:
    """Return what a confined process prints, or the name of its error."""
    program = PROGRAM.replace("{allowed}", allowed).replace("{act}", line)
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=20)
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1].partition(":")[0]


@pytest.mark.parametrize(
    ("allowed", "line", "told"),
    [
        ("()", "socket.socket(socket.AF_INET)", "PermissionError"),
        ("()", "socket.socket(socket.AF_UNIX)", "PermissionError"),
        ("[socket.AF_INET]", "socket.socket(socket.AF_UNIX)", "PermissionError"),
        ("[socket.AF_INET]", "socket.socket(socket.AF_VSOCK)", "PermissionError"),
        ("[socket.AF_INET]", "socket.socket(socket.AF_INET); print('made')", "made"),
        ("()", "one, other = socket.socketpair(); one.send(b'here'); print(other.recv(4).decode())", "here"),
        ("()", "import subprocess; print(subprocess.run(['true']).returncode)", "0"),
        ("()", "import subprocess; subprocess.run([sys.executable, '-c', "
               "'import socket; socket.socket()'], check=True, stderr=-3)", "subprocess.CalledProcessError"),
    ],
)  # fmt: skip
def test_a_confined_process_makes_only_the_sockets_it_may(allowed: str, line: str, told: str) -> None:
    assert act(allowed, line) == told


def test_a_socket_that_is_a_file_cannot_be_reached(tmp_path: Path) -> None:
    line = "socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    assert act("[socket.AF_INET]", line, str(tmp_path / "docker.sock")) == "PermissionError"
