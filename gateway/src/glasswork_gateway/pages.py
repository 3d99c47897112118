"""What a browser is given: the page that was built into the package, and the plain pages. Self-contained, no CDN."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

# Only our own scripts run, and they talk to this origin alone.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The code editor and the dialogs put style elements into the page; previews are pictures from memory.
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: blob:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_PATH: Final = re.compile(r"/(?:models(?:/[a-z0-9-]+)?|datasets(?:/[a-z0-9-]+)?|runs(?:/[A-Za-z0-9_-]+)?)?")
"""The addresses of the page: one file serves them all, and the script reads the address."""
ASSET_PATH: Final = re.compile(r"/(?:assets/[A-Za-z0-9_.-]{1,200}|icon\.svg)")
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
}


@dataclass(frozen=True)
class Asset:
    """A file of the built page.

    Args:
        content: its bytes.
        compressed: the same with gzip; None where that is not worth it.
        media_type: what it is.
    """

    content: bytes
    compressed: bytes | None
    media_type: str


def page(name: str) -> bytes:
    """Return a file of the package's `static` folder."""
    return resources.files("glasswork_gateway").joinpath("static", name).read_bytes()


def is_public(path: str) -> bool:
    """Tell whether an address is of the static shell, which holds nothing that is secret."""
    return PAGE_PATH.fullmatch(path) is not None or ASSET_PATH.fullmatch(path) is not None


@lru_cache(maxsize=512)
def asset(path: str) -> Asset | None:
    """Return a file of the built page; None where there is none, or the package was built without the page.

    Args:
        path: as in `assets/index-1a2b3c.js`; matches `ASSET_PATH` or is `index.html`.
    """
    folder = Path(str(resources.files("glasswork_gateway"))) / "_ui"
    try:
        content = (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    squeezed = folder / f"{path}.gz"
    kind = _TYPES.get(Path(path).suffix, "application/octet-stream")
    return Asset(content, squeezed.read_bytes() if squeezed.is_file() else None, kind)


def sign_in_page() -> tuple[bytes, str]:
    """Return the page that asks for the token, and its policy."""
    built = asset("index.html")
    return (built.content, PAGE_POLICY) if built else (page("index.html"), POLICY)
