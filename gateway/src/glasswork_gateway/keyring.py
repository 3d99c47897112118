"""Who may ask: the token, sessions of browsers that showed it, and the code that is good once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from typing import Final

from glasswork_sdk.errors import InvalidInput

SESSION_SECONDS: Final = 30 * 24 * 3600
_SHORTEST_TOKEN: Final = 22  # 128 bits in base64
_WATCH_SECONDS: Final = 1.0


class Keyring:
    """The token of a deployment and what follows from it.

    Sessions are signed with the token, so that a new token ends them all; `rotated` ends the open sockets too.

    Args:
        path: the token's file.
        login_code: a code that may be exchanged for a session once; empty for none.
    """

    def __init__(self, path: Path, login_code: str = "") -> None:
        self._path = path
        self._used = path.with_name(f"{path.name}.used-code")
        self._code = login_code
        self._token = read_token(path)
        self._changed = path.stat().st_mtime_ns
        self.rotated = asyncio.Event()

    def is_token(self, shown: str) -> bool:
        """Tell whether this is the token."""
        return hmac.compare_digest(shown.encode(), self._token.encode())

    def open_session(self) -> str:
        """Return the value of a new session's cookie."""
        body = f"{int(time.time()) + SESSION_SECONDS}.{secrets.token_urlsafe(16)}"
        return f"{body}.{self._sign(body)}"

    def is_session(self, cookie: str) -> bool:
        """Tell whether a cookie is that of a session which has not ended."""
        body, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return False
        return int(body.partition(".")[0]) > time.time()

    def redeem(self, code: str) -> bool:
        """Take the login code, which is good once, also over a restart of this process."""
        digest = hashlib.sha256(code.encode()).hexdigest()
        if not self._code or not hmac.compare_digest(code.encode(), self._code.encode()):
            return False
        if self._used.is_file() and self._used.read_text() == digest:
            return False
        self._used.write_text(digest)
        self._code = ""
        return True

    async def watch(self) -> None:
        """Follow the token's file for ever; a new token is in force within a second."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                changed = self._path.stat().st_mtime_ns
                if changed == self._changed:
                    continue
                token = read_token(self._path)
            except (OSError, InvalidInput):
                # Without a sound file the token stays: an unreadable one must not open or lock the door.
                continue
            self._changed = changed
            if token != self._token:
                self._token = token
                self.rotated.set()
                self.rotated = asyncio.Event()

    def _sign(self, body: str) -> str:
        return hmac.new(self._token.encode(), b"session " + body.encode(), hashlib.sha256).hexdigest()


def read_token(path: Path) -> str:
    """Return the token in a file, made where there is none.

    Raises:
        InvalidInput: others may read the file, or its token is too short.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _checked(path)
    token = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    return token


def _checked(path: Path) -> str:
    mode = path.stat().st_mode & 0o777
    token = path.read_text(encoding="utf-8").strip()
    if mode & 0o077:
        raise InvalidInput(f"The token file {path} has mode {mode:04o}: others may read it. Run chmod 600 on it.")
    if len(token) < _SHORTEST_TOKEN:
        raise InvalidInput(
            f"The token in {path} has {len(token)} characters, expected at least {_SHORTEST_TOKEN}. Remove the file: "
            "a new token is made at the next start."
        )
    return token
