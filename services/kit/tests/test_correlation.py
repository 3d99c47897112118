from __future__ import annotations

import pytest
from glasswork_servicekit.correlation import current_request_id, request_id, sound_request_id


def test_an_id_holds_within_its_block_alone() -> None:
    with request_id("outer"):
        with request_id("inner"):
            assert current_request_id() == "inner"
        assert current_request_id() == "outer"
    assert current_request_id() == ""


@pytest.mark.parametrize("value", ["", "x" * 65, "a b", "a\nlevel=error", "ä"])
def test_an_id_that_cannot_stand_in_a_log_is_replaced(value: str) -> None:
    assert sound_request_id(value) != value
    assert sound_request_id("a-B_9." + "x" * 58) == "a-B_9." + "x" * 58
