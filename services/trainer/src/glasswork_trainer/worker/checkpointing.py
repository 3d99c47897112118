"""Writing checkpoints beside the training, which does not wait for the disk."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glasswork_trainer.core.checkpoints import CheckpointStore, Tensors
from glasswork_trainer.worker.reporter import Reporter


@dataclass(frozen=True)
class Capture:
    """The state of a training at one position, waiting to be written."""

    tensors: Tensors
    state: Mapping[str, Any]
    score: float | None


class CheckpointWriter:
    """Writes one capture at a time; one that waits gives way to a newer one, so that a slow disk holds nothing up.

    Args:
        store: where checkpoints lie.
        reporter: told of what is on disk, and of a full disk, which is no reason to stop training.
    """

    def __init__(self, store: CheckpointStore, reporter: Reporter) -> None:
        self._store = store
        self._reporter = reporter
        self._changed = threading.Condition()
        self._waiting: Capture | None = None
        self._busy = False
        threading.Thread(target=self._work, name="checkpoints", daemon=True).start()

    def submit(self, capture: Capture) -> None:
        """Have a capture written soon."""
        with self._changed:
            self._waiting = capture
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when everything submitted is on disk."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is None and not self._busy)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None)
                capture, self._waiting, self._busy = self._waiting, None, True
            try:
                if capture is not None:
                    self._write(capture)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _write(self, capture: Capture) -> None:
        place = {"epoch": int(capture.state["epoch"]), "step": int(capture.state["step"])}
        try:
            name = self._store.write(capture.tensors, capture.state, capture.score)
        except OSError as error:
            message = f"The checkpoint could not be written: {error.strerror}. Free some space; training goes on."
            self._reporter.send("diagnostic", message=message, **place)
        else:
            self._reporter.send("checkpoint", name=name, **place)
