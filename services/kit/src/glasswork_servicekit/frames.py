"""Frames between a server and its workers: a JSON header and raw blobs, each with its length in front.

A frame is `header length (u32), blob count (u32), blob lengths (u64 each), header, blobs`, all big-endian. The other
end may be hostile: lengths are checked before anything is read, and nothing is ever unpickled.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Blob = bytes | bytearray | memoryview

PREFIX = struct.Struct(">II")
MAX_BLOBS = 65_536


@dataclass(frozen=True)
class FrameLimits:
    """The largest frame that is accepted.

    Args:
        header_bytes: largest JSON header, default 16 MiB.
        blob_bytes: largest sum of the blobs, default 256 MiB.
    """

    header_bytes: int = 16 * 1024 * 1024
    blob_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True)
class Message:
    """One frame: a JSON object and raw blobs."""

    header: dict[str, Any]
    blobs: list[bytes] = field(default_factory=list)


class FrameError(ValueError):
    """A frame that breaks the rules: too large, or no JSON object."""


def encode(header: Mapping[str, Any], blobs: Sequence[Blob], limits: FrameLimits) -> list[Blob]:
    """Return the parts of a frame in the order in which they are sent.

    Args:
        header: a JSON object; numbers have to be finite.
        blobs: raw bytes.
        limits: the largest frame allowed.

    Raises:
        FrameError: the frame is too large.
        ValueError: a number of the header is not finite.
    """
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    views = [memoryview(blob).cast("B") for blob in blobs]
    sizes = [view.nbytes for view in views]
    check(len(text), sizes, limits)
    return [PREFIX.pack(len(text), len(sizes)) + struct.pack(f">{len(sizes)}Q", *sizes) + text, *views]


def check(header: int, blobs: Sequence[int], limits: FrameLimits) -> None:
    """Refuse sizes beyond the limits.

    Raises:
        FrameError: a size is beyond its limit.
    """
    if header > limits.header_bytes:
        raise FrameError(f"a header of at most {limits.header_bytes} bytes was expected, received {header}")
    if sum(blobs) > limits.blob_bytes:
        raise FrameError(f"blobs of at most {limits.blob_bytes} bytes were expected, received {sum(blobs)}")


def check_count(count: int) -> None:
    """Refuse a number of blobs that no frame of ours has.

    Raises:
        FrameError: there are too many.
    """
    if count > MAX_BLOBS:
        raise FrameError(f"at most {MAX_BLOBS} blobs were expected, received {count}")


def decode_sizes(data: bytes) -> list[int]:
    """Return the lengths of the blobs."""
    return list(struct.unpack(f">{len(data) // 8}Q", data))


def decode_header(data: bytes) -> dict[str, Any]:
    """Return the JSON object of a header.

    Raises:
        FrameError: it is no JSON object, or holds numbers that are not finite.
    """
    try:
        header = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"the header is no JSON: {error}") from error
    if not isinstance(header, dict):
        raise FrameError(f"the header is a {type(header).__name__}, expected an object")
    return header


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a finite number")
