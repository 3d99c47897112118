"""The profile of a dataset: its columns, their types and figures, and what to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from glasswork_sdk.errors import FieldViolation, InvalidDataset
from numpy.typing import NDArray

from glasswork_executor.worker.data.figures import figures_of
from glasswork_executor.worker.data.findings import findings
from glasswork_executor.worker.data.tables import Table
from glasswork_executor.worker.data.types import types_of


def profile(
    table: Table, split: Mapping[str, float], types: Mapping[str, str], targets: Sequence[str]
) -> dict[str, Any]:
    """Return what a dataset holds.

    Args:
        table: the data.
        split: train, validation, test and seed.
        types: types that the user chose, by column.
        targets: the columns that the dataset declares as targets.

    Raises:
        InvalidDataset: a column cannot be read as its type, or a column that was named is not there.
    """
    for field, names in (("types", types), ("targets", targets)):
        for name in names:
            if name not in table.columns:
                known = ", ".join(f"'{column}'" for column in list(table.columns)[:10])
                text = f"There is no column '{name}' in {table.name}. Its columns are {known}."
                raise InvalidDataset(text, fields=[FieldViolation(f"{field}.{name}", "no such column")])
    training = training_rows(table.rows, split)
    features = [_feature(table, name, types.get(name), training) for name in table.columns]
    return {
        "rows": table.rows,
        "table": table.name,
        "features": features,
        "targets": list(targets),
        "warnings": findings(table, features, targets),
    }


def training_rows(rows: int, split: Mapping[str, float]) -> NDArray[np.int64]:
    """Return the numbers of the training rows, as the generated code's `split_rows` does.

    Args:
        rows: number of rows.
        split: the fraction `train`, and `seed`.
    """
    order = np.random.default_rng(int(split["seed"])).permutation(rows)
    return order[: round(split["train"] * rows)]


def _feature(table: Table, name: str, chosen: str | None, training: NDArray[np.int64]) -> dict[str, Any]:
    column = table.columns[name]
    try:
        fitting = types_of(column)
        if chosen is not None and chosen not in fitting:
            text = f"The column '{name}' cannot be read as {chosen}; it can be read as {' or '.join(fitting)}."
            expected = f"expected one of {', '.join(fitting)}"
            raise InvalidDataset(text, fields=[FieldViolation(f"types.{name}", expected)])
        kind = chosen or fitting[0]
        figures = figures_of(name, column, kind, training, table.folder)
    except TypeError as error:
        text = f"The values of the column '{name}' cannot be compared with one another: {error}. Write all alike."
        raise InvalidDataset(text) from error
    return {"name": name, "type": kind, "types": fitting, "statistics": figures}
