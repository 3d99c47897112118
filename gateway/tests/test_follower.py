"""What travels on codegen's stream of an editor, and what happens when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from glasswork.codegen.v1 import codegen_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork_gateway.measured import Measured
from glasswork_gateway.sockets.follower import Follower
from glasswork_gateway.sockets.program import LiveProgram
from glasswork_sdk.errors import Unavailable
from glasswork_sdk.reader import Reader

Json = dict[str, Any]
DOCUMENT: Json = {
    "format": 1,
    "dataset": None,
    "components": {name: {"type": "core.dense", "settings": {"units": 3}} for name in ("a", "b", "c")},
    "connections": [{"from": "a.output", "to": "b.input"}],
}


class Call:
    """A stream that answers each request with the components that it names."""

    def __init__(self, told: list[codegen_pb2.FollowRequest], lives: int) -> None:
        self.told = told
        self.lives = lives
        self.answers: asyncio.Queue[codegen_pb2.FollowResponse | None] = asyncio.Queue()

    async def write(self, request: codegen_pb2.FollowRequest) -> None:
        if self.lives == 0:
            self.answers.put_nowait(None)
            raise asyncio.InvalidStateError
        self.lives -= 1
        self.told.append(request)
        names = sorted(request.graph.components)
        patch = graph_pb2.ProgramPatch(components=[graph_pb2.ComponentCode(id=name, code="x") for name in names])
        if request.graph.HasField("connections"):
            patch.order.ids.extend(names)
        self.answers.put_nowait(codegen_pb2.FollowResponse(program=patch, abandoned=request.review))

    async def __aiter__(self) -> AsyncIterator[codegen_pb2.FollowResponse]:
        while (answer := await self.answers.get()) is not None:
            yield answer
        raise Unavailable("it is gone")

    def cancel(self) -> None:
        self.answers.put_nowait(None)


class Codegen:
    """A service whose streams live for some requests each."""

    def __init__(self, *lives: int) -> None:
        self.lives = list(lives)
        self.told: list[codegen_pb2.FollowRequest] = []

    def Follow(self) -> Call:
        return Call(self.told, self.lives.pop(0))


def edited(document: Json, name: str, units: int) -> Json:
    components = {**document["components"], name: {"type": "core.dense", "settings": {"units": units}}}
    return {**document, "components": components}


async def test_only_what_an_edit_changes_travels() -> None:
    codegen, reader = Codegen(9), Reader()
    follower = Follower(codegen)  # type: ignore[arg-type]
    await follower.follow(reader.read(DOCUMENT), None, Measured())
    followed = await follower.follow(reader.read(edited(DOCUMENT, "b", 4)), None, Measured())
    follower.close()

    first, then = (request.graph for request in codegen.told)
    assert (sorted(first.components), len(first.connections.items)) == (["a", "b", "c"], 1)
    assert (sorted(then.components), then.HasField("connections"), then.HasField("dataset")) == (["b"], False, False)
    assert list(followed.program.components) == ["a", "b", "c"]


async def test_a_lost_stream_begins_again_with_the_whole_document() -> None:
    codegen, reader = Codegen(1, 9), Reader()
    follower = Follower(codegen)  # type: ignore[arg-type]
    await follower.follow(reader.read(DOCUMENT), None, Measured())
    followed = await follower.follow(reader.read(edited(DOCUMENT, "b", 4)), None, Measured())
    follower.close()

    assert sorted(codegen.told[1].graph.components) == ["a", "b", "c"]
    assert list(followed.program.components) == ["a", "b", "c"]


async def test_a_service_that_is_not_there_is_told() -> None:
    follower = Follower(Codegen(0, 0))  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        await follower.follow(Reader().read(DOCUMENT), None, Measured())


async def test_an_abandoned_review_finds_nothing_and_another_document_is_not_reviewed() -> None:
    codegen, reader = Codegen(9), Reader()
    follower = Follower(codegen)  # type: ignore[arg-type]
    document = reader.read(DOCUMENT)
    await follower.follow(document, None, Measured())

    assert await follower.findings(document, Measured()) is None
    assert await follower.findings(reader.read(edited(DOCUMENT, "b", 4)), Measured()) is None
    assert [request.review for request in codegen.told] == [False, True]
    follower.close()


def test_who_knows_a_program_is_told_what_has_changed_since() -> None:
    def patch(**codes: str) -> graph_pb2.ProgramPatch:
        return graph_pb2.ProgramPatch(
            components=[graph_pb2.ComponentCode(id=name, code=code) for name, code in codes.items()]
        )

    whole = patch(a="1", b="1", c="1")
    whole.order.ids.extend("abc")
    whole.prelude = "import keras"
    first = LiveProgram().after(whole)
    gone = patch(b="2")
    gone.order.ids.extend("cb")
    last = first.after(patch(a="2")).after(gone)

    assert first.since(None) == whole
    assert [item.id for item in last.since(first).components] == ["b"]
    assert (list(last.since(first).order.ids), last.since(first).HasField("prelude")) == (["c", "b"], False)
    assert last.since(last) == graph_pb2.ProgramPatch()
