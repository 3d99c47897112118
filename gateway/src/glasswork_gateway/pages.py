"""The plain pages: what runs here, how to sign in, and what the API offers. Self-contained, no CDN."""

from __future__ import annotations

from importlib import resources
from typing import Final

# Only our own inline script and style run, and they talk to this origin alone.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(name: str) -> bytes:
    """Return a file of the package's `static` folder."""
    return resources.files("glasswork_gateway").joinpath("static", name).read_bytes()


def sign_in_page() -> bytes:
    """Return the page that asks for the token."""
    return page("index.html")
