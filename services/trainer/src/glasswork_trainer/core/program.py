"""A program as the trainer needs it: which lines are whose, and what leads to which target."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

DATA = "data"
SOURCE = "source"
EXPRESSION = "expression"
CLASS = "class"
TRAINING = "training"


@dataclass(frozen=True)
class Binding:
    """What is connected to one input port."""

    port: str
    component: str
    output: str


@dataclass(frozen=True)
class Component:
    """One component's part of the script.

    Args:
        id: the component's id.
        type: its component type.
        kind: data, source, expression, class or training.
        symbol: the function or class that its code defines.
        first_line: where its code begins in the script, from 1.
        last_line: where it ends, inclusive.
        inputs: what is connected to its input ports, in the order of the ports.
        outputs: names of its output ports.
        shares: the component whose layer it calls again; empty for none.
        target_side: whether it stands between data and targets only.
        feature: the column that a data component reads; empty for others.
    """

    id: str
    type: str = ""
    kind: str = EXPRESSION
    symbol: str = ""
    first_line: int = 0
    last_line: int = 0
    inputs: tuple[Binding, ...] = ()
    outputs: tuple[str, ...] = ()
    shares: str = ""
    target_side: bool = False
    feature: str = ""


@dataclass(frozen=True)
class Target:
    """Something that the model learns to predict: the training component's port, and the column behind it."""

    port: str
    component: str
    feature: str


@dataclass(frozen=True)
class Program:
    """The components of a script, in topological order."""

    components: tuple[Component, ...] = field(default=())

    def component(self, identifier: str) -> Component | None:
        """Return the component with this id, or None."""
        return next((c for c in self.components if c.id == identifier), None)

    def locate(self, line: int) -> tuple[str, int]:
        """Return the component that a line of the script belongs to, and the line in its own code.

        Returns:
            The id and the line from 1; an empty id and 0 where the line is no component's.
        """
        for component in self.components:
            if component.first_line <= line <= component.last_line:
                return component.id, line - component.first_line + 1
        return "", 0

    @property
    def training(self) -> Component | None:
        """The training component, if the program has one."""
        return next((c for c in self.components if c.kind == TRAINING), None)

    def inputs(self) -> tuple[Component, ...]:
        """Return the data components whose values the model takes."""
        return tuple(c for c in self.components if c.kind == DATA and not self._is_target(c))

    def targets(self) -> tuple[Target, ...]:
        """Return what is predicted, in the order of the training component's ports."""
        if self.training is None:
            return ()
        bound = [binding for binding in self.training.inputs if binding.port.startswith("targets")]
        return tuple(self._target(binding) for binding in bound)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` reads again."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Program:
        """Return the program that `to_dict` described."""
        return cls(tuple(_component(item) for item in data["components"]))

    def _target(self, binding: Binding) -> Target:
        source = self._source(binding.component, set())
        return Target(binding.port, source.id if source else "", source.feature if source else binding.port)

    def _source(self, identifier: str, seen: set[str]) -> Component | None:
        component = self.component(identifier)
        if component is None or identifier in seen or component.kind == DATA:
            return component if component is not None and component.kind == DATA else None
        seen.add(identifier)
        found = (self._source(binding.component, seen) for binding in component.inputs)
        return next((source for source in found if source is not None), None)

    def _is_target(self, component: Component) -> bool:
        """Say whether a data component leads to targets alone; one that feeds both sides is an input as well."""
        if component.target_side:
            return True
        users = [(c, b) for c in self.components for b in c.inputs if b.component == component.id]
        direct = [user.kind == TRAINING and binding.port.startswith("targets") for user, binding in users]
        return bool(users) and all(
            is_target or user.target_side for is_target, (user, _) in zip(direct, users, strict=True)
        )


def epochs_of(script: str) -> int:
    """Return the constant EPOCHS of a script, read and not run; 0 where it has none, or is no Python.

    A script that is no Python makes a run that fails with the line at fault.
    """
    try:
        body = ast.parse(script).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id="EPOCHS")], value=ast.Constant(value=int(count))):
                return count
    return 0


def _component(item: Mapping[str, Any]) -> Component:
    values = dict(item)
    values["inputs"] = tuple(Binding(**binding) for binding in item.get("inputs", ()))
    values["outputs"] = tuple(item.get("outputs", ()))
    return Component(**values)
