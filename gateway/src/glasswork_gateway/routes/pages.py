"""The plain pages, and what they need."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from glasswork_gateway.pages import POLICY, page

router = APIRouter(include_in_schema=False)
_TYPES: Final = {"js": "text/javascript", "css": "text/css"}


@router.get("/")
async def get_index() -> Response:
    """Say that the API is up, and let a browser sign in."""
    return _page("index.html")


@router.get("/docs")
async def get_docs() -> Response:
    """Describe the API."""
    return _page("docs.html")


@router.get("/static/session.js")
async def get_session_script() -> Response:
    """Give the script of the first page."""
    return _page("session.js")


@router.get("/static/docs.js")
async def get_docs_script() -> Response:
    """Give the script of the documentation."""
    return _page("docs.js")


@router.get("/static/style.css")
async def get_style() -> Response:
    """Give the style of both pages."""
    return _page("style.css")


def _page(name: str) -> Response:
    kind = _TYPES.get(name.rpartition(".")[2], "text/html")
    return Response(page(name), headers={"Content-Security-Policy": POLICY}, media_type=f"{kind}; charset=utf-8")
