"""Small parts: settings, the token's file, edits, the outbox, and translation."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest
from glasswork.codegen.v1 import codegen_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork.trainer.v1 import trainer_pb2
from glasswork_gateway import translate
from glasswork_gateway.keyring import read_token
from glasswork_gateway.settings import SERVICES, is_loopback, read_settings
from glasswork_gateway.sockets.edits import apply_edit, read_edit
from glasswork_gateway.sockets.outbox import ROOM, Outbox
from glasswork_gateway.workbench import unanswered
from glasswork_sdk.errors import InvalidInput
from starlette.websockets import WebSocket


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("s" * 32)
    secret.chmod(0o600)
    addresses = {f"GLASSWORK_{name.upper()}_ADDRESS": f"unix:/{name}.sock" for name in SERVICES}
    return {**addresses, "GLASSWORK_SECRET_FILE": str(secret), "GLASSWORK_DATA_DIR": str(tmp_path)}


def test_settings_have_safe_defaults(environ: dict[str, str], tmp_path: Path) -> None:
    settings = read_settings(environ)
    assert (settings.host, settings.port, settings.token_file) == ("127.0.0.1", 8000, tmp_path / "token")
    assert settings.allowed_hosts == {"127.0.0.1", "localhost"}
    assert settings.allowed_origins == frozenset()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("GLASSWORK_GATEWAY_PORT", "0"),
        ("GLASSWORK_GATEWAY_PORT", "http"),
        ("GLASSWORK_ALLOWED_HOSTS", "a:8000"),
        ("GLASSWORK_ALLOWED_HOSTS", "*"),
        ("GLASSWORK_ALLOWED_ORIGINS", "*"),
        ("GLASSWORK_ALLOWED_ORIGINS", "https://a.example/"),
        ("GLASSWORK_ALLOWED_ORIGINS", "null"),
        ("GLASSWORK_LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_setting_is_named(environ: dict[str, str], key: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=key):
        read_settings({**environ, key: value})


def test_the_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    token = read_token(tmp_path / "token")
    assert len(token) >= 43
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert read_token(tmp_path / "token") == token


@pytest.mark.parametrize(("text", "mode", "told"), [("short", 0o600, "5 characters"), ("x" * 43, 0o644, "mode 0644")])
def test_a_weak_token_file_is_refused(tmp_path: Path, text: str, mode: int, told: str) -> None:
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(InvalidInput, match=told):
        read_token(path)


def test_loopback_is_known() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_an_edit_changes_a_copy_of_the_document() -> None:
    document: dict[str, Any] = {"components": {"a": {"settings": {}}}}
    edit = read_edit('{"revision": 1, "patch": [{"op": "add", "path": "/components/a/settings/units", "value": 3}]}')
    assert apply_edit(document, edit)["components"]["a"]["settings"] == {"units": 3}
    assert document["components"]["a"]["settings"] == {}


@pytest.mark.parametrize(
    "patch",
    [
        [{"op": "remove", "path": "/nothing"}],
        [{"op": "nonsense", "path": "/a"}],
        [{"op": "add", "path": "/a/b/c", "value": 1}],
        [{"op": "replace", "path": "", "value": 3}],
        [{"op": "add"}],
        [{"op": "test", "path": "/format", "value": 2}],
        [{"op": "add", "path": "/connections/9", "value": 2}],
    ],
)
def test_a_patch_that_does_not_fit_is_invalid(patch: list[dict[str, Any]]) -> None:
    document = {"format": 1, "connections": []}
    with pytest.raises(InvalidInput, match=r"[Pp]atch"):
        apply_edit(document, read_edit(json.dumps({"revision": 1, "patch": patch})))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"revision": -1}', '{"pach": []}', '{"sample": {"index": -1}}', "1"])
def test_a_message_that_is_no_edit_is_invalid(text: str) -> None:
    with pytest.raises(InvalidInput, match="no edit"):
        read_edit(text)


class SlowSocket:
    """Takes one message, then no more until it is let go."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.go = asyncio.Event()

    async def send_text(self, text: str) -> None:
        self.taken.append(json.loads(text))
        await self.go.wait()


async def test_a_slow_client_holds_back_its_feeder_and_misses_nothing_new() -> None:
    outbox, socket = Outbox(), SlowSocket()
    writer = asyncio.create_task(outbox.write_to(cast(WebSocket, socket)))
    for number in range(ROOM):
        await outbox.put(1, "preview", number=number)
    # One is in the hands of the client, so that there is room for one more.
    while not socket.taken:
        await asyncio.sleep(0)
    await outbox.put(1, "preview", number=ROOM)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.put(1, "preview"), 0.05)
    outbox.drop_before(2)
    await outbox.put(2, "done")
    socket.go.set()
    async with asyncio.timeout(60):
        while socket.taken[-1]["kind"] != "done":
            await asyncio.sleep(0)
    assert [message["revision"] for message in socket.taken] == [1, 2]
    writer.cancel()


def test_a_component_without_code_is_an_error_or_blocked() -> None:
    nothing = {"line": None, "severity": "error", "code": "bad-setting", "message": "filters must be above 0"}
    found = unanswered({"a": 1, "b": 1, "c": 1}, {"c": {}}, [{**nothing, "component": "a"}])
    assert [(name, item["state"]) for name, item in found.items()] == [("a", "error"), ("b", "blocked")]
    assert found["a"]["error"]["message"] == "filters must be above 0"


def test_numbers_that_are_not_finite_are_null_and_named() -> None:
    event = trainer_pb2.Event(kind=trainer_pb2.EVENT_KIND_EPOCH, metrics={"loss": 0.5}, not_finite={"val_loss": "nan"})
    told = translate.event(event)
    assert told["metrics"] == {"loss": 0.5, "val_loss": None}
    assert told["not_finite"] == {"val_loss": "nan"}
    assert translate.finite(float("inf")) is None


def test_a_shape_is_told_without_the_batch() -> None:
    spec = graph_pb2.TensorSpec(shape=[-1, 8, -1, 3], dtype="float32")
    item = graph_pb2.ComponentCode(id="a", specs={"output": spec})
    shapes = translate.shapes(item)
    assert shapes == {"output": {"shape": [8, None, 3], "dtype": "float32"}}


def test_settings_keep_the_order_in_which_they_were_declared() -> None:
    message = codegen_pb2.ComponentType(type="x.y", settings=["filters", "activation", "bias"])
    message.settings_schema.update({"properties": {"activation": {}, "bias": {}, "filters": {}, "other": {}}})
    schema = translate.component_type(message)["settings_schema"]
    assert list(schema["properties"]) == ["filters", "activation", "bias", "other"]
