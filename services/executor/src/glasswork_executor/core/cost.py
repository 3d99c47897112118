"""What a model will cost: counted in one worker, rehearsed in another, both of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from glasswork_sdk.errors import UserCodeFailed

from glasswork_executor.core.program import Program
from glasswork_executor.core.rehearsals import Rehearsals
from glasswork_executor.core.runner import Runner

COUNT, REHEARSAL = "count", "rehearsal"
SIZES = ("parameters", "flops")
MEASURES = ("memory_bytes", "epoch_seconds")
FIGURES = (*SIZES, *MEASURES)


@dataclass
class Cost:
    """What is known of a model's cost.

    Args:
        figures: parameters, flops, memory_bytes and epoch_seconds, those that are known.
        parameters: weights by component.
        flops: operations by component, those that are known.
        reasons: why the operations of a component are not known.
        unknown: why a figure is not known.
    """

    figures: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, int] = field(default_factory=dict)
    flops: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def add(self, part: Mapping[str, Any]) -> None:
        """Take in what a worker tells."""
        self.figures |= {name: part[name] for name in FIGURES if name in part}
        self.parameters |= part.get("components", {})
        self.flops |= part.get("component_flops", {})
        self.reasons |= part.get("component_reasons", {})
        self.unknown |= part.get("unknown", {})


class Estimator:
    """Estimates costs, one at a time, so that times are not those of two.

    Args:
        make: makes a runner of previews, which counts.
        rehearsals: where training is tried.
        seconds: how long each part may take.
    """

    def __init__(self, make: Callable[[], Runner], rehearsals: Rehearsals, seconds: float) -> None:
        self._make = make
        self._rehearsals = rehearsals
        self._seconds = seconds
        self._turn = asyncio.Semaphore(1)

    async def estimate(self, script: str, program: Program, folder: str) -> Cost:
        """Return the cost of a model; what its code makes impossible to know is unknown with the reason.

        Args:
            script: the whole script.
            program: its components.
            folder: the folder of the dataset; empty for none.
        """
        components = [{"id": item.id, "kind": item.kind, "shares": item.shares} for item in program.components]
        request = {"kind": "cost", "script": script, "components": components, "folder": folder}
        cost = Cost()
        async with self._turn, self._rehearsals.open() as make_rehearsal:
            await self._ask(self._make(), {**request, "part": COUNT}, cost, SIZES)
            if "parameters" in cost.unknown:
                # What cannot be built cannot be trained, and to find that out again may take long.
                cost.unknown |= dict.fromkeys(MEASURES, cost.unknown["parameters"])
                return cost
            # In a process of its own, whose memory holds nothing else, and after the other, which would slow it down.
            await self._ask(await make_rehearsal(), {**request, "part": REHEARSAL}, cost, MEASURES)
        return cost

    async def stop(self) -> None:
        """End what training was tried in."""
        await self._rehearsals.stop()

    async def _ask(self, runner: Runner, request: Mapping[str, Any], cost: Cost, figures: Sequence[str]) -> None:
        try:
            async with aclosing(runner.follow(request, self._seconds)) as parts:
                async for part in parts:
                    cost.add(part)
        except UserCodeFailed as error:
            cost.unknown |= {name: error.message for name in figures if name not in cost.figures}
        finally:
            await runner.rest()
