"""The command `glasswork`."""

from __future__ import annotations

import importlib
from typing import Any, Final

import click

from glasswork_cli.failures import Failure

_COMMANDS: Final = {
    "up": "machine",
    "demo": "demo",
    "suggest": "modelling",
    "check": "modelling",
    "code": "modelling",
    "preview": "modelling",
    "train": "training",
    "test": "training",
    "export": "training",
    "predict": "training",
    "runs": "training",
    "log": "history",
    "reindex": "history",
    "plugin": "plugins",
    "doctor": "machine",
    "status": "machine",
    "token": "machine",
}


class _Commands(click.Group):
    """Imports a command when it is asked for, so that `up` does not wait for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        found: Any = getattr(importlib.import_module(f"glasswork_cli.commands.{module}"), cmd_name)
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a file that cannot be read or written is an answer, not a traceback."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            raise Failure(f"{name}{error.strerror or error}.") from None


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="glasswork", prog_name="glasswork")
def main() -> None:
    """A visual modelling tool for TensorFlow: no black boxes."""
