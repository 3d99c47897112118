from __future__ import annotations

from glasswork_executor.core.answers import BLOCKED, ERROR, OK, Answer, Done, Known, Tally


def answer(name: str, state: str = OK, cause: str = "") -> Answer:
    return Answer(name, f"key of {name}", state, cause=cause)


def test_what_ran_is_told_apart_from_what_was_known_and_what_was_blocked() -> None:
    tally = Tally()
    tally.add(answer("ran", cause="code"))
    tally.add(answer("failed", ERROR, cause="new"))
    tally.add(answer("known"))
    tally.add(answer("known error", ERROR))
    tally.add(answer("blocked", BLOCKED))
    assert tally.done(7) == Done(executed=2, cached=2, milliseconds=7)
    assert tally.answered == {"ran", "failed", "known", "known error", "blocked"}


def test_answers_that_were_told_before_count_as_known() -> None:
    tally = Tally()
    tally.add_known(Known([answer("a"), answer("b", cause="code")]))
    assert (tally.done(0).executed, tally.done(0).cached) == (0, 2)
    assert tally.answered == {"a", "b"}
