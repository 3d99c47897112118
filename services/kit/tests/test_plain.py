from __future__ import annotations

import os
from pathlib import Path

import pytest
from glasswork_sdk.errors import NotFound
from glasswork_servicekit.plain import open_plain


def test_a_plain_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"content")
    with open_plain(tmp_path / "a" / "b", tmp_path) as file:
        assert file.read() == b"content"


@pytest.mark.parametrize("what", ["missing", "link", "linked folder", "pipe", "folder"])
def test_everything_else_is_refused_at_once(tmp_path: Path, what: str) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "x").write_text("of somebody else")
    below = tmp_path / "below"
    below.mkdir()
    path = below / "x"
    if what == "link":
        path.symlink_to(secret / "x")
    elif what == "linked folder":
        (below / "folder").symlink_to(secret)
        path = below / "folder" / "x"
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    with pytest.raises(NotFound, match="no plain file"):
        open_plain(path, below)
