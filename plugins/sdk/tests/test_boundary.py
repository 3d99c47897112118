from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from glasswork_sdk.boundary import Failure, Ledger, bounded, error_text
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.errors import PluginFailed


def raising(problem: BaseException) -> Callable[[], Any]:
    def work() -> Any:
        raise problem

    return work


def endless() -> None:
    while True:
        pass


def stubborn() -> None:
    # Waits in C, where no exception can reach it.
    threading.Event().wait()


@pytest.mark.parametrize("problem", [KeyError("x"), SystemExit(3), RecursionError(), GeneratorExit(), MemoryError()])
def test_whatever_a_plugin_raises_becomes_its_failure(problem: BaseException) -> None:
    ledger = Ledger()
    with pytest.raises(PluginFailed, match=r"The plugin 'odd' failed in Odd\.infer: " + type(problem).__name__):
        ledger.call("odd", "Odd", "Odd.infer", raising(problem))
    assert [item.where for item in ledger.failures("odd")] == ["Odd.infer"]


def test_answers_of_a_plugin_pass_and_are_no_failures() -> None:
    ledger = Ledger()
    with pytest.raises(SpecError):
        ledger.call("odd", "Odd", "Odd.infer", raising(SpecError("no")), (SpecError,))
    assert ledger.failures("odd") == ()


def test_failure_names_file_and_line_of_the_innermost_code_that_is_not_ours() -> None:
    ledger = Ledger()
    with pytest.raises(PluginFailed, match=r"\(tests/test_boundary\.py:\d+\)"):
        ledger.call("odd", "Odd", "Odd.infer", lambda: int("seven"))


def test_failure_that_repeats_is_recorded_once_and_the_record_is_bounded() -> None:
    ledger = Ledger()
    for number in range(100):
        ledger.note(Failure("odd", "Odd.infer", f"error {number // 2}"))
    assert len(ledger.failures("odd")) == 20
    assert ledger.failures("even") == ()


def test_keyboard_interrupt_in_a_thread_is_the_plugins_and_in_the_main_thread_the_users() -> None:
    ledger = Ledger()
    with pytest.raises(KeyboardInterrupt):
        ledger.call("odd", "Odd", "Odd.infer", raising(KeyboardInterrupt()))
    with pytest.raises(PluginFailed, match="KeyboardInterrupt"):
        bounded(ledger, lambda: ledger.call("odd", "Odd", "Odd.infer", raising(KeyboardInterrupt())))


@pytest.mark.parametrize("hang", [endless, stubborn])
def test_call_that_does_not_return_is_given_up_and_the_work_done_without_it(hang: Callable[[], None]) -> None:
    ledger, begun = Ledger(seconds=0.2), []

    def work() -> str:
        begun.append(threading.current_thread())
        try:
            ledger.call("odd", "Slow", "Slow.infer", hang)
        except PluginFailed as problem:
            return problem.message
        return "it returned"

    assert "did not return within 0.2 s and is switched off" in bounded(ledger, work)
    assert len(begun) == 2
    assert len(ledger.failures("odd")) == 1
    # What waits in Python is ended; what waits in C is left behind, as a daemon.
    if hang is endless:
        begun[0].join(60)
        assert not begun[0].is_alive()


def test_other_types_of_the_plugin_go_on_when_one_is_switched_off() -> None:
    ledger = Ledger(seconds=0.2)

    def work() -> int:
        with contextlib.suppress(PluginFailed):
            ledger.call("odd", "Slow", "Slow.infer", endless)
        return ledger.call("odd", "Quick", "Quick.infer", lambda: 7)

    assert bounded(ledger, work) == 7
    with pytest.raises(PluginFailed, match="switched off"):
        ledger.call("odd", "Slow", "Slow.context", lambda: 7)


def test_many_short_calls_within_a_long_one_do_not_hide_it() -> None:
    ledger = Ledger(seconds=0.2)

    def outer() -> None:
        while True:
            ledger.call("odd", "Odd", "Odd.outputs", lambda: None)

    def work() -> None:
        ledger.call("odd", "Odd", "Odd.infer", outer)

    with pytest.raises(PluginFailed, match=r"Odd\.infer"):
        bounded(ledger, work)


def test_error_of_the_work_and_its_result_come_through() -> None:
    assert bounded(Ledger(), lambda: sys.getrecursionlimit()) == sys.getrecursionlimit()
    with pytest.raises(ZeroDivisionError):
        bounded(Ledger(), lambda: 1 / 0)


def test_long_texts_are_cut_to_one_line() -> None:
    told = error_text(ValueError("a\n" * 5_000))
    assert "\n" not in told
    assert len(told) == 300
