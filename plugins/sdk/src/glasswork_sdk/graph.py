"""The structure of a document: who feeds whom, in which order, and what is wrong with that."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from glasswork_sdk.diagnostics import Diagnostic, error
from glasswork_sdk.document import Connection, Document
from glasswork_sdk.specs import Port

LONGEST_CYCLE: Final = 12
"""Components of a cycle that a message names."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What is connected to one input port: the output port of a component."""

    component: str
    output: str


@dataclass
class Wiring:
    """The sound connections of a document and the order that they force.

    Args:
        bindings: for each component, what is connected to its input ports.
        owners: for each component that calls another one's layer again, that other one, which comes first.
        order: all components, each behind those that feed it; equal ones by id. Members of cycles are left out.
        cyclic: ids that stand in a cycle or behind one.
        diagnostics: what is wrong with connections.
    """

    bindings: dict[str, dict[str, Binding]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    cyclic: set[str] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def readers(self) -> dict[str, list[str]]:
        """Return, for each component, those that it feeds or lends its layer."""
        found: dict[str, list[str]] = {component: [] for component in self.bindings}
        for reader, bindings in self.bindings.items():
            for binding in bindings.values():
                found[binding.component].append(reader)
        for sharer, owner in self.owners.items():
            found[owner].append(sharer)
        return found

    def behind(self, starts: Iterable[str]) -> set[str]:
        """Return the components from which one of `starts` can be reached, themselves included."""
        reached: set[str] = set()
        pending = list(starts)
        while pending:
            component = pending.pop()
            if component not in reached:
                reached.add(component)
                pending.extend(binding.component for binding in self.bindings[component].values())
        return reached


@dataclass(frozen=True)
class Ports:
    """The ports of one component, or None where they are not known because its type or settings are bad."""

    inputs: Sequence[Port] | None
    outputs: Sequence[Port] | None

    def input(self, name: str) -> Port | None:
        """Return the input port that `name` means, `input_2` meaning a repeated `input`; None if there is none."""
        for port in self.inputs or ():
            if port.name == name or (port.repeated and port_number(port.name, name) > 1):
                return port
        return None


def port_number(base: str, name: str) -> int:
    """Return which one of the repeated ports of `base` a name is, from 1; 0 if it is none."""
    if name == base:
        return 1
    head, _, tail = name.rpartition("_")
    if head != base or not tail.isascii() or not tail.isdigit() or tail.startswith("0") or len(tail) > 4:
        return 0
    return int(tail) if int(tail) > 1 else 0


def numbered(base: str, number: int) -> str:
    """Return the name of a repeated port: `input`, `input_2`, `input_3`, …."""
    return base if number == 1 else f"{base}_{number}"


def wire(document: Document, ports: Mapping[str, Ports]) -> Wiring:
    """Resolve the connections of a document.

    Args:
        document: the document.
        ports: the ports of each of its components.

    Returns:
        The wiring; bad connections are left out of it and told in its diagnostics.
    """
    wiring = Wiring(bindings={component: {} for component in document.components})
    wiring.owners = {
        name: item.shares
        for name, item in document.components.items()
        if item.shares is not None and item.shares in document.components and item.shares != name
    }
    told: set[Diagnostic] = set()
    for connection in document.connections:
        source, target = Binding(*connection.source.split(".")), connection.target.split(".")
        problem = _problem(connection, source, target, document, ports, wiring)
        if problem is not None:
            if problem not in told:
                wiring.diagnostics.append(problem)
            told.add(problem)
            continue
        wiring.bindings[target[0]][target[1]] = source
    for component, bindings in wiring.bindings.items():
        wiring.bindings[component] = _in_port_order(bindings, ports[component])
    _sort(wiring)
    return wiring


def _problem(
    connection: Connection,
    feeding: Binding,
    fed: Sequence[str],
    document: Document,
    ports: Mapping[str, Ports],
    wiring: Wiring,
) -> Diagnostic | None:
    source, from_port = feeding.component, feeding.output
    target, to_port = fed
    for component, end in ((source, connection.source), (target, connection.target)):
        if component not in document.components:
            other = target if component == source else source
            return error(
                "unknown-component",
                f"The connection {connection.source} to {connection.target} names {end}, and there is no component "
                f"'{component}'. Remove the connection or add the component.",
                component=other if other in document.components else "",
            )
    outputs = ports[source].outputs
    if outputs is not None and not any(port.name == from_port for port in outputs):
        return error(
            "unknown-port",
            f"'{source}' has no output '{from_port}'; it has {_names(outputs)}. Connect one of those.",
            component=source,
            port=from_port,
        )
    if ports[target].inputs is not None and ports[target].input(to_port) is None:
        return error(
            "unknown-port",
            f"'{target}' has no input '{to_port}'; it has {_names(ports[target].inputs or ())}. Connect one of those.",
            component=target,
            port=to_port,
        )
    taken = wiring.bindings[target].get(to_port)
    if taken is not None:
        return error(
            "doubled-connection",
            f"The input '{to_port}' of '{target}' is connected twice, to '{taken.component}.{taken.output}' "
            f"and to '{connection.source}'. Remove one, or put a Merge before it.",
            component=target,
            port=to_port,
        )
    return None


def _names(ports: Sequence[Port]) -> str:
    return ", ".join(f"'{port.name}'" for port in ports) or "none"


def _in_port_order(bindings: dict[str, Binding], ports: Ports) -> dict[str, Binding]:
    if len(bindings) < 2 or ports.inputs is None:
        return dict(sorted(bindings.items()))
    ranks = {}
    for name in bindings:
        place = next(i for i, port in enumerate(ports.inputs) if port.name == name or port_number(port.name, name))
        ranks[name] = (place, port_number(ports.inputs[place].name, name))
    return dict(sorted(bindings.items(), key=lambda item: ranks[item[0]]))


def _sort(wiring: Wiring) -> None:
    waiting = {
        component: len(bindings) + (component in wiring.owners) for component, bindings in wiring.bindings.items()
    }
    readers = wiring.readers()
    ready = [component for component, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    while ready:
        component = heapq.heappop(ready)
        wiring.order.append(component)
        for reader in readers[component]:
            waiting[reader] -= 1
            if waiting[reader] == 0:
                heapq.heappush(ready, reader)
    wiring.cyclic = set(wiring.bindings).difference(wiring.order)
    walked: set[str] = set()
    for start in sorted(wiring.cyclic):
        cycle = _cycle_from(start, wiring, walked)
        if cycle:
            shown = cycle if len(cycle) <= LONGEST_CYCLE else [*cycle[: LONGEST_CYCLE - 1], "…"]
            path = " → ".join(f"'{component}'" if component != "…" else "…" for component in [*shown, cycle[0]])
            wiring.diagnostics.extend(
                error("cycle", f"The connections form a cycle: {path}. Remove one of them.", component=component)
                for component in cycle
            )


def _cycle_from(start: str, wiring: Wiring, walked: set[str]) -> list[str]:
    """Walk upstream among cyclic components until one repeats, and return the loop in the direction of the data.

    Where the walk meets an earlier one it would go on as that did, and end in a loop that is known.
    """
    path: list[str] = []
    seen: dict[str, int] = {}
    component = start
    while component not in seen:
        if component in walked:
            return []
        walked.add(component)
        seen[component] = len(path)
        path.append(component)
        sources = [item.component for item in wiring.bindings[component].values()]
        sources += [wiring.owners[component]] if component in wiring.owners else []
        sources = [source for source in sources if source in wiring.cyclic]
        if not sources:
            return []
        component = sources[0]
    cycle = list(reversed(path[seen[component] :]))
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
