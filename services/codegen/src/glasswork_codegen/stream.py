"""One stream of `Follow`: patches in, what follows from them out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from glasswork.codegen.v1 import codegen_pb2 as pb
from glasswork.graph.v1 import graph_pb2 as graph_pb
from glasswork_sdk.boundary import bounded
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_servicekit.graphs import graph_from_message
from glasswork_servicekit.values import dict_to_struct

from glasswork_codegen import messages
from glasswork_codegen.core.following import Abandoned, Answer, Follower, State


class Stream:
    """What one editor has told, and the answers to it.

    Args:
        catalogue: the component types, templates and rules.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._follower = Follower(catalogue, self._has_next)
        self._state = State()
        self._requests: asyncio.Queue[pb.FollowRequest | None] = asyncio.Queue()

    async def answers(self, requests: AsyncIterator[pb.FollowRequest]) -> AsyncIterator[pb.FollowResponse]:
        """Answer the requests of an editor in their order."""
        reading = asyncio.create_task(self._read(requests))
        try:
            while (request := await self._requests.get()) is not None:
                work = partial(self.answer, self._state, request)
                yield await asyncio.to_thread(bounded, self._catalogue.ledger, work)
            await reading
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _read(self, requests: AsyncIterator[pb.FollowRequest]) -> None:
        try:
            async for request in requests:
                self._requests.put_nowait(request)
        finally:
            self._requests.put_nowait(None)

    def _has_next(self) -> bool:
        return not self._requests.empty()

    def answer(self, before: State, request: pb.FollowRequest) -> pb.FollowResponse:
        """Take in a step and answer it.

        It may be begun again where a plugin did not return, so it starts from the state before the step, and the
        follower keeps what it has learnt at its end.

        Raises:
            InvalidDocument: the document is none after it.
        """
        state = self._state = _after(before, request)
        if request.review:
            try:
                return pb.FollowResponse(diagnostics=messages.diagnostic_messages(self._follower.findings(state)))
            except Abandoned:
                return pb.FollowResponse(abandoned=True)
        return _response(self._follower.answer(state))


def _after(state: State, request: pb.FollowRequest) -> State:
    values = {name: item for name, item in state.values.items() if name not in request.forgotten}
    state = replace(
        state,
        measured={name: messages.spec_of(spec) for name, spec in request.measured.items()},
        values=values | messages.values_of(request.values),
    )
    patch = request.graph
    if patch.HasField("dataset"):
        known = patch.dataset.HasField("profile")
        state = replace(state, profile=messages.profile_of(patch.dataset.profile) if known else None)
    return replace(state, document=_patched(state.document, patch))


def _patched(document: Document, patch: graph_pb.GraphPatch) -> Document:
    """Return a document after a patch; what the patch does not name is the same object as before."""
    # The conversion of whole documents does for their parts, so that both are read alike.
    told = graph_from_message(
        graph_pb.Graph(
            format=document.format,
            dataset=patch.dataset.reference if patch.dataset.HasField("reference") else None,
            components=patch.components,
            connections=patch.connections.items,
        )
    )
    removed = set(patch.removed)
    components: dict[str, Any] = {name: item for name, item in document.components.items() if name not in removed}
    components |= told["components"]
    parts: Mapping[str, Any] = {
        "format": document.format,
        "dataset": told["dataset"] if patch.HasField("dataset") else document.dataset,
        "components": {name: components[name] for name in sorted(components)},
        "connections": told["connections"] if patch.HasField("connections") else document.connections,
        "plugins": dict(patch.plugins),
    }
    return Document.parse(parts)


def _response(answer: Answer) -> pb.FollowResponse:
    change = answer.change
    program = graph_pb.ProgramPatch(
        components=[messages.component_code_message(item) for item in change.components], prelude=change.prelude
    )
    if change.order is not None:
        program.order.ids[:] = change.order
    return pb.FollowResponse(
        program=program,
        diagnostics=messages.diagnostic_messages(answer.diagnostics),
        suggested={name: dict_to_struct(values) for name, values in answer.suggested.items()},
        explanation=[pb.Explanation(component=component, text=text) for component, text in answer.explanation],
    )
