"""Codegen's stream of one editor: documents in, what follows from them out; only what has changed travels."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from glasswork.codegen.v1 import codegen_pb2, codegen_pb2_grpc
from glasswork.graph.v1 import graph_pb2
from glasswork_sdk.document import Document
from glasswork_sdk.errors import DeadlineExceeded, GlassworkError, Unavailable
from glasswork_servicekit.graphs import diagnostics_to_dicts, graph_to_message, struct_to_dict

from glasswork_gateway import translate
from glasswork_gateway.measured import Measured
from glasswork_gateway.sockets.program import LiveProgram
from glasswork_gateway.workbench import CODE_SECONDS

_LOST: Final = "The service that writes code was restarted. Send the edit again."


@dataclass(frozen=True)
class Followed:
    """What follows from a document.

    Args:
        document: the document, as it was given.
        program: the code of its components.
        diagnostics: its errors.
        suggested: what `suggested` holds of the components where it has changed.
        explanation: one sentence for each choice at those components.
    """

    document: Document
    program: LiveProgram
    diagnostics: list[dict[str, Any]]
    suggested: dict[str, dict[str, Any]]
    explanation: list[dict[str, Any]]


@dataclass
class _Told:
    """What one stream has been told, what came of it, and who waits for its next answers."""

    call: Any
    document: Document | None = None
    profile: graph_pb2.DatasetProfile | None = None
    values: Mapping[str, codegen_pb2.ComponentValues] = field(default_factory=dict)
    program: LiveProgram = field(default_factory=LiveProgram)
    waiting: deque[asyncio.Future[codegen_pb2.FollowResponse]] = field(default_factory=deque)
    reading: asyncio.Task[None] | None = None


class Follower:
    """One editor's stream. When it is lost, the next request begins another with the whole document.

    Args:
        codegen: the service.
    """

    def __init__(self, codegen: codegen_pb2_grpc.CodegenServiceAsyncStub) -> None:
        self._codegen: Any = codegen
        self._told: _Told | None = None
        self._turn = asyncio.Lock()

    async def follow(
        self, document: Document, profile: graph_pb2.DatasetProfile | None, measured: Measured
    ) -> Followed:
        """Let the settings that nobody touched follow, and write what code can be written.

        Args:
            document: the document; parts that are as they were are the same objects as before.
            profile: what its dataset holds; None where it is not known.
            measured: what previews have measured.
        """
        try:
            return await self._follow(document, profile, measured)
        except Unavailable:
            # Restarted since the last edit, or not up yet: whoever comes second tells the client so.
            return await self._follow(document, profile, measured)

    async def findings(self, document: Document, measured: Measured) -> list[dict[str, Any]] | None:
        """Return what is wrong with the document that was followed last, and with the values that previews have shown.

        Returns:
            The findings; None where another document came before they were complete, or the stream was lost.
        """
        async with self._turn:
            told = self._told
            if told is None or told.document is not document:
                return None
            known, told.values = told.values, measured.values(document)
            request = codegen_pb2.FollowRequest(
                review=True,
                measured=measured.specs(document),
                values={name: item for name, item in told.values.items() if known.get(name) is not item},
                forgotten=known.keys() - told.values.keys(),
            )
            waiting = await self._send(told, request)
        answer = await self._answer(waiting)
        return None if answer.abandoned else diagnostics_to_dicts(answer.diagnostics)

    def close(self) -> None:
        """End the stream."""
        told, self._told = self._told, None
        if told is not None:
            told.call.cancel()
            if told.reading is not None:
                told.reading.cancel()

    async def _follow(
        self, document: Document, profile: graph_pb2.DatasetProfile | None, measured: Measured
    ) -> Followed:
        async with self._turn:
            told = self._stream()
            request = codegen_pb2.FollowRequest(
                graph=_patch(told, document, profile), measured=measured.specs(document)
            )
            told.document, told.profile = document, profile
            waiting = await self._send(told, request)
        answer = await self._answer(waiting)
        return Followed(
            document,
            told.program,
            diagnostics_to_dicts(answer.diagnostics),
            {name: struct_to_dict(struct) for name, struct in sorted(answer.suggested.items())},
            translate.explanations(answer.explanation),
        )

    def _stream(self) -> _Told:
        if self._told is None:
            self._told = _Told(self._codegen.Follow())
            self._told.reading = asyncio.create_task(self._read(self._told))
        return self._told

    async def _send(
        self, told: _Told, request: codegen_pb2.FollowRequest
    ) -> asyncio.Future[codegen_pb2.FollowResponse]:
        waiting: asyncio.Future[codegen_pb2.FollowResponse] = asyncio.get_running_loop().create_future()
        told.waiting.append(waiting)
        # Where the stream is lost already, its reader tells those who wait.
        with suppress(GlassworkError, asyncio.InvalidStateError):
            await told.call.write(request)
        return waiting

    async def _answer(self, waiting: asyncio.Future[codegen_pb2.FollowResponse]) -> codegen_pb2.FollowResponse:
        try:
            async with asyncio.timeout(CODE_SECONDS):
                return await waiting
        except TimeoutError:
            self.close()
            text = f"Writing the code took more than {CODE_SECONDS:g} s. Make the graph smaller."
            raise DeadlineExceeded(text) from None

    async def _read(self, told: _Told) -> None:
        """Give each answer to who waits for it; when the stream ends, tell all who still wait."""
        problem: GlassworkError = Unavailable(_LOST)
        try:
            async for answer in told.call:
                told.program = told.program.after(answer.program)
                waiting = told.waiting.popleft()
                if not waiting.done():
                    waiting.set_result(answer)
        except GlassworkError as error:
            problem = error
        finally:
            if self._told is told:
                self._told = None
            for waiting in told.waiting:
                if not waiting.done():
                    waiting.set_exception(problem)


def _patch(told: _Told, document: Document, profile: graph_pb2.DatasetProfile | None) -> graph_pb2.GraphPatch:
    before = told.document or Document()
    known = before.components
    changed = {name: item for name, item in document.components.items() if known.get(name) is not item}
    rewired = told.document is None or before.connections != document.connections
    moved = told.document is None or told.profile is not profile or before.dataset != document.dataset
    connections = document.connections if rewired else ()
    part = graph_to_message(document.model_copy(update={"components": changed, "connections": connections}).to_json())
    patch = graph_pb2.GraphPatch(
        components=part.components, removed=known.keys() - document.components.keys(), plugins=part.plugins
    )
    if rewired:
        patch.connections.items.extend(part.connections)
        patch.connections.SetInParent()
    if moved:
        patch.dataset.CopyFrom(graph_pb2.DatasetSelection(profile=profile))
        if part.HasField("dataset"):
            patch.dataset.reference.CopyFrom(part.dataset)
            patch.dataset.reference.hash = profile.hash if profile is not None else part.dataset.hash
        patch.dataset.SetInParent()
    return patch
