"""The folders of runs on disk; they are the truth, and the list of runs is read from them."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from glasswork_sdk.errors import NotFound, WrongState
from glasswork_servicekit.durable import sync_folder, write_json, write_synced

from glasswork_trainer.core.layout import RunFolder
from glasswork_trainer.core.numbers import Numbers
from glasswork_trainer.core.processes import DESK, sweep
from glasswork_trainer.core.run import Run

IDENTIFIER = re.compile(r"r[0-9a-f]{8,40}")


class RunStore:
    """Makes, reads and removes the folders of runs.

    Args:
        root: the folder `runs` of the data directory; made where it is missing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None
        self.numbers = Numbers(root / "numbers.json")
        root.mkdir(parents=True, exist_ok=True)

    def lock(self) -> None:
        """Keep other trainers from these runs as long as this process lives.

        Raises:
            WrongState: another one works on them.
        """
        descriptor = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise WrongState(f"Another trainer works on the runs in {self._root}. Stop it first.") from None
        self._lock = descriptor

    def unlock(self) -> None:
        """Let another trainer work on these runs."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def folder(self, identifier: str) -> RunFolder:
        """Return the folder of a run.

        Raises:
            NotFound: this is no id of a run.
        """
        if not IDENTIFIER.fullmatch(identifier):
            raise NotFound(f"There is no run {identifier!r}: expected an id as in r019c2d3e4f5a6b7c8. List the runs.")
        return RunFolder(self._root / identifier)

    def create(self, run: Run, files: Mapping[str, bytes]) -> None:
        """Put a new run with its files on disk, wholly or not at all.

        Args:
            run: the run.
            files: contents by file name.

        Raises:
            OSError: the disk is full or failed.
        """
        aside = self._root / f".new-{run.id}"
        aside.mkdir()
        try:
            for name, content in files.items():
                write_synced(aside / name, content)
            for name in ("work/checkpoints", "work/exported", "work/scratch", "exports", "tests", "data"):
                (aside / name).mkdir(parents=True)
            write_json(aside / "run.json", run.to_dict())
            aside.rename(self._root / run.id)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        sync_folder(self._root)

    def save(self, run: Run) -> None:
        """Write the record of a run.

        Raises:
            OSError: the disk is full or failed.
        """
        write_json(self.folder(run.id).record, run.to_dict())

    def load(self) -> list[Run]:
        """Return all runs, the oldest first; one that cannot be read is left out and said in the log."""
        runs = []
        for item in sorted(self._root.iterdir()):
            if item.name.startswith(".") and item.is_dir():
                shutil.rmtree(item, ignore_errors=True)
            elif IDENTIFIER.fullmatch(item.name):
                sweep(RunFolder(item), DESK)
                try:
                    runs.append(Run.from_dict(json.loads((item / "run.json").read_bytes())))
                except (OSError, ValueError, KeyError, TypeError):
                    logging.getLogger(__name__).exception("the run in %s cannot be read and is left out", item)
        for run in self.numbers.start(runs):
            self.save(run)
        return runs

    def remove(self, run: Run) -> None:
        """Remove a run and everything of it, but the number that it had.

        Raises:
            OSError: the disk is full or failed.
        """
        self.numbers.retire(run)
        folder = self.folder(run.id).path
        # A name that `load` clears away: a removal that is interrupted is finished at the next start.
        gone = folder.with_name(f".gone-{run.id}")
        os.replace(folder, gone)
        shutil.rmtree(gone, ignore_errors=True)
