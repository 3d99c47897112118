"""Saving versions: of a working copy, or of what a run trained."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import IO, Any, Final, TypeVar

from glasswork.registry.v1 import registry_pb2
from glasswork.trainer.v1 import trainer_pb2
from glasswork_sdk.document import Document
from glasswork_sdk.errors import GlassworkError, Unavailable, WrongState
from glasswork_servicekit.graphs import dict_to_struct, graph_from_message, struct_to_dict

from glasswork_gateway.context import Context
from glasswork_gateway.schemas import SaveVersion
from glasswork_gateway.translate import finite_all
from glasswork_gateway.workbench import Coded

_CHUNK: Final = 1024 * 1024
_IN_MEMORY: Final = 16 * 1024 * 1024
_SECONDS: Final = 600.0
# How long a save waits for a service that is just started anew, and how long between two tries.
_PATIENCE_SECONDS: Final = 20.0
_PAUSE_SECONDS: Final = 0.5

Answer = TypeVar("Answer")


async def save_working_copy(context: Context, model: str, wanted: SaveVersion, key: str) -> registry_pb2.Version:
    """Save the working copy of a model, with its code where it has no errors."""
    request = registry_pb2.GetWorkingCopyRequest(model=model)
    copy = await _patiently(lambda: context.services.registry.GetWorkingCopy(request))
    header = _header(model, wanted, key)
    header.graph.CopyFrom(copy.graph)
    document = Document.parse(graph_from_message(copy.graph))
    try:
        coded = await _patiently(lambda: _code(context, document))
    except GlassworkError as error:
        if error.code not in ("NOT_FOUND", "INVALID_ARGUMENT"):
            raise
        # An unfinished model is saved as it is: without code.
    else:
        header.script = coded.program.script
        if coded.resolved.profile is not None:
            header.profile.CopyFrom(coded.resolved.profile)
    return await _save(context, header)


async def save_run(context: Context, model: str, wanted: SaveVersion, key: str) -> registry_pb2.Version:
    """Save what a run trained: its document, script, weights, metrics and test.

    Raises:
        WrongState: the run has no weights yet.
    """
    request = trainer_pb2.GetRunRequest(run=wanted.run or "")
    trained = await _patiently(lambda: context.services.trainer.GetRun(request))
    if not trained.run.weights_hash:
        state = trainer_pb2.State.Name(trained.run.state).removeprefix("STATE_")
        raise WrongState(f"Run {trained.run.id} is {state} and has no final weights. Wait for its end, or stop it.")
    header = _header(model, wanted, key)
    header.graph.CopyFrom(trained.graph)
    header.script = trained.script
    header.metrics.CopyFrom(dict_to_struct(_metrics(trained.run)))
    document = Document.parse(graph_from_message(trained.graph))
    if document.dataset is not None:
        dataset = document.dataset
        header.profile.CopyFrom(await _patiently(lambda: context.shelf.profile_for(dataset)))
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as weights:
        header.weights_sha256 = await _patiently(lambda: _download_weights(context, trained.run.id, weights))
        return await _save(context, header, weights)


async def _code(context: Context, document: Document) -> Coded:
    return await context.workbench.code(await context.workbench.resolve(document))


def _header(model: str, wanted: SaveVersion, key: str) -> registry_pb2.SaveVersionHeader:
    return registry_pb2.SaveVersionHeader(
        model=model,
        message=wanted.message,
        author=wanted.author,
        expected_head=wanted.expected_head,
        # With a key the registry can be asked again, and saves once.
        idempotency_key=key or uuid.uuid4().hex,
    )


def _metrics(run: trainer_pb2.Run) -> dict[str, Any]:
    metrics: dict[str, Any] = {**finite_all(run.metrics), "run": run.id, "weights": run.weights_hash}
    return {**metrics, "test": struct_to_dict(run.test)} if run.HasField("test") else metrics


async def _download_weights(context: Context, run: str, target: IO[bytes]) -> str:
    """Write the weights of a run to a file; return their sha256, which must be sent before they are."""
    digest = hashlib.sha256()
    target.seek(0)
    target.truncate()
    request = trainer_pb2.DownloadFileRequest(run=run, weights=True)
    async for message in context.services.trainer.DownloadFile(request, timeout=_SECONDS):
        digest.update(message.chunk)
        target.write(message.chunk)
    return digest.hexdigest()


async def _save(
    context: Context, header: registry_pb2.SaveVersionHeader, weights: IO[bytes] | None = None
) -> registry_pb2.Version:
    async def requests() -> AsyncIterator[registry_pb2.SaveVersionRequest]:
        yield registry_pb2.SaveVersionRequest(header=header)
        if weights is not None:
            weights.seek(0)
        while weights is not None and (chunk := weights.read(_CHUNK)):
            yield registry_pb2.SaveVersionRequest(weights=chunk)

    saved = await _patiently(lambda: context.services.registry.SaveVersion(requests(), timeout=_SECONDS))
    version: registry_pb2.Version = saved.version
    return version


async def _patiently(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Return what a call answers; while its service is not there it is called again, for a while."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await call()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
