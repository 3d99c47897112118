"""Codegen's stream of one editor: documents in, what follows from them out; only what has changed travels."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
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
    """What one stream has been told, and the program that came of it."""

    call: Any
    document: Document | None = None
    profile: graph_pb2.DatasetProfile | None = None
    values: Mapping[str, codegen_pb2.ComponentValues] | None = None
    program: LiveProgram = field(default_factory=LiveProgram)


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
        async with self._turn:
            try:
                return await self._follow(document, profile, measured)
            except Unavailable:
                # Restarted since the last edit, or not up yet: whoever comes second tells the client so.
                return await self._follow(document, profile, measured)

    async def findings(
        self, document: Document, profile: graph_pb2.DatasetProfile | None, measured: Measured
    ) -> list[dict[str, Any]]:
        """Return what is wrong with a document that was followed, and with the values that previews have shown."""
        async with self._turn:
            if self._told is None or self._told.document is not document:
                await self._follow(document, profile, measured)
            told = self._stream()
            known, values = told.values or {}, measured.values(document)
            told.values = values
            request = codegen_pb2.FollowRequest(
                review=True,
                measured=measured.specs(document),
                values={name: item for name, item in values.items() if known.get(name) is not item},
                forgotten=known.keys() - values.keys(),
            )
            return diagnostics_to_dicts((await self._exchange(told, request)).diagnostics)

    def close(self) -> None:
        """End the stream."""
        if self._told is not None:
            self._told.call.cancel()
        self._told = None

    async def _follow(
        self, document: Document, profile: graph_pb2.DatasetProfile | None, measured: Measured
    ) -> Followed:
        told = self._stream()
        request = codegen_pb2.FollowRequest(graph=_patch(told, document, profile), measured=measured.specs(document))
        told.document, told.profile = document, profile
        answer = await self._exchange(told, request)
        told.program = told.program.after(answer.program)
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
        return self._told

    async def _exchange(self, told: _Told, request: codegen_pb2.FollowRequest) -> codegen_pb2.FollowResponse:
        """Send a request and return its answer; whatever fails ends the stream."""
        try:
            async with asyncio.timeout(CODE_SECONDS):
                await told.call.write(request)
                answer = await told.call.read()
        except (GlassworkError, TimeoutError, asyncio.InvalidStateError) as error:
            self.close()
            if isinstance(error, GlassworkError):
                raise
            if isinstance(error, TimeoutError):
                raise DeadlineExceeded(
                    f"Writing the code took more than {CODE_SECONDS:g} s. Make the graph smaller."
                ) from None
            raise Unavailable(_LOST) from None
        except BaseException:
            # A request without its answer would give the next one the wrong answer.
            self.close()
            raise
        if not isinstance(answer, codegen_pb2.FollowResponse):
            self.close()
            raise Unavailable(_LOST)
        return answer


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
