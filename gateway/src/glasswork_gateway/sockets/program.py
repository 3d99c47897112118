"""The program of one editor, as patches make it: who has been told of a state is told what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glasswork.graph.v1 import graph_pb2

from glasswork_gateway import translate


@dataclass(frozen=True)
class LiveProgram:
    """One state of a program; states that follow each other share what has not changed.

    Args:
        components: the components by id, in topological order.
        prelude: the start of the script.
        shapes: what the component types say of the outputs, as the API tells it.
    """

    components: Mapping[str, graph_pb2.ComponentCode] = field(default_factory=dict)
    prelude: str = ""
    shapes: Mapping[str, Any] = field(default_factory=dict)

    def after(self, patch: graph_pb2.ProgramPatch) -> LiveProgram:
        """Return the program after a patch."""
        components = {**self.components, **{item.id: item for item in patch.components}}
        shapes = {**self.shapes, **{item.id: translate.shapes(item) for item in patch.components}}
        if patch.HasField("order"):
            components = {name: components[name] for name in patch.order.ids}
            shapes = {name: shapes[name] for name in components}
        return LiveProgram(components, patch.prelude if patch.HasField("prelude") else self.prelude, shapes)

    def since(self, before: LiveProgram | None) -> graph_pb2.ProgramPatch:
        """Return what has changed since an earlier state; without one, everything."""
        known = before.components if before is not None else {}
        patch = graph_pb2.ProgramPatch(
            components=[item for name, item in self.components.items() if known.get(name) is not item]
        )
        if before is None or list(known) != list(self.components):
            patch.order.ids.extend(self.components)
        if before is None or before.prelude != self.prelude:
            patch.prelude = self.prelude
        return patch
