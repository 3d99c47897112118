from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result
from glasswork_cli.main import _COMMANDS, main


@pytest.mark.parametrize("name", _COMMANDS)
def test_help_shows_an_example(name: str) -> None:
    arguments = [name, "list", "--help"] if name == "plugin" else [name, "--help"]
    told = CliRunner().invoke(main, arguments)
    assert told.exit_code == 0
    assert "Example" in told.output


@pytest.mark.parametrize("arguments", [["check"], ["suggest"], ["train"], ["nothing"], ["up", "--port", "70000"]])
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_commands_are_imported_when_they_are_asked_for_and_listed_in_the_order_of_use() -> None:
    context = click.Context(main)
    assert main.list_commands(context)[:3] == ["up", "demo", "suggest"]
    assert all(main.get_command(context, name) is not None for name in _COMMANDS)
    assert main.get_command(context, "nothing") is None


def test_file_that_cannot_be_read_is_one_line_and_exit_1(
    ask: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/root/token")

    monkeypatch.setattr("glasswork_cli.data_directory.DataDirectory.token", refuse)
    told = ask("token")
    assert told.exit_code == 1
    assert told.stderr == "Error: /root/token: Permission denied.\n"
