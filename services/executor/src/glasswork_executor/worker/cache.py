"""A cache that forgets what was not used for longest, bounded by the bytes of what it holds."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """Maps content keys to values.

    Args:
        capacity: bytes that the values may have together; the newest is kept whatever its size.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> T | None:
        """Return the value of `key` and take note of its use; None where it is not there."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: str, value: T, size: int) -> None:
        """Keep `value`, which has `size` bytes, and forget the oldest where there is no room."""
        self.forget(key)
        self._entries[key] = (value, size)
        self._size += size
        while self._size > self._capacity and len(self._entries) > 1:
            _, (_, freed) = self._entries.popitem(last=False)
            self._size -= freed

    def forget(self, key: str) -> None:
        """Drop `key` where it is there."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[1]
