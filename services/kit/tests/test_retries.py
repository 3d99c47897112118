"""How often a call is tried: channels without a service behind them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from glasswork_sdk.errors import GlassworkError, NotFound, Unavailable
from glasswork_servicekit.channel import ATTEMPTS, IDEMPOTENT, ServiceChannel
from grpc.aio import AioRpcError, Metadata


class Scripted:
    """A channel whose calls fail with one code after the other, then answer."""

    def __init__(self, *codes: grpc.StatusCode) -> None:
        self.codes = list(codes)
        self.asked: list[dict[str, Any]] = []

    def unary_unary(self, method: str) -> Callable[..., Awaitable[str]]:
        def call(request: Any, **options: Any) -> Awaitable[str]:
            self.asked.append(options)
            answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            if self.codes:
                answer.set_exception(AioRpcError(self.codes.pop(0), Metadata(), Metadata(), "gone", "gone"))
            else:
                answer.set_result("answer")
            return answer

        return call


async def call(scripted: Scripted, *metadata: tuple[str, str]) -> Any:
    return await ServiceChannel(scripted, "secret").unary_unary("/x")(b"", metadata=metadata)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: 0.0)


async def test_an_idempotent_call_is_tried_until_the_service_is_there() -> None:
    scripted = Scripted(*[grpc.StatusCode.UNAVAILABLE] * (ATTEMPTS - 1))
    assert await call(scripted, IDEMPOTENT) == "answer"
    assert len(scripted.asked) == ATTEMPTS
    assert all(("glasswork-secret", "secret") in options["metadata"] for options in scripted.asked)


@pytest.mark.parametrize(
    ("codes", "metadata", "error", "tries"),
    [
        ([grpc.StatusCode.UNAVAILABLE] * 50, [IDEMPOTENT], Unavailable, ATTEMPTS),
        ([grpc.StatusCode.UNAVAILABLE], [], Unavailable, 1),
        ([grpc.StatusCode.NOT_FOUND], [IDEMPOTENT], NotFound, 1),
    ],
)
async def test_a_call_that_must_not_or_need_not_be_tried_again_fails(
    codes: list[grpc.StatusCode], metadata: list[tuple[str, str]], error: type[GlassworkError], tries: int
) -> None:
    scripted = Scripted(*codes)
    with pytest.raises(error):
        await call(scripted, *metadata)
    assert len(scripted.asked) == tries
