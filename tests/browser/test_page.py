"""The page as a whole: signing in, what is served, what is asked for."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlparse

import httpx
import pytest

from tests.running import Glasswork

from .conftest import open_model, screenshot

LIMIT = 250_000


@pytest.mark.main
def test_without_the_token_there_is_the_sign_in_page_which_says_where_the_token_is(
    browser: Any, glasswork: Glasswork
) -> None:
    context = browser.new_context(base_url=glasswork.running.url)
    page = context.new_page()
    page.goto("/models/anything")
    page.get_by_text("glasswork token").wait_for()
    screenshot(page, "sign-in")
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("not valid").wait_for()
    page.get_by_label("Token").fill(glasswork.directory.token())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("nothing at this address").wait_for()
    context.close()


def test_the_one_time_code_opens_the_page_and_leaves_the_address_bar(browser: Any, own: Glasswork) -> None:
    assert own.process.stdout is not None
    printed = own.process.stdout.readline()
    address = next(word for word in printed.split() if word.startswith("http"))
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.get_by_role("heading", name="Models", exact=True).wait_for()
    assert "#" not in page.url
    context.close()


def test_a_first_visit_loads_little_and_asks_nobody_else(context: Any, page: Any, new_model: Any) -> None:
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request))
    open_model(page, new_model(template="digits"))
    own = urlparse(page.url).netloc
    assert {urlparse(item.url).netloc for item in asked if not item.url.startswith(("data:", "blob:"))} == {own}
    files = [item for item in asked if "/assets/" in item.url or item.resource_type == "document"]
    assert len(files) >= 3
    size = sum(item.sizes()["responseBodySize"] for item in files)
    assert 0 < size <= LIMIT, f"{size} bytes"


def test_assets_are_compressed_and_cached_and_the_shell_is_not(glasswork: Glasswork) -> None:
    with httpx.Client(base_url=glasswork.running.url) as client:
        shell = client.get("/")
        assert shell.headers["cache-control"] == "no-cache"
        assert "script-src 'self';" in shell.headers["content-security-policy"]
        script = shell.text.partition('src="/assets/')[2].partition('"')[0]
        answer = client.get(f"/assets/{script}")
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        plain = client.get(f"/assets/{script}", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content
        assert len(gzip.compress(plain.content)) < len(plain.content)
        assert client.get("/assets/../build.json").status_code == 401
        assert client.get("/assets/nothing.js").status_code == 404
