"""Commands about this machine: start the services, and say what is wrong."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
import webbrowser

import click

from glasswork_cli import options
from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory, try_lock
from glasswork_cli.failures import Failure


@click.command(epilog=options.example("glasswork up --port 8080"))
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port on 127.0.0.1; 0 for a free one.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@options.data_dir
def up(directory: DataDirectory, port: int, no_browser: bool) -> None:
    """Start the services and the page; Ctrl-C ends them all."""
    from glasswork_cli.supervisor import Supervisor

    with (directory.path / "up.lock").open("a") as lock:
        # Others take the lock for a moment to see whether anybody has it.
        if not try_lock(lock, seconds=0.5):
            running = directory.running()
            told = f" at {running.url}" if running else ""
            raise Failure(f"Glasswork runs on {directory.path} already{told}. Use it, or choose another --data-dir.")
        chosen = _free_port(port)
        code = secrets.token_urlsafe(16)
        address = f"http://127.0.0.1:{chosen}/#code={code}"
        click.echo(f"Glasswork is at {address}\nData is in {directory.path}; Ctrl-C ends Glasswork.")
        sys.stdout.flush()
        if not no_browser:
            webbrowser.open(address)
        supervisor = Supervisor(directory, chosen, code, lambda text: click.echo(text, err=True))
        status = asyncio.run(supervisor.run())
    sys.exit(status)


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Failure(
                f"Port {port} on 127.0.0.1 is in use. Choose another with --port, or 0 for a free one."
            ) from None
        return int(probe.getsockname()[1])


@click.command(epilog=options.example("glasswork status --json"))
@options.as_json
@options.data_dir
def status(directory: DataDirectory, machine: bool) -> None:
    """Say whether the services run and how they are; exit 1 if they do not."""
    running = directory.running()
    if running is None:
        if machine:
            options.print_json({"status": "stopped", "data_dir": str(directory.path), "services": {}})
            sys.exit(1)
        raise Failure(f"Glasswork does not run on {directory.path}. Start it with `glasswork up`.")
    with Client(running.url, directory.token()) as client:
        health = client.health()
    answer = {**health, "url": running.url, "pid": running.pid, "data_dir": str(directory.path)}
    if machine:
        options.print_json(answer)
    else:
        click.echo(f"{health['status']}  {running.url}  (process {running.pid}, data in {directory.path})")
        for name, state in health["services"].items():
            click.echo(f"  {name:10} {state}")
    sys.exit(0 if health["status"] == "ok" else 1)


@click.command(
    epilog=options.example('curl -H "Authorization: Bearer $(glasswork token)" http://127.0.0.1:8000/api/v1/runs')
)
@options.data_dir
def token(directory: DataDirectory) -> None:
    """Print the token that the API asks for."""
    click.echo(directory.token())


@click.command(epilog=options.example("glasswork doctor --json"))
@options.as_json
@options.data_dir
def doctor(directory: DataDirectory, machine: bool) -> None:
    """Look for what is wrong with this machine or this data directory, and say how to mend it."""
    from glasswork_cli.examination import examine

    found = examine(directory)
    if machine:
        options.print_json({"checks": [finding.as_dict() for finding in found]})
    else:
        for finding in found:
            click.echo(f"{finding.verdict:8}{finding.name}: {finding.told}")
    sys.exit(1 if any(finding.verdict == "error" for finding in found) else 0)
