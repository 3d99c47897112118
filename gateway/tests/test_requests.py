"""Bad requests are problems of 4xx that say what, where, and what to do; services that are away are 503."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import httpx
import pytest
from glasswork_gateway.strict import SMALL_BYTES
from glasswork_sdk.errors import InvalidInput

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "no valid JSON"),
        (b'{"graph": {}, "graph": {}}', "twice"),
        (b'{"graph": NaN}', "no JSON number"),
        (b'{"graph": 1e999}', "too large"),
        (b'{"graph": 99999999999999999999}', "2^53"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested more than"),
        (b"[" * 100_000, "no valid JSON"),
        (b"\xff\xfe", "no valid JSON"),
        (rb'{"graph": "\ud800"}', "lone surrogate"),
        (rb'{"gr\udfffph": 1}', "lone surrogate"),
        (b"", "JSON object"),
    ],
)
async def test_a_body_that_is_no_strict_json_is_malformed(
    client: httpx.AsyncClient, bearer: dict[str, str], body: bytes, told: str
) -> None:
    answer = await client.post("/api/v1/check", headers={**bearer, **JSON}, content=body)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_form_is_not_taken_for_json(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await client.post(
        "/api/v1/check", headers={**bearer, "Content-Type": "text/plain"}, content=b'{"graph":{}}'
    )
    assert answer.status_code == 400


async def test_an_unknown_field_is_named(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await client.post("/api/v1/check", headers=bearer, json={"graph": {}, "grph": 1})
    assert (answer.status_code, answer.json()["field"]) == (422, "grph")


async def test_an_unknown_address_is_not_found(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    answer = await client.get("/api/v1/nothing", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await client.put("/api/v1/health", headers=bearer)).status_code == 405


@pytest.mark.parametrize("path", ["/api/v1/models", "/api/v1/runs", "/api/v1/components", "/api/v1/datasets/x"])
async def test_a_service_that_is_away_is_503_and_to_be_tried_again(
    client: httpx.AsyncClient, bearer: dict[str, str], path: str
) -> None:
    answer = await client.get(path, headers=bearer)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "unix:" not in answer.text


async def test_health_is_starting_before_the_services_are_there(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/v1/health")).json()
    assert answer["status"] == "starting"
    assert set(answer["services"]) == {"codegen", "executor", "trainer", "registry"}


@pytest.mark.parametrize(("size", "status"), [("-1", 422), ("1001", 422), ("x", 422)])
async def test_a_bad_page_size_is_named(
    client: httpx.AsyncClient, bearer: dict[str, str], size: str, status: int
) -> None:
    answer = await client.get(f"/api/v1/models?page_size={size}", headers=bearer)
    assert (answer.status_code, answer.json()["field"]) == (status, "query.page_size")


async def test_more_steps_than_can_be_counted_are_refused(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    resume = "/api/v1/runs/r019c2d3e4f5a6b7c8/resume"
    answer = await client.post(resume, headers=bearer, json={"steps": 2**31})
    assert (answer.status_code, answer.json()["field"]) == (422, "steps")
    assert (await client.post(resume, headers=bearer, json={"steps": 2**31 - 1})).status_code == 503


async def test_the_description_has_every_operation_and_both_sockets(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    described = (await client.get("/api/v1/openapi.json", headers=bearer)).json()
    assert described["openapi"].startswith("3.1")
    operations = [item for path in described["paths"].values() for item in path.values()]
    assert len({item["operationId"] for item in operations}) == len(operations) > 40
    assert all(item["description"] for item in operations)
    assert len(described["x-websockets"]) == 2


@pytest.mark.parametrize(
    ("kind", "body", "status", "told"),
    [
        ("text/csv", b"a,b\n", 415, "multipart/form-data"),
        ("multipart/form-data", b"", 415, "multipart/form-data"),
        ("multipart/form-data; boundary=x", b"nonsense", 400, "multipart form"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400, "no file"),
        ("application/json", b"{}", 400, "either"),
        ("application/json", b'{"example": "a", "path": "b"}', 400, "either"),
        ("application/json", b'{"exmple": "a"}', 422, "did you mean 'example'?"),
    ],
)
async def test_a_bad_upload_says_what_is_expected(
    client: httpx.AsyncClient, bearer: dict[str, str], kind: str, body: bytes, status: int, told: str
) -> None:
    answer = await client.post("/api/v1/datasets", headers={**bearer, "Content-Type": kind}, content=body)
    assert answer.status_code == status
    assert told in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "given", "status", "told"),
    [
        ("/suggest", {"dataset": "x", "split": {"train": 1, "validation": 1, "test": 1}}, 422, "must sum to 1"),
        ("/runs", {"graph": {"format": 1}, "version": "c0ffee"}, 422, "name its model"),
        ("/runs", {"graph": {"format": 1}, "devices": []}, 422, "devices"),
        ("/preview", {"graph": {"format": 1}, "components": ["nobody"]}, 404, "no component 'nobody'"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_any_work(
    client: httpx.AsyncClient, bearer: dict[str, str], path: str, given: dict[str, object], status: int, told: str
) -> None:
    answer = await client.post(f"/api/v1{path}", headers=bearer, json=given)
    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert "Value error" not in answer.text


LARGE = {f"dense{number}": {"type": "core.dense", "settings": {"units": 1}} for number in range(2_000)}


@pytest.mark.parametrize("place", ["glasswork_gateway.strict.parse_json", "glasswork_sdk.document.Document.parse"])
async def test_others_are_answered_while_a_large_body_is_parsed(
    client: httpx.AsyncClient, bearer: dict[str, str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    begun, released = threading.Event(), threading.Event()

    def held(_: Any) -> Any:
        begun.set()
        released.wait(60)
        raise InvalidInput("The parsing was seen.")

    monkeypatch.setattr(place, held)
    body = json.dumps({"graph": {"format": 1, "components": LARGE, "connections": []}})
    assert len(body) > SMALL_BYTES
    headers = {**bearer, "Content-Type": "application/json"}
    waiting = asyncio.create_task(client.post("/api/v1/check", content=body, headers=headers))
    while not begun.is_set():
        await asyncio.sleep(0.01)
    assert (await client.get("/api/v1/health")).status_code == 200
    assert not waiting.done()
    released.set()
    assert (await waiting).status_code in (400, 422)
