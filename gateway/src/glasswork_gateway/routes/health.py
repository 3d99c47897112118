"""Health, and the session of a browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from glasswork_gateway.context import InContext
from glasswork_gateway.guard import cookie_name
from glasswork_gateway.keyring import SESSION_SECONDS
from glasswork_gateway.problems import BadRequest
from glasswork_gateway.schemas import Health, SessionRequest
from glasswork_gateway.strict import StrictRoute, answer

router = APIRouter(tags=["access"], route_class=StrictRoute)


@router.get("/health", response_model=Health)
async def get_health(context: InContext) -> Response:
    """Say how Glasswork is; public, and answered at once."""
    services = context.services
    return answer({"status": services.status, "version": context.version, "services": services.states})


@router.post("/session", status_code=204, response_class=Response)
async def open_session(body: SessionRequest, context: InContext, origin: Annotated[str, Header()] = "") -> Response:
    """Exchange the token, or the code in the printed address, for a cookie."""
    keyring = context.keyring
    known = keyring.is_token(body.token) if body.token else keyring.redeem(body.code or "")
    if not known:
        raise BadRequest(
            "This token or code is not valid; a code is good once. `glasswork token` prints the token.",
            code="not-signed-in",
            status=401,
        )
    response = Response(status_code=204)
    response.set_cookie(
        cookie_name(context.settings.port),
        keyring.open_session(),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        # With TLS in front, which only the page's own origin tells, the cookie must never go without it.
        secure=origin.startswith("https://"),
    )
    return response


@router.delete("/session", status_code=204, response_class=Response)
async def close_session(context: InContext) -> Response:
    """Forget the cookie."""
    response = Response(status_code=204)
    response.delete_cookie(cookie_name(context.settings.port), httponly=True, samesite="strict")
    return response
