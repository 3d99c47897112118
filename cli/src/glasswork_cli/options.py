"""Options and arguments that many commands share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from glasswork_cli.data_directory import DataDirectory

Command = TypeVar("Command", bound=Callable[..., Any])


def data_dir(command: Command) -> Command:
    """Add `--data-dir`, given to the command as a DataDirectory."""
    return click.option(
        "directory",
        "--data-dir",
        metavar="DIR",
        default="",
        type=click.Path(file_okay=False),
        callback=_directory,
        help="Where everything is kept; default GLASSWORK_DATA_DIR, else your data folder.",
    )(command)


def _directory(context: click.Context, parameter: click.Parameter, value: str) -> DataDirectory:
    return DataDirectory(Path(value) if value else None)


def as_json(command: Command) -> Command:
    """Add `--json`, given to the command as `machine`."""
    return click.option("machine", "--json", is_flag=True, help="Print one JSON object for programs.")(command)


class NewFile(click.Path):
    """A file to write; that its folder is there is known before the work is done, not after."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path of the file."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"There is no folder '{path.parent}' for it. Make it first.", param, ctx)
        return path


model_file = click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def example(line: str) -> str:
    """Return the epilog that shows a command in use."""
    return f"\b\nExample:\n  {line}"


def print_json(value: Any) -> None:
    """Print a value as one line of JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str))
