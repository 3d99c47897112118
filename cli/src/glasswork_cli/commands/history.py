"""Commands about versions and the index of the registry."""

from __future__ import annotations

import asyncio

import click
from glasswork.registry.v1 import registry_pb2, registry_pb2_grpc
from glasswork_sdk.errors import GlassworkError
from glasswork_servicekit.channel import connect

from glasswork_cli import display, options
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.failures import Failure
from glasswork_cli.services import services

REINDEX_SECONDS = 600.0


@click.command(epilog=options.example("glasswork log digits"))
@click.argument("model")
@options.as_json
@options.data_dir
def log(directory: DataDirectory, model: str, machine: bool) -> None:
    """List the versions of a model, the newest first."""
    with services(directory) as client:
        items = list(client.items(f"/models/{model}/versions"))
    if machine:
        options.print_json({"items": items})
        return
    rows = [
        [
            item["id"][:10],
            item["created"],
            item["author"],
            display.metrics_text(item.get("metrics") or {}),
            # One line, and nothing in it that a terminal would obey.
            "".join(filter(str.isprintable, item["message"].partition("\n")[0])),
        ]
        for item in items
    ]
    display.table(["version", "created", "author", "metrics", "message"], rows)


@click.command(epilog=options.example("glasswork reindex"))
@options.as_json
@options.data_dir
def reindex(directory: DataDirectory, machine: bool) -> None:
    """Make the index of models, versions and datasets anew from what is on disk."""
    with services(directory):
        running = directory.running()
        if running is None:
            raise Failure("The services ended before the index was made. Run it again.")
        answer = asyncio.run(_reindex(running.addresses["registry"], directory.secret()))
    counts = {"models": answer.models, "versions": answer.versions, "datasets": answer.datasets}
    if machine:
        options.print_json(counts)
    else:
        click.echo(f"Indexed {answer.models} models, {answer.versions} versions and {answer.datasets} datasets.")


async def _reindex(address: str, secret: str) -> registry_pb2.ReindexResponse:
    async with connect(address, secret) as channel:
        stub = registry_pb2_grpc.RegistryServiceStub(channel)
        try:
            return await stub.Reindex(registry_pb2.ReindexRequest(), timeout=REINDEX_SECONDS)
        except GlassworkError as error:
            raise Failure(error.message) from None
