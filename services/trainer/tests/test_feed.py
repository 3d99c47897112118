from __future__ import annotations

import asyncio

from glasswork_trainer.core.events import Event, EventKind
from glasswork_trainer.core.feed import MOST_BATCHES, Feed, Subscription


def batches(count: int) -> list[Event]:
    return [Event(EventKind.BATCH, number) for number in range(1, count + 1)]


async def test_batches_that_were_taken_make_room_for_others() -> None:
    subscription = Subscription()
    for event in batches(MOST_BATCHES):
        subscription.offer(event)
    first = await subscription.next()
    subscription.offer(Event(EventKind.BATCH, 1_000))
    second = await subscription.next()
    assert (first, second) == tuple(batches(2))


async def test_a_reader_waits_for_the_next_event_and_for_the_end() -> None:
    feed = Feed()
    with feed.subscribe() as subscription:
        waiting = asyncio.create_task(subscription.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        feed.publish(Event(EventKind.LOG, 1))
        assert await waiting == Event(EventKind.LOG, 1)
        feed.publish(Event(EventKind.LOG, 2))
        feed.close()
        assert [await subscription.next(), await subscription.next()] == [Event(EventKind.LOG, 2), None]


async def test_each_reader_has_every_event_and_one_that_went_has_none() -> None:
    feed = Feed()
    with feed.subscribe() as first:
        with feed.subscribe() as second:
            feed.publish(Event(EventKind.LOG, 1))
        feed.publish(Event(EventKind.LOG, 2))
        feed.close()
        second.close()
        assert [event.sequence for event in [await first.next(), await first.next()] if event] == [1, 2]
        assert [await second.next(), await second.next()] == [Event(EventKind.LOG, 1), None]
