"""The live session: edits come in, shapes, previews and findings go out; the working copy is never written."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from glasswork.executor.v1 import executor_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork.registry.v1 import registry_pb2
from glasswork_sdk.document import DatasetReference, Document
from glasswork_sdk.errors import GlassworkError
from glasswork_sdk.reader import Reader
from glasswork_servicekit.graphs import graph_from_message
from starlette.websockets import WebSocket

from glasswork_gateway import translate
from glasswork_gateway.context import Context, context_of
from glasswork_gateway.measured import Measured, merged
from glasswork_gateway.problems import problem_of
from glasswork_gateway.routes.graphs import sample_message, variable_messages
from glasswork_gateway.sockets.edits import Edit, apply_edit, read_edit, revision_of, suggestions, with_suggestions
from glasswork_gateway.sockets.follower import Followed, Follower
from glasswork_gateway.sockets.lifetime import accept, close_with, next_text, until_first
from glasswork_gateway.sockets.outbox import Outbox, Waiting
from glasswork_gateway.sockets.pace import Pace
from glasswork_gateway.sockets.program import LiveProgram
from glasswork_gateway.workbench import unanswered

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


@dataclass
class _Asked:
    """What the executor was asked: for which edit, of which document, and what it cannot answer.

    Args:
        edit: the edit.
        followed: its document, code and errors.
        rest: previews of the components that have no code.
        specs: what was known of custom code.
        executed: components that ran for the same edit before.
        answered: whether its end was told.
    """

    edit: Edit
    followed: Followed | None = None
    rest: dict[str, Any] = field(default_factory=dict)
    specs: dict[str, graph_pb2.TensorSpec] = field(default_factory=dict)
    executed: int = 0
    answered: bool = False


class LiveSession:
    """One editor: its own copy of the document, and one session of the executor.

    While an answer is under way only the newest edit waits; it takes the place of the one that runs at once, or in a
    storm of edits when the values of that one are out, for else no values would be seen until its end. The executor
    tells nothing twice: a preview for an older edit is held until the newest one is answered, and sent then if it was
    not told anew. What is suggested becomes a part of this copy when it is told, so that later patches may speak of it.

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
        self._variables = executor_pb2.VariableSelection()
        self._outbox = Outbox()
        self._pace = Pace()
        self._edit: Edit | None = None
        self._edited = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._call: Any = None
        self._relay: asyncio.Task[None] | None = None
        self._number = 0
        self._asked = _Asked(Edit.model_validate({}))
        self._held: dict[str, Any] = {}
        self._measured = Measured()
        self._reader = Reader()
        self._follower = Follower(context.services.codegen)
        self._sent: LiveProgram | None = None
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
            self._follower.close()

    async def _read(self) -> None:
        """Take in edits: each changes the document, the newest is worked on."""
        while (text := await next_text(self._socket)) is not None:
            try:
                edit = read_edit(text)
                self._document = apply_edit(self._document, edit)
            except GlassworkError as error:
                await self._outbox.put(revision_of(text), "error", **problem_of(error))
                continue
            if edit.sample is not None:
                self._sample = sample_message(edit.sample)
            if edit.variables is not None:
                self._variables = executor_pb2.VariableSelection(items=variable_messages(edit.variables))
            self._pace.edited(busy=self._edit is not None and not self._answered(self._edit))
            self._edit = edit
            self._edited.set()
            if edit.cancel:
                self._idle.set()

    def _answered(self, edit: Edit) -> bool:
        return self._asked.edit is edit and self._asked.answered

    async def _work(self) -> None:
        while True:
            await self._edited.wait()
            await self._values_out()
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
        document = self._reader.read(content)
        profile = await self._find(document)
        specs = self._measured.specs(document)
        followed = await self._follower.follow(document, profile, self._measured)
        if self._edit is not edit:
            return  # what a newer edit makes of it is worked out next
        await self._outbox.put(edit.revision, "shapes", components=followed.program.shapes)
        await self._tell_suggestions(edit, followed)
        if await self._newer_edit_within(self._pace.delay()):
            return
        self._pace.ran()
        without_code = document.components.keys() - followed.program.components.keys()
        rest = unanswered(list(without_code), {}, followed.diagnostics)
        executed = self._asked.executed if self._asked.edit is edit else 0
        self._ask_for(_Asked(edit, followed, rest, specs=specs, executed=executed))
        if followed.program.components:
            await self._ask(followed.program)
        else:
            await self._finish(executed=0, cached=0, milliseconds=0.0)

    async def _newer_edit_within(self, seconds: float) -> bool:
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._edited.wait(), seconds)
        return self._edited.is_set()

    async def _values_out(self) -> None:
        """In a storm, let the executor answer what it was asked last."""
        patience = self._pace.patience()
        if patience > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), patience)

    def _ask_for(self, asked: _Asked) -> None:
        self._asked = asked
        self._number += 1
        self._idle.clear()

    async def _tell_suggestions(self, edit: Edit, followed: Followed) -> None:
        if followed.suggested:
            self._document = with_suggestions(self._document, followed.suggested)
            patch = suggestions(followed.suggested)
            await self._outbox.put(edit.revision, "suggestions", patch=patch, explanation=followed.explanation)

    async def _ask(self, program: LiveProgram) -> None:
        try:
            await self._write(program)
        except (GlassworkError, asyncio.InvalidStateError):
            # The executor was restarted since the last edit: a fresh session has everything in its first request.
            self._drop_session()
            await self._write(program)

    async def _write(self, program: LiveProgram) -> None:
        session = self._session()
        request = executor_pb2.OpenSessionRequest(
            revision=self._number,
            patch=program.since(self._sent),
            dataset_hash=self._profile.hash if self._profile is not None else "",
            sample=self._sample,
            variables=self._variables,
        )
        self._sent = program
        await session.write(request)

    async def _cancel(self, edit: Edit) -> None:
        self._ask_for(_Asked(edit))
        try:
            if self._call is not None:
                await self._call.write(executor_pb2.OpenSessionRequest(revision=self._number, cancel=True))
        except (GlassworkError, asyncio.InvalidStateError):
            self._drop_session()
        self._idle.set()
        await self._outbox.put(edit.revision, "done", cancelled=True)
        self._asked.answered = True

    async def _find(self, document: Document) -> graph_pb2.DatasetProfile | None:
        """Return what the dataset of a document holds; it is asked for again only when the dataset changes."""
        if document.dataset != self._dataset or self._profile is None:
            self._profile = await self._context.shelf.profile_for(document.dataset) if document.dataset else None
            self._dataset = document.dataset
        return self._profile

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
        self._call = self._relay = self._sent = None
        self._held.clear()
        self._idle.set()

    async def _forward(self, call: Any) -> None:
        """Pass on what the executor says to the newest edit."""
        try:
            async for message in call:
                newest, kind = message.revision == self._number, message.WhichOneof("kind")
                if kind == "preview":
                    await self._put_preview(message.preview, newest)
                elif kind == "variable" and newest:
                    told = translate.component_variable(message.variable)
                    await self._outbox.put(self._asked.edit.revision, "variable", variable=told)
                elif kind == "gradients" and newest:
                    self._measured.take_gradients(message.gradients)
                elif kind == "done" and newest:
                    done = message.done
                    await self._finish(done.executed, done.cached, done.milliseconds)
        except GlassworkError as error:
            if call is self._call:
                self._call = self._sent = None
                self._idle.set()
                await self._outbox.put(self._asked.edit.revision, "error", **problem_of(error))

    def _hold(self, dropped: list[Waiting]) -> None:
        for item in dropped:
            if item.kind == "preview":
                self._held |= item.members["components"]

    async def _put_preview(self, message: executor_pb2.ComponentPreview, newest: bool) -> None:
        self._measured.take(message)
        told = translate.component_preview(message)
        if not newest:
            self._held[message.component] = told
            return
        self._held.pop(message.component, None)
        if not await self._outbox.put(self._asked.edit.revision, "preview", components={message.component: told}):
            self._held[message.component] = told

    async def _finish(self, executed: int, cached: int, milliseconds: float) -> None:
        self._idle.set()
        asked = self._asked
        if asked.followed is None or self._edit is not asked.edit:
            return
        revision = asked.edit.revision
        if self._measured.specs(asked.followed.document) != asked.specs:
            # Custom code gives other shapes than were known: what follows it may be suggested anew.
            asked.executed += executed
            self._edited.set()
            return
        diagnostics = await self._diagnose(asked.followed)
        if asked is not self._asked or self._edit is not asked.edit:
            return
        answered = asked.followed.program.components.keys()
        held = {name: self._held.pop(name) for name in sorted(answered & self._held.keys())}
        for components in (held, asked.rest):
            if components and not await self._outbox.put(revision, "preview", components=components):
                self._held = {**components, **self._held}
        await self._outbox.put(revision, "diagnostics", diagnostics=diagnostics)
        again = asked.executed
        figures = {"executed": executed + again, "cached": max(cached - again, 0), "milliseconds": milliseconds}
        await self._outbox.put(revision, "done", **figures)
        asked.answered = True

    async def _diagnose(self, followed: Followed) -> list[dict[str, Any]]:
        """Return what is wrong with the document and with its values; looked for when the previews are out."""
        try:
            found = await self._follower.findings(followed.document, self._measured)
            return followed.diagnostics if found is None else merged(found)
        except GlassworkError:
            # The errors are known all the same; what a broken check would add is not worth the previews.
            return followed.diagnostics
