"""The preview sample of a run: the first row of its training split, as the script itself reads it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from glasswork_trainer.core.program import DATA, SOURCE, Program
from glasswork_trainer.worker.forward import batches
from glasswork_trainer.worker.networks import Arrays
from glasswork_trainer.worker.script import seed_of


def read_sample(module: ModuleType, program: Program, dataset: Path, data: Any) -> Arrays:
    """Return the values of the data components for one row, `(1, …)`, by component id.

    A script without `read_table` has the first row of its first batch instead; one without rows has none.
    """
    values = _drawn(module, program)
    if hasattr(module, "read_table"):
        table = module.read_table(dataset)
        first = module.split_rows(len(table))["train"][:1]
        readers = {c.id: getattr(module, c.symbol) for c in program.components if c.kind == DATA}
        return {**values, **{name: np.asarray(read(table, first, dataset)) for name, read in readers.items()}}
    if data is None or data.train is None:
        return values
    inputs, _ = next(iter(batches(data.train(0, 0).take(1))))
    return {**values, **{name: np.asarray(value)[:1] for name, value in inputs.items()}}


def _drawn(module: ModuleType, program: Program) -> Arrays:
    """Return one row of each component that makes rows of its own."""
    found = {}
    for component in program.components:
        draw = getattr(module, component.symbol, None) if component.kind == SOURCE else None
        if draw is not None:
            value = draw(1, seed_of(module))
            found[component.id] = np.asarray(next(iter(value.values())) if isinstance(value, dict) else value)
    return found
