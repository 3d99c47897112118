"""The page, the plain pages, and what they need."""

from __future__ import annotations

import html
from typing import Final

from fastapi import APIRouter
from glasswork.codegen.v1 import codegen_pb2
from glasswork_sdk.errors import NotFound
from glasswork_servicekit.paging import MAX_SIZE
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import Response

from glasswork_gateway.context import InContext
from glasswork_gateway.figures import figure
from glasswork_gateway.pages import PAGE_POLICY, POLICY, Asset, asset, page

router = APIRouter(include_in_schema=False)
_TYPES: Final = {"js": "text/javascript", "css": "text/css"}
# The names of assets hold the hash of their content.
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@router.get("/")
@router.get("/models")
@router.get("/models/{model}")
@router.get("/datasets")
@router.get("/datasets/{dataset}")
@router.get("/runs")
@router.get("/runs/{run}")
async def get_index(request: Request) -> Response:
    """Give the page; where the package was built without it, say that the API is up, and let a browser sign in."""
    built = asset("index.html")
    if built is None:
        return _page("index.html")
    return _asset(request, built, {"Cache-Control": "no-cache", "Content-Security-Policy": PAGE_POLICY})


@router.get("/assets/{name}")
async def get_asset(request: Request, name: str) -> Response:
    """Give a file of the page."""
    built = asset(f"assets/{name}")
    if built is None or "/" in name:
        raise NotFound(f"The page has no file assets/{name}; reload it.")
    return _asset(request, built, {"Cache-Control": _FOR_EVER})


@router.get("/icon.svg")
async def get_icon(request: Request) -> Response:
    """Give the icon of the page."""
    built = asset("icon.svg")
    if built is None:
        raise NotFound("This gateway was built without the page, and has no icon.")
    return _asset(request, built, {"Cache-Control": "public, max-age=86400"})


@router.get("/docs")
async def get_docs() -> Response:
    """Describe the API."""
    return _page("docs.html")


@router.get("/docs/components/{component_type}")
async def get_component_page(component_type: str, context: InContext) -> Response:
    """Describe a component type, from its class."""
    found = await context.services.codegen.ListComponentTypes(codegen_pb2.ListComponentTypesRequest(page_size=MAX_SIZE))
    texts = {item.type: item.documentation for item in found.component_types}
    if component_type not in texts:
        raise NotFound(f"There is no component type '{component_type}'; GET /api/v1/components lists them.")
    example = await context.guide.example(component_type)
    return _described(component_type, texts[component_type], figure(example) if example else "")


@router.get("/docs/diagnostics/{code}")
async def get_diagnostic_page(code: str, context: InContext) -> Response:
    """Explain a kind of finding."""
    found = await context.services.codegen.ListRules(codegen_pb2.ListRulesRequest(page_size=MAX_SIZE))
    rule = next((item for item in found.rules if item.code == code), None)
    if rule is None:
        raise NotFound(f"There is no diagnostic '{code}'; GET /api/v1/diagnostics lists them.")
    return _described(code, f"# {rule.title}\n\n## Why\n\n{rule.why}\n\n## What to do\n\n{rule.remedy}\n")


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


def _asset(request: Request, built: Asset, headers: dict[str, str]) -> Response:
    headers = {**headers, "Vary": "Accept-Encoding"}
    if built.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(built.compressed, headers=headers, media_type=built.media_type)
    return Response(built.content, headers=headers, media_type=built.media_type)


def _page(name: str) -> Response:
    kind = _TYPES.get(name.rpartition(".")[2], "text/html")
    return Response(page(name), headers={"Content-Security-Policy": POLICY}, media_type=f"{kind}; charset=utf-8")


def _described(name: str, text: str, example: str = "") -> Response:
    body = MarkdownIt("js-default", {"html": False}).render(text)
    # The example stands before what is long: settings and code.
    head, heading, rest = body.partition("<h2>Settings</h2>")
    body = f"{head}{example}{heading}{rest}"
    filled = page("component.html").decode().replace("{{ title }}", html.escape(name)).replace("{{ body }}", body)
    return Response(filled, headers={"Content-Security-Policy": POLICY}, media_type="text/html; charset=utf-8")
