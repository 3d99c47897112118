from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from glasswork_trainer.core.events import Event, EventKind, EventLog, read_events
from glasswork_trainer.core.feed import MOST_BATCHES, Feed
from glasswork_trainer.core.run import Failure, State


def batch(sequence: int) -> Event:
    return Event(EventKind.BATCH, sequence, 1.0, step=sequence, metrics={"loss": 0.5})


def test_an_event_is_read_as_it_was_written() -> None:
    error = Failure("bad", "conv1", 3)
    event = Event(EventKind.STATE, 7, 2.5, 1, 2, state=State.FAILED, error=error, not_finite={"loss": "nan"})
    assert Event.from_line(event.to_line()) == event


def test_a_log_goes_on_with_its_numbers_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "events"
    log = EventLog(path)
    log.append(batch(1))
    log.append(batch(4))
    log.close()
    again = EventLog(path)
    again.close()
    assert again.last_sequence == 4
    assert [event.sequence for event in read_events(path, after=1)] == [4]


@pytest.mark.parametrize("torn", [b'{"kind":"bat', b'{"kind":"batch","sequence":3}', b"\0\0\0\n", b"[]\n"])
def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "events"
    log = EventLog(path)
    log.append(batch(1))
    log.close()
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    again = EventLog(path)
    again.append(batch(2))
    again.close()
    assert [event.sequence for event in read_events(path)] == [1, 2]


def test_an_event_that_a_full_disk_took_half_of_is_in_the_log_once(tmp_path: Path) -> None:
    path = tmp_path / "events"
    log = EventLog(path)
    log.append(batch(1))
    for room in (20, 0):
        with full(path.stat().st_size + room), pytest.raises(OSError, match=r"No space left|too large"):
            log.append(batch(2))
    log.append(Event(EventKind.LOG, 2, message="again"))
    log.close()
    assert [(event.sequence, event.kind) for event in read_events(path)] == [(1, EventKind.BATCH), (2, EventKind.LOG)]


@contextmanager
def full(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_number_that_does_not_increase_is_refused(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events")
    log.append(batch(2))
    with pytest.raises(ValueError, match="above 2, received 2"):
        log.append(batch(2))
    log.close()


async def test_a_slow_reader_gets_the_newest_batches_and_every_state() -> None:
    feed = Feed()
    with feed.subscribe() as subscription:
        for number in range(1, 1_001):
            kind = EventKind.EPOCH if number % 100 == 0 else EventKind.BATCH
            feed.publish(Event(kind, number))
        feed.close()
        events = []
        while (event := await subscription.next()) is not None:
            events.append(event)
    numbers = [event.sequence for event in events]
    assert numbers == sorted(numbers)
    assert [event.sequence for event in events if event.kind == EventKind.EPOCH] == list(range(100, 1_001, 100))
    assert [n for n in numbers if n % 100][-1] == 999
    assert len(events) == MOST_BATCHES + 10
