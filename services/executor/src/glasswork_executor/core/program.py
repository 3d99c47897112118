"""A program to preview, as it travels from the server to its workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

DATA, SOURCE, EXPRESSION, CLASS, TRAINING = "data", "source", "expression", "class", "training"


@dataclass(frozen=True)
class Binding:
    """What is connected to one input port."""

    port: str
    component: str
    output: str


@dataclass(frozen=True)
class Component:
    """The part of a program that belongs to one component.

    Args:
        id: the component.
        kind: data, source, expression, class or training.
        code: its code, lines counted from 1.
        symbol: the function or class that the code defines.
        inputs: what is connected, in the order of the ports.
        outputs: names of the output ports.
        shares: the component whose layer is called again; empty for none.
        visualization: the picture that suits the output.
        keyed_inputs: whether a call gets a mapping by port name.
        uses_variables: whether a call gets X too, the variables of the components before it.
        labels: names of the classes whose probabilities the output holds.
    """

    id: str
    kind: str
    code: str
    symbol: str = ""
    inputs: tuple[Binding, ...] = ()
    outputs: tuple[str, ...] = ("output",)
    shares: str = ""
    visualization: str = "auto"
    keyed_inputs: bool = False
    uses_variables: bool = False
    labels: tuple[str, ...] = ()

    def upstream(self) -> Iterable[str]:
        """Return the components that this one needs."""
        yield from (binding.component for binding in self.inputs)
        if self.shares:
            yield self.shares


@dataclass(frozen=True)
class Program:
    """The start of a script, and its components in topological order."""

    prelude: str
    components: tuple[Component, ...]

    @cached_property
    def known(self) -> Mapping[str, Component]:
        """The components by id, in topological order."""
        return {component.id: component for component in self.components}

    def patched(self, changed: Iterable[Component], order: Sequence[str] | None, prelude: str | None) -> Program:
        """Return the program after a change; what has not changed is the same object as before.

        Args:
            changed: components that are new or different.
            order: the ids of all components; None for those there are, as they are.
            prelude: the start of the script; None for the present one.

        Raises:
            KeyError: `order` names a component that nobody told, or does not name one that is new.
        """
        present = {component.id: component for component in changed}
        known = {**self.known, **present}
        if order is None and len(known) > len(self.known):
            raise KeyError(*(present.keys() - self.known.keys()))
        components = tuple(known.values() if order is None else (known[name] for name in order))
        return Program(self.prelude if prelude is None else prelude, components)

    def needed(self, ids: Iterable[str]) -> set[str]:
        """Return `ids` and everything before them."""
        known = self.known
        found: set[str] = set()
        pending = [name for name in ids if name in known]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += [other for other in known[name].upstream() if other in known]
        return found


EMPTY = Program("", ())


@dataclass(frozen=True)
class Sample:
    """Which rows a preview shows: `count` rows of a split, from position `index`."""

    split: str = "train"
    index: int = 0
    count: int = 1


@dataclass(frozen=True)
class Job:
    """One preview to compute.

    Args:
        program: the program.
        folder: folder of the dataset; empty for none.
        dataset: hash of the dataset; empty for none.
        sample: the rows to show.
        only: components to answer, with those before them; empty for all.
        variables: variables to show besides, each a component and a name.
        gradients: whether to measure the gradients of a batch when everything is answered.
    """

    program: Program
    folder: str = ""
    dataset: str = ""
    sample: Sample = Sample()
    only: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    gradients: bool = False


def delta(before: Program | None, program: Program) -> dict[str, Any]:
    """Return what has to be told of a program to somebody who knows the one before.

    Args:
        before: the program told last; None for none.
        program: the program to tell.
    """
    known = before.known if before else {}
    # Nearly all of them are the same objects, which is found out faster than that they are equal.
    changed = [item for name, item in program.known.items() if (old := known.get(name)) is not item and old != item]
    order = list(program.known)
    return {
        "prelude": None if before and before.prelude == program.prelude else program.prelude,
        "order": None if before and order == list(known) else order,
        "changed": [_to_row(item) for item in changed],
    }


def patched(before: Program | None, told: Mapping[str, Any]) -> Program:
    """Return the program that `delta` told.

    Args:
        before: the program told last; None for none.
        told: what `delta` gave.
    """
    changed = [_from_row(row) for row in told["changed"]]
    return (before or EMPTY).patched(changed, told["order"], told["prelude"])


def job_to_json(job: Job, before: Program | None) -> dict[str, Any]:
    """Return a job as a JSON object for somebody who knows the program before."""
    return {
        "program": delta(before, job.program),
        "folder": job.folder,
        "dataset": job.dataset,
        "sample": asdict(job.sample),
        "only": list(job.only),
        "variables": job.variables,
        "gradients": job.gradients,
    }


def job_from_json(value: Mapping[str, Any], before: Program | None) -> Job:
    """Return the job that `job_to_json` gave."""
    program, sample = patched(before, value["program"]), Sample(**value["sample"])
    variables = tuple((component, name) for component, name in value["variables"])
    only, gradients = tuple(value["only"]), bool(value["gradients"])
    return Job(program, value["folder"], value["dataset"], sample, only, variables, gradients)


def _to_row(item: Component) -> list[Any]:
    inputs = [[each.port, each.component, each.output] for each in item.inputs]
    return [
        *(item.id, item.kind, item.code, item.symbol, inputs),
        *(item.outputs, item.shares, item.visualization, item.keyed_inputs, item.uses_variables, item.labels),
    ]


def _from_row(row: Sequence[Any]) -> Component:
    name, kind, code, symbol, inputs, outputs, shares, visualization, keyed, variables, labels = row
    bindings = tuple(Binding(*each) for each in inputs)
    looks = (shares, visualization, keyed, variables, tuple(labels))
    return Component(name, kind, code, symbol, bindings, tuple(outputs), *looks)
