"""Answers to requests about datasets; the table read last is kept for the next one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from glasswork_sdk.errors import GlassworkError

from glasswork_executor.worker.data.profile import profile
from glasswork_executor.worker.data.tables import Table, read_table

SHOWN_VALUES = 16


class Desk:
    """Answers requests about datasets and remembers the table that was read last."""

    def __init__(self) -> None:
        self._table: Table | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer an `inspect` or a `rows` request.

        Returns:
            The answer, or a message of the kind `failed` with reason, text and fields.
        """
        try:
            table = self._read(Path(request["folder"]))
            if request["kind"] == "inspect":
                found = profile(table, request["split"], request["types"], request["targets"])
                return {"kind": "profile", "profile": found}
            return {"kind": "rows", **rows(table, request["offset"], request["count"])}
        except GlassworkError as error:
            fields = [[item.field, item.description] for item in error.fields]
            return {"kind": "failed", "reason": error.reason, "message": error.message, "fields": fields}
        except MemoryError:
            text = "The dataset needs more memory than there is. Use fewer rows or smaller images."
            return {"kind": "failed", "reason": "EXHAUSTED", "message": text, "fields": []}

    def _read(self, folder: Path) -> Table:
        if self._table is None or self._table.folder != folder:
            self._table = read_table(folder)
        return self._table


def rows(table: Table, offset: int, count: int) -> dict[str, Any]:
    """Return rows as they stand in the table, as JSON values.

    Args:
        table: the data.
        offset: the first row, from 0.
        count: at most so many rows.

    Returns:
        `rows`, and `next`: where to go on; None at the end.
    """
    end = min(offset + count, table.rows)
    columns = {name: _cells(column, offset, end) for name, column in table.columns.items()}
    found = [{name: cells[place] for name, cells in columns.items()} for place in range(max(0, end - offset))]
    return {"rows": found, "next": end if end < table.rows else None}


def _cells(column: pd.Series | np.ndarray[Any, Any], start: int, end: int) -> list[Any]:
    part = column.iloc[start:end] if isinstance(column, pd.Series) else column[start:end]
    return [_cell(value) for value in part]


def _cell(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist() if value.size <= SHOWN_VALUES else f"{value.dtype.name} {'×'.join(map(str, value.shape))}"
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    return value if isinstance(value, bool | int | float | str) else str(value)
