from __future__ import annotations

import json
import socket
from collections.abc import Callable

import pytest
from click.testing import Result
from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory, Running, try_lock

Ask = Callable[..., Result]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_status_of_nothing_exits_with_1(ask: Ask, arguments: tuple[str, ...]) -> None:
    told = ask("status", *arguments)
    assert told.exit_code == 1
    if arguments:
        assert json.loads(told.stdout)["status"] == "stopped"
    else:
        assert "does not run on" in told.stderr


@pytest.mark.parametrize(("health", "code"), [("ok", 0), ("starting", 1)])
def test_status_exits_with_0_where_all_is_well(
    ask: Ask, directory: DataDirectory, monkeypatch: pytest.MonkeyPatch, health: str, code: int
) -> None:
    monkeypatch.setattr(Client, "health", lambda _: {"status": health, "services": {"trainer": health}})
    directory.announce(Running(7, 8000, {}))
    with (directory.path / "up.lock").open("a") as lock:
        assert try_lock(lock)
        told = ask("status")
    assert told.exit_code == code
    assert told.stdout.splitlines()[1].split() == ["trainer", health]


def test_port_in_use_is_told_with_what_to_do(ask: Ask) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = ask("up", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert told.exit_code == 1
    assert "is in use. Choose another with --port" in told.stderr


def test_token_is_printed_as_it_stands_in_its_file(ask: Ask, directory: DataDirectory) -> None:
    assert ask("token").stdout == directory.token_file.read_text()
