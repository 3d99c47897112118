"""A real browser in front of the real gateway and services; screenshots go to artifacts/screenshots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.chromium import CHROMIUM
from tests.running import ROOT, Glasswork

SCREENSHOTS: Final = ROOT / "artifacts" / "screenshots"
SIZE: Final = {"width": 1440, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and skip it where there is none."""
    folder = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(folder):
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.services)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no chromium on PATH"))


class Held:
    """Requests that are kept from the gateway until `let_go`."""

    def __init__(self, page: Any, address: str, method: str) -> None:
        self._page, self._address, self._method = page, address, method
        self._open = False
        self.routes: list[Any] = []
        page.route(address, self._take)

    def _take(self, route: Any) -> None:
        if route.request.method == self._method and not self._open:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self) -> None:
        """Wait until there is one."""
        for _ in range(200):
            if self.routes:
                return
            self._page.wait_for_timeout(50)
        raise AssertionError(f"no {self._method} of {self._address}")

    def let_go(self) -> None:
        """Send them on, and hold no more."""
        self._open = True
        for route in self.routes:
            route.continue_()


@pytest.fixture
def context(browser: Any, glasswork: Glasswork) -> Iterator[Any]:
    """A browser that is signed in, with a storage of its own."""
    made = browser.new_context(viewport=SIZE, color_scheme="light", base_url=glasswork.running.url)
    made.grant_permissions(["clipboard-read", "clipboard-write"])
    made.set_default_timeout(15_000)
    sign_in(made, glasswork)
    yield made
    made.close()


@pytest.fixture
def page(context: Any) -> Iterator[Any]:
    """A page that fails its test where a script fails, or the policy refuses something."""
    trouble: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("console", lambda message: trouble.append(message.text) if is_trouble(message) else None)
    yield opened
    assert not trouble, trouble


@pytest.fixture
def new_model(glasswork: Glasswork) -> Callable[..., str]:
    """Make a model for one test; the id is returned."""

    def make(**body: Any) -> str:
        return str(glasswork.client.post("/models", body)["id"])

    return make


def is_trouble(message: Any) -> bool:
    # What the browser says of an answer like 412 or 404 is part of the protocol.
    return message.type == "error" and "Failed to load resource" not in message.text


def sign_in(context: Any, glasswork: Glasswork) -> None:
    """Exchange the token for a cookie, as the sign-in page does."""
    url = glasswork.running.url
    answer = context.request.post(
        f"{url}/api/v1/session", data={"token": glasswork.directory.token()}, headers={"Origin": url}
    )
    assert answer.status == 204


def screenshot(page: Any, name: str) -> None:
    """Keep a picture of the page, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")


def open_model(page: Any, model: str) -> None:
    """Open a model and wait until all its previews are there."""
    page.goto(f"/models/{model}")
    page.wait_for_selector("article[data-state]")
    settled(page)


def settled(page: Any) -> None:
    """Wait until nothing computes and everything is saved."""
    page.wait_for_selector("[data-live='live']")
    page.wait_for_selector("[data-save='saved']")


def node(page: Any, component: str) -> Any:
    """The component on the canvas."""
    return page.locator(f".react-flow__node[data-id='{component}']")
