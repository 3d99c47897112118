"""The numbers that people call runs by: counted for each model, and none is given twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from glasswork_servicekit.durable import write_json

from glasswork_trainer.core.run import Run


class Numbers:
    """Gives each run of a model the next number.

    The runs themselves say how far the count is; a file keeps it for those that were deleted.

    Args:
        path: the file; made when the first run is deleted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._retired: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def start(self, runs: Iterable[Run]) -> list[Run]:
        """Count what is there, the oldest first; runs of a time without numbers get theirs and are returned."""
        self._retired = _read(self._path)
        self._last = dict(self._retired)
        old = []
        for run in sorted(runs, key=lambda run: (run.number == 0, run.id)):
            if run.number:
                self._last[run.model] = max(self._last.get(run.model, 0), run.number)
            else:
                run.number = self.next(run.model)
                old.append(run)
        return old

    def next(self, model: str) -> int:
        """Return a number that no run of a model has had; runs without a model are counted together."""
        number = self._last.get(model, 0) + 1
        self._last[model] = number
        return number

    def retire(self, run: Run) -> None:
        """Remember the number of a run that is about to be deleted.

        Raises:
            OSError: the disk is full or failed.
        """
        if run.number > self._retired.get(run.model, 0):
            self._retired[run.model] = run.number
            write_json(self._path, self._retired)


def _read(path: Path) -> dict[str, int]:
    try:
        return {str(model): int(number) for model, number in json.loads(path.read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError):
        logging.getLogger(__name__).exception("the numbers of deleted runs in %s cannot be read", path)
        return {}
