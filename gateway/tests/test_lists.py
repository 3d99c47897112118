from __future__ import annotations

import time

import pytest
from glasswork_gateway.lists import Memory, Recent


def made(calls: list[str], key: str) -> bytes:
    calls.append(key)
    return key.encode()


def test_the_values_asked_for_last_are_kept() -> None:
    recent, calls = Recent(size=2), list[str]()
    for key in ("a", "b", "a", "c", "a", "b"):
        assert recent.get(key, lambda key=key: made(calls, key)) == key.encode()  # type: ignore[misc]
    assert calls == ["a", "b", "c", "b"]


async def test_an_answer_is_remembered_for_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now, calls, memory = [100.0], list[str](), Memory()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    async def make() -> bytes:
        return made(calls, "x")

    for passed in (0.0, 1.9, 0.2, 1.0):
        now[0] += passed
        assert await memory.get("plugins", make) == b"x"
    assert len(calls) == 2


async def test_an_empty_answer_and_a_failure_are_asked_for_again() -> None:
    memory, answers = Memory(), [b"", b"full"]

    async def make() -> bytes:
        if not answers:
            raise OSError("away")
        return answers.pop(0)

    assert [await memory.get("x", make) for _ in range(3)] == [b"", b"full", b"full"]
    with pytest.raises(OSError, match="away"):
        await memory.get("y", make)
