"""Examples for documentation pages: a component at work on shipped data, previewed when the page is asked for.

Pictures that were made beforehand would go stale with every change of a template, and plugins of others have none; a
preview of the installed component type cannot. It is kept as long as the gateway runs, because plugins are loaded once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from glasswork.executor.v1 import executor_pb2
from glasswork.registry.v1 import registry_pb2
from glasswork_sdk.document import Document
from glasswork_sdk.errors import GlassworkError
from glasswork_servicekit.graphs import graph_from_message

from glasswork_gateway.services import Services
from glasswork_gateway.workbench import Workbench

Json = dict[str, Any]
NAME: Final = "example"
SCALAR: Final = "scalar"
PATIENCE_SECONDS: Final = 3.0
FIRST_ROW: Final = executor_pb2.Sample(count=1)
_IMAGE: Final[Sequence[tuple[str, Json]]] = (("core.data", {"feature": "image"}), ("core.normalize", {}))
_CHAINS: Final[Sequence[Sequence[tuple[str, Json]]]] = (
    _IMAGE,
    (*_IMAGE, ("core.flatten", {})),
    (*_IMAGE, ("core.reshape", {"shape": [8, 8]})),
    (("core.data", {"feature": "digit"}),),
    (),
)
"""What may stand before a component: a picture, a list of numbers, a sequence, classes, or nothing at all."""

_MIXED: Final = ("wine", ("cultivar", "alcohol"))
"""An example and two targets of different kinds, which no ready model has."""


@dataclass(frozen=True)
class Example:
    """A component at work.

    Args:
        place: where it stands, in words.
        settings: its settings there.
        preview: its preview, as the API tells it.
    """

    place: str
    settings: Mapping[str, Any]
    preview: Json


class Guide:
    """Finds an example for each component type.

    Args:
        services: the registry, for the ready models.
        workbench: previews them.
    """

    def __init__(self, services: Services, workbench: Workbench) -> None:
        self._services = services
        self._workbench = workbench
        self._known: dict[str, asyncio.Task[Example | None]] = {}

    async def example(self, component_type: str) -> Example | None:
        """Return an example of a component type; None where it fits none of the places that are tried.

        While the executor is still loading there is none either: the page is worth more than its picture, which is made
        meanwhile and there the next time.

        Args:
            component_type: as in `core.dense`.
        """
        task = self._known.get(component_type)
        if task is None:
            task = self._known[component_type] = asyncio.create_task(self._found(component_type))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asyncio.shield(task)
        except TimeoutError:
            return None
        except GlassworkError:
            self._known.pop(component_type, None)  # a service was away for a moment
            return None

    async def close(self) -> None:
        """Give up what is still being made."""
        for task in self._known.values():
            task.cancel()
        await asyncio.gather(*self._known.values(), return_exceptions=True)

    async def _found(self, component_type: str) -> Example | None:
        dull: Example | None = None
        async for place, document, name in self._places(component_type):
            previews = await self._workbench.preview(document, FIRST_ROW, [name])
            preview = previews["components"][name]
            shown = preview["visualization"]
            if preview["state"] == "ok" and shown is not None:
                example = Example(place, document.components[name].values, preview)
                if shown["kind"] != SCALAR:
                    return example
                dull = dull or example
        return dull

    async def _places(self, component_type: str) -> AsyncIterator[tuple[str, Document, str]]:
        """Yield documents with the component's id in them: ready models first, then graphs of a few components."""
        found = await self._services.registry.ListExamples(registry_pb2.ListExamplesRequest())
        for example in found.examples:
            for template in example.templates:
                document = Document.parse(graph_from_message(template.graph))
                for name, item in document.components.items():
                    if item.type == component_type and item.code is None:
                        yield f"As '{name}' in the ready model “{template.title}”", document, name
                        break
        document, _ = await self._workbench.suggest(f"example:{_MIXED[0]}", targets=_MIXED[1])
        for name, item in document.components.items():
            if item.type == component_type:
                yield f"As '{name}' in what is suggested for {' and '.join(_MIXED[1])} of “{_MIXED[0]}”", document, name
                break
        for chain in _CHAINS:
            document, _ = await self._workbench.follow(_graph(component_type, chain))
            before = ", ".join(kind.partition(".")[2].replace("_", " ") for kind, _ in chain)
            yield f"Behind {before}, on the example data “digits”" if chain else "By itself", document, NAME


def _graph(component_type: str, chain: Sequence[tuple[str, Json]]) -> Document:
    """Return a document in which a component stands behind a chain of others."""
    kinds = [*chain, (component_type, {"feature": "image"} if component_type == "core.data" else {})]
    names = [*(f"before{number}" for number in range(1, len(kinds))), NAME]
    return Document.parse(
        {
            "format": 1,
            "dataset": {
                "source": "example:digits",
                "features": {"image": {"type": "image"}, "digit": {"type": "categorical"}},
            },
            "components": {
                name: {"type": kind, "settings": settings} for name, (kind, settings) in zip(names, kinds, strict=True)
            },
            "connections": [{"from": f"{first}.output", "to": f"{second}.input"} for first, second in pairwise(names)],
        }
    )
