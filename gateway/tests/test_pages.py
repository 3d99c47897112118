from __future__ import annotations

import pytest
from glasswork_gateway.pages import asset, is_public


@pytest.mark.parametrize(
    "path", ["/", "/models", "/models/my-wine-2", "/runs/r01_A-b", "/assets/index-1a.js", "/icon.svg"]
)
def test_the_shell_is_public(path: str) -> None:
    assert is_public(path)


@pytest.mark.parametrize(
    "path", ["/api/v1/models", "/models/", "/models/a/b", "/assets/../token", "/assets/a/b.js", "/docs", "//models"]
)
def test_everything_else_is_not(path: str) -> None:
    assert not is_public(path)


@pytest.mark.parametrize("path", ["assets/none.js", "assets", "index.html/x"])
def test_a_file_that_is_not_there_is_none(path: str) -> None:
    assert asset(path) is None
