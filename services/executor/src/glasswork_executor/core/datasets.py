"""Where datasets lie, and the profiles of those that were inspected lately."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from glasswork_sdk.errors import FieldViolation, InvalidInput, NotFound

from glasswork_executor.core.pool import Pool

_HASH = re.compile(r"sha256:([0-9a-f]{64})")
REMEMBERED = 64
DEFAULT_SPLIT = {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": 123}
MOST_ROWS = 1000


class Datasets:
    """Reads datasets through workers; a profile depends on content alone and is remembered.

    Args:
        root: folder that holds a folder for each dataset, named by its hash.
        pool: runners to read with.
    """

    def __init__(self, root: Path, pool: Pool) -> None:
        self._root = root
        self._pool = pool
        self._profiles: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def folder(self, dataset: str) -> str:
        """Return the folder of a dataset; empty for no dataset.

        Args:
            dataset: `sha256:` and 64 hexadecimal digits, or nothing.

        Raises:
            InvalidInput: it is no hash.
            NotFound: there is no such dataset.
        """
        if not dataset:
            return ""
        found = _HASH.fullmatch(dataset)
        if found is None:
            raise InvalidInput(
                f"A dataset is named by sha256: and 64 hexadecimal digits, received {dataset[:100]!r}.",
                fields=[FieldViolation("hash", "no sha256")],
            )
        folder = self._root / found[1]
        if not folder.is_dir():
            raise NotFound(f"There is no dataset {dataset}. Upload it, or choose another.")
        return str(folder)

    async def inspect(
        self, dataset: str, split: Mapping[str, float] | None, types: Mapping[str, str], targets: Sequence[str]
    ) -> dict[str, Any]:
        """Return the profile of a dataset.

        Args:
            dataset: its hash.
            split: train, validation, test and seed; None for 70/20/10 with seed 123.
            types: types that the user chose, by column.
            targets: the columns that are to be predicted.

        Raises:
            InvalidDataset: it cannot be read.
        """
        request: dict[str, Any] = {
            "kind": "inspect",
            "folder": self._needed(dataset),
            "split": dict(split or DEFAULT_SPLIT),
            "types": dict(types),
            "targets": list(targets),
        }
        key = json.dumps(request, sort_keys=True)
        if key not in self._profiles:
            async with self._pool.borrow(dataset) as runner:
                self._profiles[key] = {"hash": dataset, **(await runner.ask(request))["profile"]}
            if len(self._profiles) > REMEMBERED:
                self._profiles.popitem(last=False)
        return self._profiles[key]

    async def rows(self, dataset: str, offset: int, count: int) -> tuple[list[dict[str, Any]], int | None]:
        """Return rows as they stand in the table, and where to go on.

        Args:
            dataset: its hash.
            offset: the first row, from 0.
            count: at most so many, capped at 1,000.

        Raises:
            InvalidDataset: it cannot be read.
        """
        request = {"kind": "rows", "folder": self._needed(dataset), "offset": offset, "count": min(count, MOST_ROWS)}
        async with self._pool.borrow(dataset) as runner:
            answer = await runner.ask(request)
        return answer["rows"], answer["next"]

    def _needed(self, dataset: str) -> str:
        if not dataset:
            raise InvalidInput("A dataset has to be named by its hash.", fields=[FieldViolation("hash", "missing")])
        return self.folder(dataset)
