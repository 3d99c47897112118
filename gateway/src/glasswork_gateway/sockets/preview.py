"""The live session: edits come in, shapes, previews and findings go out; the working copy is never written."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from glasswork.executor.v1 import executor_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork.registry.v1 import registry_pb2
from glasswork_sdk.document import DatasetReference, Document
from glasswork_sdk.errors import GlassworkError
from glasswork_servicekit.graphs import graph_from_message, graph_to_message
from starlette.websockets import WebSocket, WebSocketDisconnect

from glasswork_gateway import translate
from glasswork_gateway.context import Context, context_of
from glasswork_gateway.problems import problem_of
from glasswork_gateway.routes.graphs import sample_message
from glasswork_gateway.sockets.edits import Edit, apply_edit, read_edit
from glasswork_gateway.sockets.lifetime import accept, close_with, until_first
from glasswork_gateway.sockets.outbox import Outbox, Waiting
from glasswork_gateway.workbench import Coded, Resolved, unanswered

router = APIRouter()


@router.websocket("/models/{model}/preview")
async def preview_socket(socket: WebSocket, model: str) -> None:
    """Serve one editor of a model."""
    await accept(socket)
    context = context_of(socket)
    try:
        request = registry_pb2.GetWorkingCopyRequest(model=model)
        copy = await context.services.registry.GetWorkingCopy(request)
    except GlassworkError as error:
        await close_with(socket, error)
        return
    await LiveSession(context, socket, graph_from_message(copy.graph)).run(copy.etag)


@dataclass(frozen=True)
class _Asked:
    """What the executor was asked: for which edit, with which findings, and what it cannot answer."""

    revision: int
    diagnostics: list[dict[str, Any]]
    rest: dict[str, Any]
    answered: frozenset[str] = frozenset()


class LiveSession:
    """One editor: its own copy of the document, and one session of the executor.

    While an answer is under way only the newest edit waits. The executor tells nothing twice: a preview for an older
    edit is held until the newest one is answered, and sent then if it was not told anew.

    Args:
        context: the services.
        socket: the accepted socket.
        document: the document to begin with.
    """

    def __init__(self, context: Context, socket: WebSocket, document: dict[str, Any]) -> None:
        self._context = context
        self._socket = socket
        self._document = document
        self._sample = executor_pb2.Sample(count=1)
        self._outbox = Outbox()
        self._edit: Edit | None = None
        self._edited = asyncio.Event()
        self._call: Any = None
        self._relay: asyncio.Task[None] | None = None
        self._number = 0
        self._asked = _Asked(0, [], {})
        self._held: dict[str, Any] = {}
        self._dataset: DatasetReference | None = None
        self._profile: graph_pb2.DatasetProfile | None = None

    async def run(self, etag: str) -> None:
        """Serve until the client goes."""
        await self._outbox.put(0, "ready", etag=etag)
        tasks: list[Coroutine[Any, Any, None]] = [self._read(), self._work(), self._outbox.write_to(self._socket)]
        try:
            await until_first(tasks)
        finally:
            self._drop_session()

    async def _read(self) -> None:
        """Take in edits: each changes the document, the newest is worked on."""
        while True:
            try:
                text = await self._socket.receive_text()
            except (WebSocketDisconnect, KeyError, RuntimeError):
                return
            revision = 0
            try:
                edit = read_edit(text)
                revision = edit.revision
                self._document = apply_edit(self._document, edit)
            except GlassworkError as error:
                await self._outbox.put(revision, "error", **problem_of(error))
                continue
            if edit.sample is not None:
                self._sample = sample_message(edit.sample)
            self._edit = edit
            self._edited.set()

    async def _work(self) -> None:
        while True:
            await self._edited.wait()
            self._edited.clear()
            edit, document = self._edit, self._document
            if edit is None:
                continue
            self._hold(self._outbox.drop_before(edit.revision))
            try:
                await (self._cancel(edit) if edit.cancel else self._answer(edit, document))
            except GlassworkError as error:
                await self._outbox.put(edit.revision, "error", **problem_of(error))

    async def _answer(self, edit: Edit, content: dict[str, Any]) -> None:
        document = Document.parse(content)
        coded = await self._context.workbench.code(await self._resolve(document), partial=True)
        await self._outbox.put(edit.revision, "shapes", components=translate.shapes(coded.program))
        coded_ids = {item.id: item for item in coded.program.components}
        rest = unanswered(document.components, coded_ids, coded.diagnostics)
        self._asked = _Asked(edit.revision, coded.diagnostics, rest, frozenset(coded_ids))
        self._number += 1
        if coded.program.components:
            await self._ask(coded)
        else:
            await self._finish(executed=0, cached=0, milliseconds=0.0)

    async def _ask(self, coded: Coded) -> None:
        request = executor_pb2.OpenSessionRequest(
            revision=self._number,
            program=coded.program,
            dataset_hash=coded.resolved.dataset_hash,
            sample=self._sample,
        )
        try:
            await self._session().write(request)
        except (GlassworkError, asyncio.InvalidStateError):
            # The executor was restarted since the last edit: a fresh session has everything in this request.
            self._drop_session()
            await self._session().write(request)

    async def _cancel(self, edit: Edit) -> None:
        self._number += 1
        self._asked = _Asked(edit.revision, [], {})
        try:
            if self._call is not None:
                await self._call.write(executor_pb2.OpenSessionRequest(revision=self._number, cancel=True))
        except (GlassworkError, asyncio.InvalidStateError):
            self._drop_session()
        await self._outbox.put(edit.revision, "done", cancelled=True)

    async def _resolve(self, document: Document) -> Resolved:
        """Resolve a document; the profile is asked for again only when the dataset changes."""
        if document.dataset is None or document.dataset != self._dataset or self._profile is None:
            resolved = await self._context.workbench.resolve(document)
            self._dataset, self._profile = document.dataset, resolved.profile
            return resolved
        graph = graph_to_message(document.to_json())
        graph.dataset.hash = self._profile.hash
        return Resolved(graph, self._profile)

    def _session(self) -> Any:
        if self._call is None:
            executor: Any = self._context.services.executor
            self._call = executor.OpenSession()
            self._relay = asyncio.create_task(self._forward(self._call))
        return self._call

    def _drop_session(self) -> None:
        if self._call is not None:
            self._call.cancel()
        if self._relay is not None and self._relay is not asyncio.current_task():
            self._relay.cancel()
        self._call = self._relay = None
        self._held.clear()

    async def _forward(self, call: Any) -> None:
        """Pass on what the executor says to the newest edit."""
        try:
            async for message in call:
                if message.WhichOneof("kind") == "preview":
                    await self._put_preview(message.preview, message.revision == self._number)
                elif message.revision == self._number:
                    done = message.done
                    await self._finish(done.executed, done.cached, done.milliseconds)
        except GlassworkError as error:
            if call is self._call:
                self._call = None
                await self._outbox.put(self._asked.revision, "error", **problem_of(error))

    def _hold(self, dropped: list[Waiting]) -> None:
        for item in dropped:
            if item.kind == "preview":
                self._held |= item.members["components"]

    async def _put_preview(self, message: executor_pb2.ComponentPreview, newest: bool) -> None:
        told = translate.component_preview(message)
        if not newest:
            self._held[message.component] = told
            return
        self._held.pop(message.component, None)
        await self._outbox.put(self._asked.revision, "preview", components={message.component: told})

    async def _finish(self, executed: int, cached: int, milliseconds: float) -> None:
        asked = self._asked
        held = {name: self._held.pop(name) for name in sorted(asked.answered & self._held.keys())}
        for components in (held, asked.rest):
            if components:
                await self._outbox.put(asked.revision, "preview", components=components)
        await self._outbox.put(asked.revision, "diagnostics", diagnostics=asked.diagnostics)
        figures = {"executed": executed, "cached": cached, "milliseconds": milliseconds}
        await self._outbox.put(asked.revision, "done", **figures)
