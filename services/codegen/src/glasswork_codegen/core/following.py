"""One editor followed from edit to edit: what has not changed is neither checked nor written again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from glasswork_sdk.analysis import Analysis, analyse
from glasswork_sdk.diagnostics import Diagnostic, Severity
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.review import review, review_values
from glasswork_sdk.rules import ComponentValues, finds_nothing, values_say_nothing
from glasswork_sdk.specs import TensorSpec

from glasswork_codegen.core.generate import Written, write
from glasswork_codegen.core.program import ComponentCode, Program
from glasswork_codegen.core.suggest import with_types


@dataclass(frozen=True)
class State:
    """What an editor looks at.

    Args:
        document: the document.
        profile: what its dataset holds; None where it is not known.
        measured: output specs by `component.port` of components with custom code, as last measured.
        values: what was measured of the components.
    """

    document: Document = field(default_factory=Document)
    profile: DatasetProfile | None = None
    measured: Mapping[str, TensorSpec] = field(default_factory=dict)
    values: Mapping[str, ComponentValues] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What has changed of a program; None is as it was.

    Args:
        components: those that are new or different.
        order: all ids in topological order.
        prelude: the start of the script.
    """

    components: list[ComponentCode]
    order: list[str] | None
    prelude: str | None


@dataclass(frozen=True)
class Answer:
    """What follows from an edit.

    Args:
        program: the code of each component.
        change: what has changed of it since the answer before.
        diagnostics: the errors, and what the analysis found besides.
        suggested: what `suggested` holds of the components where it has changed.
        explanation: component and sentence for each choice at those components.
    """

    program: Program
    change: Change
    diagnostics: list[Diagnostic]
    suggested: dict[str, dict[str, Any]]
    explanation: list[tuple[str, str]]


@dataclass
class _Work:
    """The last analysis by a catalogue, and what was written for it."""

    catalogue: Catalogue
    analysis: Analysis | None = None
    written: Written | None = None


class Abandoned(BaseException):
    """A review was given up for something more urgent; no Exception, because what a rule raises is its own affair."""


class Follower:
    """Answers as the functions for whole documents do, and keeps what it has found for the next answer.

    Args:
        catalogue: the component types, templates and rules.
        urgent: asked before each rule of a review whether to give it up.
    """

    def __init__(self, catalogue: Catalogue, urgent: Callable[[], bool] = lambda: False) -> None:
        self._coding = _Work(catalogue)
        self._checking = _Work(_abandonable(catalogue, urgent))

    def answer(self, state: State) -> Answer:
        """Let the settings that nobody touched follow, and write what code can be written."""
        before = self._coding.written
        analysis = self._analyse(self._coding, state, suggest=True)
        review(analysis, self._coding.catalogue, only=Severity.ERROR, prove=False)
        written = self._write(self._coding, analysis, state)
        old = state.document.components
        new = analysis.document.components
        suggested = {name: item.suggested for name, item in new.items() if item is not old[name]}
        return Answer(
            written.program,
            _change(before.program if before else None, written.program),
            [*written.found, *analysis.diagnostics],
            suggested,
            [item for item in analysis.explanation if item[0] in suggested],
        )

    def findings(self, state: State) -> list[Diagnostic]:
        """Return what is wrong with a document whose settings have followed, and with its values.

        Raises:
            Abandoned: something more urgent has come.
        """
        coded = self._coding.analysis
        followed = replace(state, document=coded.document) if coded is not None else state
        analysis = self._analyse(self._checking, followed, suggest=False)
        told = review_values(analysis, self._checking.catalogue, state.values)
        review(analysis, self._checking.catalogue)
        written = self._write(self._checking, analysis, state)
        return [*written.found, *analysis.diagnostics, *told]

    def _analyse(self, work: _Work, state: State, *, suggest: bool) -> Analysis:
        known = with_types(state.profile, state.document) if state.profile else None
        work.analysis = analyse(
            state.document, work.catalogue, known, state.measured, suggest=suggest, previous=work.analysis
        )
        return work.analysis

    def _write(self, work: _Work, analysis: Analysis, state: State) -> Written:
        table = state.profile.table if state.profile else ""
        work.written = write(analysis, work.catalogue, table, script=False, previous=work.written)
        return work.written


def _abandonable(catalogue: Catalogue, urgent: Callable[[], bool]) -> Catalogue:
    """Return the catalogue with rules that raise Abandoned where something is urgent."""

    def guarded(check: Callable[..., Any], nothing: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            if urgent():
                raise Abandoned
            return check(*arguments)

        # A rule that checks nothing is known by that.
        return check if check is nothing else run

    rules = {
        code: replace(
            rule,
            check=guarded(rule.check, finds_nothing),
            check_values=guarded(rule.check_values, values_say_nothing),
        )
        for code, rule in catalogue.rules.items()
    }
    return replace(catalogue, rules=rules)


def _change(before: Program | None, program: Program) -> Change:
    if before is None:
        return Change(program.components, [item.id for item in program.components], program.prelude)
    known = {item.id: item for item in before.components}
    # Sections that were taken over are the same objects; equal ones that were written anew need not be told either.
    changed = [item for item in program.components if (old := known.get(item.id)) is not item and old != item]
    order = [item.id for item in program.components]
    return Change(
        changed,
        None if order == list(known) else order,
        None if before.prelude == program.prelude else program.prelude,
    )
