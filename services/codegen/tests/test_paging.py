from __future__ import annotations

import pytest
from glasswork_codegen.paging import DEFAULT_SIZE, page
from glasswork_sdk.errors import InvalidInput


def test_pages_hold_every_item_once() -> None:
    items, token = list(range(7)), "0"
    found: list[int] = []
    while token:
        part, token = page(items, 3, token)
        found += part
    assert found == items


def test_last_page_that_is_full_has_no_token() -> None:
    assert page([1, 2, 3], 3, "") == ([1, 2, 3], "")
    assert page([1, 2, 3], 2, "") == ([1, 2], "2")
    assert len(page(range(DEFAULT_SIZE + 1), 0, "")[0]) == DEFAULT_SIZE


@pytest.mark.parametrize(
    ("size", "token", "field"),
    [(-1, "", "page_size"), (1, "x", "page_token"), (1, "-1", "page_token"), (1, "²", "page_token"),
     (1, "1" * 10, "page_token")],
)  # fmt: skip
def test_size_or_token_that_nobody_gave_out_is_refused(size: int, token: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        page([1], size, token)
    assert [item.field for item in caught.value.fields] == [field]
