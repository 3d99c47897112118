"""The boundary to the code of plugins: a fault behind it is the plugin's, is named, and stops there."""

from __future__ import annotations

import contextlib
import contextvars
import ctypes
import inspect
import logging
import sysconfig
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

import jinja2

from glasswork_sdk.errors import PluginFailed

T = TypeVar("T")
CALL_SECONDS: Final = 5.0
"""How long one call into a plugin may take; the slowest of the core plugin takes a few milliseconds."""
LOOKS: Final = 5
"""How often a call is seen before it counts as one that does not return."""
MOST_FAILURES: Final = 20
MOST_TEXT: Final = 300
_OURS: Final = ("glasswork_sdk.", "glasswork_codegen.", "pydantic.", "pydantic_core.", "jinja2.")
_log: Final = logging.getLogger("glasswork.plugins")


@dataclass(frozen=True)
class Failure:
    """One fault in the code of a plugin.

    Args:
        plugin: name of the plugin.
        where: the method, template, rule or hook, as in `Noise.infer`.
        error: type and text of the exception.
        place: file and line in the plugin's code, as in `glasswork_tiny/noise.py:12`; empty where there is none.
    """

    plugin: str
    where: str
    error: str
    place: str = ""

    @property
    def message(self) -> str:
        """One sentence for the user."""
        place = f" ({self.place})" if self.place else ""
        return f"The plugin '{self.plugin}' failed in {self.where}: {self.error}{place}."


class WrongResult(TypeError):
    """A plugin's method returned something else than its contract says.

    Args:
        message: what was expected and what came.
        place: file and line of the method.
    """

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.place = place


class _Overtime(BaseException):
    """Ends a thread whose call into a plugin took too long; no Exception, so that a plugin is unlikely to catch it."""


@dataclass(eq=False, slots=True)
class _Call:
    plugin: str
    scope: str
    where: str
    seen: int = 0
    overdue: bool = False


@dataclass(eq=False)
class Ledger:
    """The calls into plugins that are under way, and the faults that were found.

    Args:
        seconds: how long one call may take before its component type, rule or hook is switched off.
    """

    seconds: float = CALL_SECONDS
    _failures: dict[str, dict[Failure, None]] = field(default_factory=dict)
    _off: dict[tuple[str, str], Failure] = field(default_factory=dict)
    _calls: dict[int, _Call] = field(default_factory=dict)

    def failures(self, plugin: str) -> tuple[Failure, ...]:
        """Return the faults of a plugin, the oldest first, each once."""
        return tuple(self._failures.get(plugin, ()))

    def note(self, failure: Failure) -> None:
        """Record a fault; one that repeats is recorded once."""
        known = self._failures.setdefault(failure.plugin, {})
        if failure not in known and len(known) < MOST_FAILURES:
            known[failure] = None

    def call(
        self, plugin: str, scope: str, where: str, work: Callable[[], T], passing: tuple[type[BaseException], ...] = ()
    ) -> T:
        """Call code of a plugin.

        Args:
            plugin: name of the plugin.
            scope: what is switched off where a call does not return: a component type, a rule or a hook.
            where: what is called, as messages name it.
            work: the call; a generator must be exhausted inside it.
            passing: exceptions that are answers of the plugin.

        Raises:
            PluginFailed: the plugin raised something else, or is switched off.
        """
        if self._off and (off := self._off.get((plugin, scope))) is not None:
            raise self._named(off)
        thread = threading.get_ident()
        if thread in self._calls:
            # A plugin that calls itself: the outer call is timed and blamed, for the inner ones may all be short.
            return work()
        call = self._calls[thread] = _Call(plugin, scope, where)
        try:
            return work()
        except _Overtime:
            raise
        except passing:
            raise
        except BaseException as problem:
            if isinstance(problem, PluginFailed) and getattr(problem, "ledger", None) is self:
                raise  # of a call within this one, and named already; one that the plugin made itself is its fault
            # A real Ctrl-C reaches the main thread alone; everywhere else the plugin raised it.
            if isinstance(problem, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
                raise
            failure = Failure(plugin, where, error_text(problem), place_of(problem))
            if failure not in self._failures.get(plugin, ()):
                # As text: the traceback of a plugin may hold letters that no log takes.
                _log.warning("%s\n%s", failure.message, traceback_text(problem))
            self.note(failure)
            raise self._named(failure) from problem
        finally:
            del self._calls[thread]
            if call.overdue:
                raise _Overtime

    def _named(self, failure: Failure) -> PluginFailed:
        problem = PluginFailed(failure.message)
        problem.ledger = self  # type: ignore[attr-defined]
        return problem

    def look(self, thread: int) -> bool:
        """Look at what a thread calls; switch it off, and return True, when the same call is seen the fifth time.

        Looks are counted, not seconds: on a machine that stalls, or in a process that was stopped for a while, the
        looks stall as well, and no plugin is blamed for it.
        """
        call = self._calls.get(thread)
        if call is None:
            return False
        call.seen += 1
        if call.seen < LOOKS:
            return False
        call.overdue = True
        text = f"it did not return within {self.seconds:g} s and is switched off until Glasswork starts again"
        failure = Failure(call.plugin, call.where, text)
        self._off[call.plugin, call.scope] = failure
        _log.error("%s", failure.message)
        self.note(failure)
        return True


class _Job:
    """Work in a thread of its own, which can be given up."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.done = threading.Event()
        self.again = False
        self.result: Any = None
        self.error: BaseException | None = None
        self._work = work
        context = contextvars.copy_context()
        self.thread = threading.Thread(target=self._run, args=(context,), name="plugins", daemon=True)
        self.thread.start()

    def _run(self, context: contextvars.Context) -> None:
        # An interruption may arrive a moment late, behind the call that it was meant for.
        with contextlib.suppress(_Overtime):
            context.run(self._finish)

    def _finish(self) -> None:
        try:
            self.result = self._work()
        except _Overtime:
            self.again = True
        except BaseException as error:  # raised again where the result is waited for
            self.error = error
        finally:
            self.done.set()


def bounded(ledger: Ledger, work: Callable[[], T]) -> T:
    """Do work that calls plugins, and do it again without what did not return.

    A thread that hangs in a plugin is interrupted and left behind; when it ever comes back it stops at the boundary.

    Args:
        ledger: where the calls are recorded.
        work: has no effect but its result, because it may be begun more than once.
    """
    while True:
        job = _Job(work)
        while not job.done.wait(ledger.seconds / LOOKS):
            if ledger.look(job.thread.ident or 0):
                _interrupt(job.thread)
                job.again = True
                break
        if job.again:
            continue
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result


def error_text(problem: BaseException) -> str:
    """Return type and text of an exception in one line of at most 300 characters."""
    text = " ".join(_text_of(problem).split())
    name = "" if isinstance(problem, WrongResult) else type(problem).__name__
    told = ": ".join(filter(None, (name, text)))
    return told.rstrip(".") if len(told) <= MOST_TEXT else told[: MOST_TEXT - 1] + "…"


def _text_of(problem: BaseException) -> str:
    try:
        text = str(problem)
    except BaseException as second:  # a plugin's exception may not even tell what it is
        return f"(its text failed with {type(second).__name__})"
    # Names of files may hold what no text in UTF-8 can, and messages between services are UTF-8.
    return text.encode("utf-8", "backslashreplace").decode()


def place_of(problem: BaseException) -> str:
    """Return file and line of the innermost code of the plugin that an exception passed; empty where there is none."""
    if isinstance(problem, WrongResult):
        return problem.place
    if isinstance(problem, jinja2.TemplateSyntaxError):
        file = _short(problem.filename) if problem.filename else problem.name or "template"
        return f"{file}:{problem.lineno}"
    if isinstance(problem, SyntaxError) and problem.filename:
        return f"{_short(problem.filename)}:{problem.lineno or 1}"
    found = ""
    trace: TracebackType | None = problem.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__") or "")
        file = trace.tb_frame.f_code.co_filename
        standard = file.startswith(_STANDARD) and "site-packages" not in file
        if not module.startswith(_OURS) and not file.startswith("<") and not standard:
            found = f"{_short(file)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


_STANDARD: Final = sysconfig.get_paths()["stdlib"] + "/"


def _short(file: str) -> str:
    """Return the end of a path, from the package on where it is installed."""
    parts = Path(file).parts
    for anchor in ("site-packages", "src"):
        if anchor in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(anchor) :])
    return "/".join(parts[-3 if parts[-2:-1] == ("templates",) else -2 :])


def place_of_function(function: Any) -> str:
    """Return file and line where a function or method is defined; empty where it has no source."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{_short(code.co_filename)}:{code.co_firstlineno}" if code is not None else ""


def traceback_text(problem: BaseException) -> str:
    """Return the traceback of an exception as text, cut at 10,000 characters."""
    text = "".join(traceback.format_exception(problem))[-10_000:]
    return text.encode("utf-8", "backslashreplace").decode()


def _interrupt(thread: threading.Thread) -> None:
    """Raise `_Overtime` in a thread; it arrives at the next line of Python, and never in code that waits in C."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Overtime))
