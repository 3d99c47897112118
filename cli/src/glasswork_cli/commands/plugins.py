"""Commands about plugins."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from glasswork_sdk.plugins import load_plugins

from glasswork_cli import display, options
from glasswork_cli.data_directory import DataDirectory


@click.group()
def plugin() -> None:
    """See which plugins are installed."""


@plugin.command("list", epilog=options.example("glasswork plugin list --json"))
@options.data_dir
@options.as_json
def list_plugins(directory: DataDirectory, machine: bool) -> None:
    """List the plugins and what they bring; exit 1 if one is broken."""
    infos = list(load_plugins().plugins.values())
    if machine:
        options.print_json({"items": [asdict(info) for info in infos]})
    else:
        rows = [
            [info.name, info.version, info.distribution, info.error or ", ".join(info.component_types)]
            for info in infos
        ]
        display.table(["plugin", "version", "distribution", "component types"], rows)
    sys.exit(1 if any(info.error for info in infos) else 0)
