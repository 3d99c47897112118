from __future__ import annotations

import base64
import json

import pytest
from glasswork_sdk.errors import InvalidInput
from glasswork_servicekit.paging import DEFAULT_SIZE, MAX_SIZE, encode_token, page_of, page_size
from hypothesis import given
from hypothesis import strategies as st


@given(count=st.integers(0, 300), size=st.integers(0, 120))
def test_pages_give_every_item_once_and_in_order(count: int, size: int) -> None:
    items, token, read = list(range(count)), "", []
    while True:
        page = page_of("numbers", items, size, token)
        assert len(page.items) <= (size or DEFAULT_SIZE)
        read += page.items
        token = page.next_token
        if not token:
            break
    assert read == items


def test_size_is_50_unless_asked_and_never_above_1000() -> None:
    assert [page_size(size) for size in (0, 1, 1_000, 5_000)] == [DEFAULT_SIZE, 1, MAX_SIZE, MAX_SIZE]
    assert (DEFAULT_SIZE, MAX_SIZE) == (50, 1_000)


def token_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        "7",
        "zz",
        "é",
        encode_token("letters", 50),
        encode_token("numbers", -1),
        encode_token("numbers", "50"),
        token_of(["numbers", 2**70]),
        token_of(["numbers", True]),
        token_of(["numbers", 1, 1]),
        token_of("numbers"),
    ],
)
def test_token_of_no_list_of_ours_is_refused(token: str) -> None:
    with pytest.raises(InvalidInput, match="not one that this list gave out") as caught:
        page_of("numbers", range(100), 10, token)
    assert [item.field for item in caught.value.fields] == ["page_token"]


def test_negative_size_is_refused() -> None:
    with pytest.raises(InvalidInput, match="page_size -1"):
        page_of("numbers", range(100), -1, "")
