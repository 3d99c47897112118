"""A real browser in front of the real gateway and services; screenshots go to artifacts/screenshots."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import expect

from tests.chromium import CHROMIUM
from tests.running import ROOT, Glasswork, started

from .looks import at_rest

SCREENSHOTS: Final = ROOT / "artifacts" / "screenshots"
SIZE: Final = {"width": 1440, "height": 900}
# When to give up: no test may depend on how busy the machine is.
DEADLINE_SECONDS: Final = 60.0
DEADLINE: Final = 1_000 * DEADLINE_SECONDS

# A notice that goes after seconds would be missed on a busy machine.
NOTICES_STAY: Final = """
const later = window.setTimeout;
window.setTimeout = (run, delay, ...more) => later(run, delay === 3000 ? 60_000 : delay, ...more);
"""

expect.set_options(timeout=DEADLINE)


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
        until(self._page, lambda: self.routes, f"a {self._method} of {self._address}")

    def let_go(self) -> None:
        """Send them on, and hold no more."""
        self._open = True
        for route in self.routes:
            route.continue_()


@pytest.fixture
def context(browser: Any, glasswork: Glasswork) -> Iterator[Any]:
    """A browser that is signed in, with a storage of its own."""
    made = new_context(browser, glasswork)
    made.grant_permissions(["clipboard-read", "clipboard-write"])
    yield made
    made.close()


@pytest.fixture
def page(context: Any) -> Iterator[Any]:
    """A page that fails its test where a script fails, or the policy refuses something."""
    opened = context.new_page()
    trouble = trouble_of(opened)
    yield opened
    assert not trouble, trouble


@pytest.fixture
def new_model(glasswork: Glasswork) -> Callable[..., str]:
    """Make a model for one test; the id is returned."""

    def make(**body: Any) -> str:
        return str(glasswork.client.post("/models", body)["id"])

    return make


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glasswork]:
    """Further services, for tests that need them empty, or end some of them."""
    with started(tmp_path_factory.mktemp("own")) as running:
        yield running


@pytest.fixture
def empty(own: Glasswork) -> Glasswork:
    """Services on which nobody has done anything: what an earlier test left there is deleted."""
    own.client.wait_until_healthy(DEADLINE_SECONDS)
    headers = {"Authorization": f"Bearer {own.directory.token()}"}
    for kind in ("models", "datasets"):
        for item in list(own.client.items(f"/{kind}")):
            httpx.delete(f"{own.running.url}/api/v1/{kind}/{item['id']}", headers=headers).raise_for_status()
    return own


def trouble_of(page: Any) -> list[str]:
    """What scripts and the browser complain of from now on."""
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if is_trouble(message) else None)
    return trouble


def is_trouble(message: Any) -> bool:
    # What the browser says of an answer like 412 or 404 is part of the protocol.
    return message.type == "error" and "Failed to load resource" not in message.text


def new_context(browser: Any, glasswork: Glasswork, **options: Any) -> Any:
    """A browser that is signed in, by the cookie of a session that was opened once."""
    url = glasswork.running.url
    given = {"viewport": SIZE, "color_scheme": "light", "base_url": url, **options}
    made = browser.new_context(storage_state=session_of(browser, url, glasswork.directory.token()), **given)
    made.set_default_timeout(DEADLINE)
    made.add_init_script(NOTICES_STAY)
    return made


@contextmanager
def signed_in(browser: Any, glasswork: Glasswork, **options: Any) -> Iterator[Any]:
    """A page of a browser that is signed in."""
    made = new_context(browser, glasswork, **options)
    yield made.new_page()
    made.close()


@functools.cache
def session_of(browser: Any, url: str, token: str) -> Any:
    """Exchange the token for a cookie, as the sign-in page does; once for all tests on these services."""
    context = browser.new_context()
    answer = context.request.post(f"{url}/api/v1/session", data={"token": token}, headers={"Origin": url})
    assert answer.status == 204
    state = context.storage_state()
    context.close()
    return state


def until(page: Any, found: Callable[[], Any], what: str) -> Any:
    """Wait until something is there that no locator can wait for, and return it.

    Args:
        page: whose events go on meanwhile.
        found: looks for it; anything true ends the wait.
        what: its name, for the message when it never comes.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (it := found()):
        assert time.monotonic() < deadline, f"still not there: {what}"
        page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 20))")
    return it


def drawn(page: Any) -> None:
    """Wait until the page has handled the answers that it has, and drawn what came of them.

    An answer to a request that begins only now comes after them.
    """
    page.evaluate("""async () => {
      await (await fetch('/api/v1/health')).text();
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    }""")


def screenshot(page: Any, name: str) -> None:
    """Keep a picture of the page, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")


def open_model(page: Any, model: str) -> None:
    """Open a model and wait until all its previews are there."""
    page.goto(f"/models/{model}")
    page.wait_for_selector("article[data-state]")
    settled(page)
    # A click would miss what still moves to its place.
    at_rest(page)


def settled(page: Any) -> None:
    """Wait until nothing computes and everything is saved, code that was typed a moment ago as well."""
    page.wait_for_function("() => !Object.keys(sessionStorage).some((key) => key.startsWith('glasswork code '))")
    page.locator("body:has([data-live='live']):has([data-save='saved'])").wait_for()


def select(page: Any, component: str) -> None:
    """Select a component by a click on its name, before keys act on it."""
    node(page, component).locator("header").click()
    expect(node(page, component).locator("article[data-selected='true']")).to_be_visible()


def node(page: Any, component: str) -> Any:
    """The component on the canvas."""
    return page.locator(f".react-flow__node[data-id='{component}']")
