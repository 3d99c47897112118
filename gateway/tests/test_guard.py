"""Who may ask: nobody without the token, on no route, by no method, from no other page."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIWebSocketRoute, iter_route_contexts
from glasswork_gateway import pages
from glasswork_gateway.guard import BODY_LIMIT, PUBLIC, Guard
from glasswork_gateway.keyring import Keyring
from glasswork_gateway.pages import is_public
from glasswork_gateway.routes import pages as pages_routes
from glasswork_gateway.settings import GatewaySettings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "nonsense")
JSON = {"Content-Type": "application/json"}
OWN = {"Origin": "http://127.0.0.1:8000"}


def routes(guard: Guard) -> list[Any]:
    app = guard._app
    assert isinstance(app, FastAPI)
    return list(iter_route_contexts(app.routes))


async def open_socket(guard: Guard, path: str, headers: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Ask for a WebSocket and go; return what the gateway sent."""
    sent: list[Any] = []
    received: Any = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])
    raw = [(b"host", b"127.0.0.1:8000"), *((k.lower().encode(), v.encode()) for k, v in headers.items())]
    offered = [item.strip() for item in headers.get("Sec-WebSocket-Protocol", "").split(",") if item]
    scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": raw}

    async def receive() -> dict[str, Any]:
        message: dict[str, Any] = next(received)
        return message

    async def send(message: Any) -> None:
        sent.append(message)

    await guard({**scope, "scheme": "ws", "subprotocols": offered, "client": ("127.0.0.1", 1)}, receive, send)
    return sent, {}


async def test_every_route_refuses_every_method_without_the_token(guard: Guard, client: httpx.AsyncClient) -> None:
    paths = {route.path for route in routes(guard) if not isinstance(route.route, APIWebSocketRoute)}
    assert len(paths) > 30
    for path in [*sorted(paths), "/api/v1/nothing", "/anything", "/api/v1//runs", "/git/x", "/api/v1/../v1/runs"]:
        for method in METHODS:
            answer = await client.request(method, path.replace("{", "").replace("}", ""))
            public = (method, path) in PUBLIC or (method == "GET" and is_public(path.replace("{", "").replace("}", "")))
            expected = {200, 404, 422, 400} if public else {401}
            assert answer.status_code in expected, f"{method} {path} answered {answer.status_code}"


async def test_every_socket_refuses_without_the_token(guard: Guard) -> None:
    paths = [route.path for route in routes(guard) if isinstance(route.route, APIWebSocketRoute)]
    assert len(paths) == 2
    for path in paths:
        sent, _ = await open_socket(guard, path.replace("{", "").replace("}", ""), {})
        assert [message["type"] for message in sent] == ["websocket.close"]


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dG9rZW4=", "bearer é"])
async def test_a_wrong_token_is_refused_with_how_to_get_the_right_one(client: httpx.AsyncClient, shown: str) -> None:
    headers = [(b"Authorization", shown.encode("latin-1"))] if shown else []
    answer = await client.get("/api/v1/runs", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "`glasswork token` prints it" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("glasswork.example:99", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("127.0.0.1:8000/docs?", 400),
        ("127.0.0.1@evil.example", 400),
        ("", 400),
        ("é", 400),
    ],
)
async def test_only_known_hosts_are_answered(client: httpx.AsyncClient, host: str, status: int) -> None:
    answer = await client.get("/api/v1/health", headers=[(b"Host", host.encode("latin-1"))])
    assert answer.status_code == status


@pytest.mark.parametrize(
    "origin",
    ["null", "https://evil.example", "http://127.0.0.1:8001", "https://front.example.evil.example", "x", "http://["],
)
async def test_pages_of_other_origins_are_refused_even_with_the_token(
    client: httpx.AsyncClient, bearer: dict[str, str], origin: str
) -> None:
    answer = await client.get("/api/v1/health", headers={**bearer, "Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")
    assert "access-control-allow-origin" not in answer.headers


async def test_an_allowed_origin_gets_cors_headers_and_needs_the_token(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    front = {"Origin": "https://front.example"}
    asked = {**front, "Access-Control-Request-Method": "POST"}
    preflight = await client.options("/api/v1/runs", headers=asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, front["Origin"])
    assert "access-control-allow-credentials" not in preflight.headers
    assert (await client.get("/api/v1/docs", headers=front)).status_code == 401
    answer = await client.get("/api/v1/openapi.json", headers={**front, **bearer})
    assert answer.headers["access-control-allow-origin"] == front["Origin"]


async def test_a_session_is_good_for_the_own_page_alone(
    client: httpx.AsyncClient, settings: GatewaySettings, bearer: dict[str, str]
) -> None:
    token = bearer["Authorization"].removeprefix("Bearer ")
    opened = await client.post("/api/v1/session", json={"token": token}, headers=OWN)
    cookie = opened.headers["set-cookie"]
    assert opened.status_code == 204
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await client.get("/api/v1/openapi.json")).status_code == 200
    assert (await client.delete("/api/v1/session", headers=OWN)).status_code == 204
    client.cookies.set("glasswork_session_8000", cookie.split("=", 1)[1].split(";")[0])
    assert (await client.post("/api/v1/check", json={})).json()["code"] == "foreign-page"
    foreign = await client.get("/api/v1/openapi.json", headers={"Origin": "https://front.example"})
    assert foreign.status_code == 401


async def test_the_login_code_is_good_once_also_over_a_restart(
    client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    body = {"code": settings.login_code}
    assert (await client.post("/api/v1/session", json=body, headers=OWN)).status_code == 204
    assert (await client.post("/api/v1/session", json=body, headers=OWN)).status_code == 401
    assert not Keyring(settings.token_file, settings.login_code).redeem(settings.login_code)


@pytest.mark.parametrize("cookie", ["", "x", "..", "9999999999.x.y", "9999999999.abc." + "0" * 64])
async def test_a_forged_cookie_is_refused(client: httpx.AsyncClient, cookie: str) -> None:
    answer = await client.get("/api/v1/runs", headers={"Cookie": f"glasswork_session_8000={cookie}"})
    assert answer.status_code == 401


@pytest.fixture(params=["built", "API alone"])
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a browser shows first, once with the page in the package and once without."""
    built = pages.Asset(b"<title>the page</title>", None, "text/html") if request.param == "built" else None
    for module in (pages, pages_routes):
        monkeypatch.setattr(module, "asset", lambda path: built)
    return "the page" if built else "glasswork token"


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/models/digits", 200), ("/docs", 401), ("/nothing", 401)])
async def test_a_browser_without_a_token_gets_the_page_that_signs_in(
    client: httpx.AsyncClient, page: str, path: str, status: int
) -> None:
    answer = await client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert page in answer.text
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_declared_body_over_the_limit_is_refused_before_it_is_read(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    headers = {**bearer, **JSON, "Content-Length": str(BODY_LIMIT + 1)}
    assert (await client.post("/api/v1/check", headers=headers, content=b"{}")).status_code == 413


async def test_an_undeclared_body_over_the_limit_is_stopped_while_it_comes(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 65536 + 2):
            yield bytes(65536)

    answer = await client.post("/api/v1/check", headers={**bearer, **JSON}, content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_json_where_files_are_uploaded_is_no_larger_than_elsewhere(
    client: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    headers = {**bearer, **JSON, "Content-Length": str(BODY_LIMIT + 1)}
    assert (await client.post("/api/v1/datasets", headers=headers, content=b"{}")).status_code == 413


async def test_a_doubled_header_is_refused(client: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    headers = [("Origin", "http://127.0.0.1:8000"), ("Origin", "https://evil.example"), *bearer.items()]
    assert (await client.get("/api/v1/health", headers=headers)).status_code == 400


async def test_a_socket_of_a_page_elsewhere_shows_the_token_as_a_subprotocol(
    guard: Guard, bearer: dict[str, str]
) -> None:
    token = bearer["Authorization"].removeprefix("Bearer ")
    headers = {"Origin": "https://front.example", "Sec-WebSocket-Protocol": f"glasswork, bearer.{token}"}
    sent, _ = await open_socket(guard, "/api/v1/runs/x/events", headers)
    assert sent[0] == {"type": "websocket.accept", "subprotocol": "glasswork", "headers": []}
    refused, _ = await open_socket(guard, "/api/v1/runs/x/events", {**headers, "Sec-WebSocket-Protocol": "bearer.x"})
    assert refused[0]["type"] == "websocket.close"


async def test_a_new_token_ends_sessions_and_is_asked_for(
    client: httpx.AsyncClient, settings: GatewaySettings, bearer: dict[str, str]
) -> None:
    settings.token_file.write_text("n" * 43 + "\n")
    os.utime(settings.token_file, (1, 1))
    async with asyncio.timeout(60):
        while (await client.get("/api/v1/openapi.json", headers=bearer)).status_code != 401:
            await asyncio.sleep(0.01)
    renewed = {"Authorization": "Bearer " + "n" * 43}
    assert (await client.get("/api/v1/openapi.json", headers=renewed)).status_code == 200
