from __future__ import annotations

import json
from typing import Any

import pytest
from glasswork_servicekit.frames import MAX_BLOBS, FrameError, FrameLimits, check_count, decode_header, encode

SMALL = FrameLimits(header_bytes=12, blob_bytes=6)


def test_a_frame_at_its_limits_is_sent_and_one_byte_more_is_refused() -> None:
    first, *blobs = encode({"a": "12345"[:4]}, [b"123", b"456"], SMALL)
    assert bytes(first) == b"\0\0\0\x0c\0\0\0\x02" + b"\0" * 7 + b"\x03" + b"\0" * 7 + b"\x03" + b'{"a":"1234"}'
    assert [bytes(blob) for blob in blobs] == [b"123", b"456"]
    with pytest.raises(FrameError, match="a header of at most 12 bytes was expected, received 13"):
        encode({"a": "12345"}, [], SMALL)
    with pytest.raises(FrameError, match="blobs of at most 6 bytes were expected, received 7"):
        encode({}, [b"123", b"4567"], SMALL)


def test_a_blob_counts_its_bytes_and_not_its_items() -> None:
    with pytest.raises(FrameError, match="received 8"):
        encode({}, [memoryview(bytes(8)).cast("I")], SMALL)


def test_more_blobs_than_any_frame_has_are_refused() -> None:
    check_count(MAX_BLOBS)
    with pytest.raises(FrameError, match=f"at most {MAX_BLOBS} blobs"):
        check_count(MAX_BLOBS + 1)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_neither_sent_nor_taken(number: float) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        encode({"a": number}, [], FrameLimits())
    with pytest.raises(FrameError, match="is not a finite number"):
        decode_header(json.dumps({"a": number}).encode())


@pytest.mark.parametrize(
    ("data", "told"), [(b"[]", "is a list, expected an object"), (b"{", "is no JSON"), (b"[" * 100_000, "is no JSON")]
)
def test_a_header_that_is_no_object_is_refused(data: bytes, told: Any) -> None:
    with pytest.raises(FrameError, match=told):
        decode_header(data)
