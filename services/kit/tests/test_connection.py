from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from glasswork_servicekit.connection import Connection
from glasswork_servicekit.frames import PREFIX, FrameError, FrameLimits

Pair = tuple[Connection, Connection, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    left, right = socket.socketpair()
    limits = FrameLimits(header_bytes=1000, blob_bytes=1000)
    with left, right:
        yield Connection(left, limits), Connection(right, limits), left


def test_a_frame_arrives_as_it_was_sent(pair: Pair) -> None:
    here, there, _ = pair
    here.send({"kind": "ü", "values": [1, None, 2.5]}, [b"", b"abc"])
    message = there.receive()

    assert message.header == {"kind": "ü", "values": [1, None, 2.5]}
    assert message.blobs == [b"", b"abc"]


def test_polling_tells_whether_something_is_there(pair: Pair) -> None:
    here, there, _ = pair
    assert not there.poll()
    here.send({})

    assert there.poll()


@pytest.mark.parametrize(("header", "blobs"), [({"a": "x" * 2000}, []), ({}, [b"x" * 600, b"x" * 600])])
def test_what_is_too_large_is_refused_where_it_is_sent(pair: Pair, header: dict[str, str], blobs: list[bytes]) -> None:
    with pytest.raises(FrameError, match="1000 bytes"):
        pair[0].send(header, blobs)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (PREFIX.pack(2_000_000_000, 0), "1000 bytes"),
        (PREFIX.pack(2, 4_000_000_000), "blobs were expected"),
        (PREFIX.pack(2, 1) + (2**63).to_bytes(8, "big") + b"{}", "1000 bytes"),
        (PREFIX.pack(2, 0) + b"[]", "expected an object"),
        (PREFIX.pack(3, 0) + b"NaN", "no JSON"),
        (PREFIX.pack(3, 0) + b"\xff\xfe\xfd", "no JSON"),
    ],
)
def test_a_hostile_frame_is_refused_before_it_costs_anything(pair: Pair, data: bytes, text: str) -> None:
    pair[2].sendall(data)
    with pytest.raises(FrameError, match=text):
        pair[1].receive()


def test_a_number_that_is_not_finite_is_refused(pair: Pair) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        pair[0].send({"loss": float("nan")})


def test_the_end_of_the_other_side_is_the_end(pair: Pair) -> None:
    pair[2].close()
    with pytest.raises(EOFError):
        pair[1].receive()
