from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from glasswork_cli.data_directory import DataDirectory, Running, try_lock
from glasswork_cli.failures import Failure

RUNNING = Running(7, 8000, {"codegen": "unix:/tmp/codegen.sock"})


def test_token_and_secret_are_made_once_for_their_owner_alone(directory: DataDirectory) -> None:
    token, secret = directory.token(), directory.secret()
    assert (directory.token(), directory.secret()) == (token, secret)
    assert token != secret
    assert [path.stat().st_mode & 0o777 for path in (directory.token_file, directory.secret_file)] == [0o600, 0o600]


def test_token_that_a_crash_left_empty_is_made_anew(directory: DataDirectory) -> None:
    directory.token_file.touch(0o600)
    made = directory.token()
    assert len(made) >= 32
    assert directory.token() == made


def test_services_run_as_long_as_the_lock_is_held(directory: DataDirectory) -> None:
    assert directory.running() is None
    directory.announce(RUNNING)
    assert directory.running() is None  # written down, and nobody holds the lock: they were killed
    with (directory.path / "up.lock").open("a") as lock:
        assert try_lock(lock)
        assert directory.running() == RUNNING
    assert directory.running() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 7}'])
def test_damaged_announcement_is_none(directory: DataDirectory, text: str) -> None:
    (directory.path / "up.json").write_text(text)
    with (directory.path / "up.lock").open("a") as lock:
        assert try_lock(lock)
        assert directory.running() is None


def test_lock_is_waited_for_while_somebody_looks(directory: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    path = directory.path / "up.lock"
    with path.open("a") as held, path.open("a") as wanted:
        assert try_lock(held)
        assert not try_lock(wanted)
        monkeypatch.setattr("glasswork_cli.data_directory.time.sleep", lambda seconds: fcntl.flock(held, fcntl.LOCK_UN))
        assert try_lock(wanted, seconds=60)


def test_directory_that_cannot_be_made_is_told_with_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match=r"file/data cannot be made: Not a directory\. Choose another with --data-dir"):
        DataDirectory(tmp_path / "file" / "data")


def test_directory_is_readable_by_its_owner_alone(directory: DataDirectory) -> None:
    assert os.stat(directory.path).st_mode & 0o777 == 0o700
