"""One guard in front of everything, HTTP and WebSocket alike, before any body is read."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from glasswork_servicekit import correlation
from pydantic_core import to_json

from glasswork_gateway import problems
from glasswork_gateway.keyring import Keyring
from glasswork_gateway.pages import is_public, sign_in_page
from glasswork_gateway.settings import GatewaySettings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PUBLIC: Final = frozenset(
    {
        ("GET", "/api/v1/health"),
        ("POST", "/api/v1/session"),
        ("GET", "/static/session.js"),
        ("GET", "/static/style.css"),
    }
)
BODY_LIMIT: Final = 6 * 1024 * 1024
UPLOAD_LIMIT: Final = 3 * 1024**3
UPLOADS: Final = frozenset({"/api/v1/datasets"})
BODY_SECONDS: Final = 30.0
MESSAGE_LIMIT: Final = 100_000
_HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?")
_SAFE: Final = frozenset({"GET", "HEAD"})
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Refused(Exception):
    """A request that the guard does not let through."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Caller:
    """What the headers of a request say about who asks.

    Args:
        origin: origin of the page that asks; empty where it is no browser, or the own page.
        signed_in: whether a token or a session was shown.
    """

    origin: str
    signed_in: bool


class Guard:
    """Checks host, origin and token; counts the bytes of bodies; ends sockets when the token changes.

    Security reads the raw headers and `scope["path"]` only: what the framework makes of them can be forged.

    Args:
        app: what is guarded.
        settings: which hosts and origins are allowed.
        keyring: tokens and sessions.
    """

    def __init__(self, app: App, settings: GatewaySettings, keyring: Keyring) -> None:
        self._app = app
        self._settings = settings
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        correlation.set_request_id(correlation.sound_request_id(headers.get("x-request-id", "")))
        try:
            caller = self._admit(scope, headers)
        except Refused as refused:
            await _refuse(scope, headers, send, refused)
            return
        if scope["type"] == "websocket":
            await self._app(scope, self._until_rotated(receive, send), send)
        elif scope["method"] == "OPTIONS" and caller.origin and not caller.signed_in:
            await _preflight(caller.origin, send)
        else:
            await self._http(scope, headers, receive, send, caller)

    def _admit(self, scope: Scope, headers: dict[str, str]) -> Caller:
        host = _one(scope, b"host")
        found = _HOST.fullmatch(host)
        if found is None:
            raise Refused(400, "bad-host", "The Host header is missing or no host name.")
        if found["name"].lower() not in self._settings.allowed_hosts:
            raise Refused(
                403, "foreign-host", "Glasswork is not called by this host name. Add it to GLASSWORK_ALLOWED_HOSTS."
            )
        origin = self._foreign_origin(host, _one(scope, b"origin"))
        if self._is_preflight(scope, headers, origin):
            return Caller(origin, signed_in=False)
        signed_in = self._is_signed_in(
            scope, headers, own_page="origin" in headers and not origin, foreign=bool(origin)
        )
        public = scope["type"] == "http" and _is_public(scope["method"], scope["path"])
        if not signed_in and not public:
            raise Refused(
                401, "not-signed-in", "Show the token: `Authorization: Bearer …`. `glasswork token` prints it."
            )
        return Caller(origin, signed_in)

    def _foreign_origin(self, host: str, origin: str) -> str:
        """Return an allowed origin of another page, or an empty text for none and for the own page."""
        if not origin:
            return ""
        if origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}"):
            return ""
        if origin in self._settings.allowed_origins:
            return origin
        raise Refused(
            403, "foreign-origin", "Pages of this origin may not call Glasswork. See GLASSWORK_ALLOWED_ORIGINS."
        )

    def _is_preflight(self, scope: Scope, headers: dict[str, str], origin: str) -> bool:
        asked = "access-control-request-method" in headers
        return scope["type"] == "http" and scope["method"] == "OPTIONS" and bool(origin) and asked

    def _is_signed_in(self, scope: Scope, headers: dict[str, str], own_page: bool, foreign: bool) -> bool:
        kind, _, shown = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._keyring.is_token(shown.strip())
        # The WebSocket of a browser cannot send that header: a page elsewhere shows the token as a subprotocol.
        for offered in scope.get("subprotocols", ()):
            if offered.startswith("bearer."):
                return self._keyring.is_token(offered.removeprefix("bearer."))
        cookie = _cookie(headers.get("cookie", ""), cookie_name(self._settings.port))
        # Pages that are served elsewhere show the token, never the cookie.
        if foreign or not cookie or not self._keyring.is_session(cookie):
            return False
        reading = scope["type"] == "http" and scope["method"] in _SAFE
        if reading or own_page or headers.get("sec-fetch-site") == "same-origin":
            return True
        raise Refused(403, "foreign-page", "A request that changes something must come from Glasswork's own page.")

    async def _http(self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send, caller: Caller) -> None:
        # Only what is written to a file as it comes may be large.
        uploads = scope["path"] in UPLOADS and headers.get("content-type", "").lower().startswith("multipart/")
        limit = UPLOAD_LIMIT if uploads else BODY_LIMIT
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await _refuse(scope, headers, send, Refused(413, "too-large", _too_large(limit)))
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message, caller.origin)
            await send(message)

        await self._app(scope, _counted(receive, limit), send_with_headers)

    def _until_rotated(self, receive: Receive, send: Send) -> Receive:
        """Let a socket end with code 4401 when the token changes."""
        rotated = self._keyring.rotated

        async def next_message() -> Message:
            incoming = asyncio.ensure_future(receive())
            changed = asyncio.ensure_future(rotated.wait())
            try:
                await asyncio.wait({incoming, changed}, return_when=asyncio.FIRST_COMPLETED)
                if incoming.done():
                    return incoming.result()
                await send({"type": "websocket.close", "code": 4401, "reason": "the token changed"})
                return {"type": "websocket.disconnect", "code": 4401}
            finally:
                changed.cancel()
                incoming.cancel()

        return next_message


def _is_public(method: str, path: str) -> bool:
    return (method, path) in PUBLIC or (method == "GET" and is_public(path))


def cookie_name(port: int) -> str:
    """Return the name of the session's cookie; browsers share cookies between ports."""
    return f"glasswork_session_{port}"


def _counted(receive: Receive, limit: int) -> Receive:
    """Give a body up to its limit in bytes, in pieces and in time between two of them."""
    size, pieces, complete = 0, 0, False

    async def next_message() -> Message:
        nonlocal size, pieces, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                message = await receive()
        except TimeoutError:
            told = f"Nothing of the body came for {BODY_SECONDS:g} s."
            raise problems.BadRequest(told, "too-slow", 408, close=True) from None
        size += len(message.get("body", b""))
        pieces += 1
        complete = not message.get("more_body", False)
        if size > limit or (pieces > MESSAGE_LIMIT and size < pieces * 1024):
            # Within the app this is an exception that the framework passes on as it is.
            raise problems.BadRequest(_too_large(limit), "too-large", 413, close=True)
        return message

    return next_message


def _too_large(limit: int) -> str:
    return f"The body is larger than {limit} bytes, which is the limit, or comes in far too many pieces."


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _one(scope: Scope, wanted: bytes) -> str:
    """Return the value of a header, or an empty text where it is missing or stands twice."""
    values = [value for name, value in scope["headers"] if name.lower() == wanted]
    if len(values) > 1:
        raise Refused(400, "bad-header", f"The header {wanted.decode()} stands more than once.")
    return values[0].decode("latin-1") if values else ""


def _cookie(header: str, name: str) -> str:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if hmac.compare_digest(key.encode(), name.encode()):
            return value
    return ""


def _add_headers(message: Message, origin: str) -> None:
    headers: Headers = list(message.get("headers", ()))
    present = {name.lower() for name, _ in headers}
    headers += [item for item in _HEADERS if item[0] not in present]
    headers.append((b"x-request-id", correlation.current_request_id().encode()))
    if origin:
        headers += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", b"ETag, Location, Retry-After, X-Request-Id"),
            (b"vary", b"Origin"),
        ]
    message["headers"] = headers


async def _preflight(origin: str, send: Send) -> None:
    headers = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
        (b"access-control-allow-headers", b"authorization, content-type, if-match, if-none-match, idempotency-key"),
        (b"access-control-max-age", b"600"),
        (b"vary", b"Origin"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, headers: dict[str, str], send: Send, refused: Refused) -> None:
    if scope["type"] == "websocket":
        # Before it is accepted, closing a socket is an HTTP answer of 403.
        await send({"type": "websocket.close", "code": 4401, "reason": refused.code})
        return
    page = refused.status == 401 and scope["method"] == "GET" and "text/html" in headers.get("accept", "")
    shell, policy = sign_in_page() if page else (b"", "")
    content = shell or to_json(problems.body(refused.status, refused.code, refused.detail))
    kind = b"text/html; charset=utf-8" if page else problems.MEDIA_TYPE.encode()
    answer: Headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode()), *_HEADERS]
    if page:
        answer.append((b"content-security-policy", policy.encode()))
    if refused.status == 401:
        answer.append((b"www-authenticate", b"Bearer"))
    if refused.status in (408, 413):
        answer.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refused.status, "headers": answer})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})
