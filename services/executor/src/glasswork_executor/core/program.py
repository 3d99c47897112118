"""A program to preview, as it travels from the server to its workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
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

    def needed(self, ids: Iterable[str]) -> set[str]:
        """Return `ids` and everything before them."""
        known = {component.id: component for component in self.components}
        found: set[str] = set()
        pending = [name for name in ids if name in known]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += [other for other in known[name].upstream() if other in known]
        return found


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
    """

    program: Program
    folder: str = ""
    dataset: str = ""
    sample: Sample = Sample()
    only: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the job as a JSON object."""
        return asdict(self)


def job_from_json(value: Mapping[str, Any]) -> Job:
    """Return the job that `Job.to_json` gave."""
    components = tuple(
        Component(
            **{**item, "inputs": tuple(Binding(**each) for each in item["inputs"]), "outputs": tuple(item["outputs"])}
        )
        for item in value["program"]["components"]
    )
    return Job(
        Program(value["program"]["prelude"], components),
        value["folder"],
        value["dataset"],
        Sample(**value["sample"]),
        tuple(value["only"]),
    )
