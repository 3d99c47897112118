"""How a command ends when the answer is no."""

from __future__ import annotations

import click


class Failure(click.ClickException):
    """The answer is no: one line on stderr that names what to do, and exit code 1."""

    exit_code = 1
