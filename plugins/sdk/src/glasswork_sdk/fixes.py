"""Fixes: small changes of a document, as RFC 6902 operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from glasswork_sdk.document import Connection, Document
from glasswork_sdk.patch import NO_PATCH, Operation, Patch


class Fixes:
    """Writes patches of one document.

    Connections are named by their place in the list; a `test` before each change makes a patch fail, and change
    nothing, on a document that was changed meanwhile.

    Args:
        document: the document that the patches are for.
    """

    def __init__(self, document: Document) -> None:
        self.document = document

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for index, connection in enumerate(self.document.connections):
            places.setdefault(connection.target, []).append(index)
        return places

    @cached_property
    def _leaving(self) -> dict[str, list[int]]:
        leaving: dict[str, list[int]] = {}
        for index, connection in enumerate(self.document.connections):
            leaving.setdefault(connection.from_component, []).append(index)
        return leaving

    @cached_property
    def _arriving(self) -> dict[str, list[int]]:
        arriving: dict[str, list[int]] = {}
        for index, connection in enumerate(self.document.connections):
            arriving.setdefault(connection.to_component, []).append(index)
        return arriving

    @cached_property
    def _sharers(self) -> dict[str, set[str]]:
        sharers: dict[str, set[str]] = {}
        for name, item in self.document.components.items():
            if item.shares is not None:
                sharers.setdefault(item.shares, set()).add(name)
        return sharers

    def assign(self, component: str, **values: Any) -> Patch:
        """Set settings of a component."""
        if not self.document.components[component].settings:
            return (_add(f"/components/{component}/settings", values),)
        return tuple(_add(f"/components/{component}/settings/{name}", value) for name, value in values.items())

    def unset(self, component: str, *names: str) -> Patch:
        """Take back settings, so that suggestion or default holds."""
        present = self.document.components[component].settings
        return tuple(
            {"op": "remove", "path": f"/components/{component}/settings/{name}"} for name in names if name in present
        )

    def forget(self, component: str, name: str) -> Patch:
        """Take back a setting wherever it stands, the suggested one too."""
        patch = list(self.unset(component, name))
        if name in self.document.components[component].suggested:
            patch.append({"op": "remove", "path": f"/components/{component}/suggested/{name}"})
        return tuple(patch)

    def retype(self, component: str, type_name: str, settings: Mapping[str, Any]) -> Patch:
        """Make a component one of another type."""
        patch: list[Operation] = [
            {"op": "replace", "path": f"/components/{component}/type", "value": type_name},
            _add(f"/components/{component}/settings", dict(settings)),
        ]
        if self.document.components[component].suggested:
            patch.append({"op": "remove", "path": f"/components/{component}/suggested"})
        return tuple(patch)

    def insert(
        self, target: str, type_name: str, settings: Mapping[str, Any], suggested: Mapping[str, Any] | None = None
    ) -> Patch:
        """Put a new component into the connection that leads to `component.port`."""
        return self.insert_chains([target], [(type_name, settings, suggested or {})])

    def insert_chains(
        self, targets: Sequence[str], chain: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]
    ) -> Patch:
        """Put a chain of new components into each of the connections that lead to the inputs.

        Args:
            targets: inputs, written `component.port`.
            chain: type, settings and suggested settings of each new component, in the direction of the data.

        Returns:
            The patch; empty where one of the inputs has not exactly one connection.
        """
        patch: list[Operation] = []
        taken: set[str] = set()
        for target in targets:
            places = self._places.get(target, ())
            if len(places) != 1:
                return NO_PATCH
            patch += self._insert_chain(places[0], target, chain, taken)
        return tuple(patch)

    def _insert_chain(
        self,
        index: int,
        target: str,
        chain: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]],
        taken: set[str],
    ) -> Iterator[Operation]:
        connection = self.document.connections[index]
        names = [self.free_id(type_name.partition(".")[2], taken) for type_name, _, _ in chain]
        yield from _test(index, connection)
        for place, (name, (type_name, settings, suggested)) in enumerate(zip(names, chain, strict=True), start=1):
            made: dict[str, Any] = {"type": type_name, "settings": dict(settings)}
            if suggested:
                made["suggested"] = dict(suggested)
            position = self._between(connection, place / (len(chain) + 1))
            if position is not None:
                made["position"] = position
            yield _add(f"/components/{name}", made)
        yield {"op": "replace", "path": f"/connections/{index}/to", "value": f"{names[0]}.input"}
        for name, following in zip(names, [f"{item}.input" for item in names[1:]] + [target], strict=True):
            yield _add("/connections/-", {"from": f"{name}.output", "to": following})

    def rewire(self, changes: Mapping[str, str]) -> Patch:
        """Let inputs, written `component.port`, come from other outputs."""
        patch: list[Operation] = []
        for target, source in changes.items():
            for index in self._places.get(target, ()):
                patch += _test(index, self.document.connections[index])
                patch.append({"op": "replace", "path": f"/connections/{index}/from", "value": source})
        return tuple(patch)

    def disconnect(self, *targets: str) -> Patch:
        """Remove the last connection to each of the inputs."""
        return self._without(self._places[target][-1] for target in targets if target in self._places)

    def disconnect_at(self, indexes: Iterable[int]) -> Patch:
        """Remove connections by their places in the list."""
        return self._without(indexes)

    def bypass(self, component: str) -> Patch:
        """Remove a component with one input, and connect what it fed to what fed it."""
        arriving = self._arriving.get(component, [])
        leaving = self._leaving.get(component, [])
        if len(arriving) != 1 or self._is_shared(component):
            return NO_PATCH
        source = self.document.connections[arriving[0]].source
        if source.partition(".")[0] not in self.document.components:
            return NO_PATCH
        patch: list[Operation] = []
        for index in leaving:
            patch += _test(index, self.document.connections[index])
            patch.append({"op": "replace", "path": f"/connections/{index}/from", "value": source})
        return (*patch, *self._without(arriving), {"op": "remove", "path": f"/components/{component}"})

    def remove(self, components: Sequence[str]) -> Patch:
        """Remove components with all their connections."""
        if any(self._is_shared(name, components) for name in components):
            return NO_PATCH
        return self._removed(components)

    def replace_by(self, component: str, other: str) -> Patch:
        """Remove a component, and feed what it fed from the same outputs of another one."""
        if self._is_shared(component):
            return NO_PATCH
        patch: list[Operation] = []
        for index in self._leaving.get(component, []):
            connection = self.document.connections[index]
            patch += _test(index, connection)
            patch.append(
                {"op": "replace", "path": f"/connections/{index}/from", "value": f"{other}.{connection.from_port}"}
            )
        return (
            *patch,
            *self._without(self._arriving.get(component, [])),
            {"op": "remove", "path": f"/components/{component}"},
        )

    def remove_input(self, components: Sequence[str], target: str, last: str) -> Patch:
        """Remove what feeds one of several repeated inputs, and let the last of them take its place.

        Args:
            components: what is removed, from the beginning to the one that feeds the input.
            target: the input, as `component.port`.
            last: the last of the repeated inputs, as `component.port`; it may be the same.
        """
        feeding, moved = self._places.get(target, []), self._places.get(last, [])
        if len(feeding) != 1 or len(moved) != 1:
            return NO_PATCH
        if any(self._is_shared(name, components) for name in components):
            return NO_PATCH
        removed = self._removed(components, feeding)
        if last == target:
            return removed
        renamed = {"op": "replace", "path": f"/connections/{moved[0]}/to", "value": target}
        # First of all, while the connections still stand at their places.
        return (*_test(moved[0], self.document.connections[moved[0]]), renamed, *removed)

    def free_id(self, base: str, taken: set[str] | None = None) -> str:
        """Return an id that no component has: the base with the first free number.

        Args:
            base: what the id begins with.
            taken: ids that are given away besides; the new one is added.
        """
        others = set() if taken is None else taken
        number = 1
        while f"{base}{number}" in self.document.components or f"{base}{number}" in others:
            number += 1
        others.add(f"{base}{number}")
        return f"{base}{number}"

    def _removed(self, components: Sequence[str], besides: Iterable[int] = ()) -> Patch:
        touched = [
            index for name in components for ends in (self._arriving, self._leaving) for index in ends.get(name, ())
        ]
        gone = ({"op": "remove", "path": f"/components/{name}"} for name in components)
        return (*self._without([*touched, *besides]), *gone)

    def _is_shared(self, component: str, but: Iterable[str] = ()) -> bool:
        return bool(self._sharers.get(component, set()).difference(but))

    def _without(self, indexes: Iterable[int]) -> Patch:
        patch: list[Operation] = []
        for index in sorted(set(indexes), reverse=True):
            patch += _test(index, self.document.connections[index])
            patch.append({"op": "remove", "path": f"/connections/{index}"})
        return tuple(patch)

    def _between(self, connection: Connection, share: float) -> list[float] | None:
        ends = [self.document.components.get(name) for name in (connection.from_component, connection.to_component)]
        places = [end.position for end in ends if end is not None and end.position is not None]
        if len(places) != 2:
            return None
        first, last = places
        return [round(first[axis] + share * (last[axis] - first[axis]), 1) for axis in (0, 1)]


def pointer(name: str) -> str:
    """Return a name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _add(path: str, value: Any) -> Operation:
    return {"op": "add", "path": path, "value": value}


def _test(index: int, connection: Connection) -> Patch:
    return (
        {"op": "test", "path": f"/connections/{index}/from", "value": connection.source},
        {"op": "test", "path": f"/connections/{index}/to", "value": connection.target},
    )
