from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from glasswork_trainer.core.checkpoints import CheckpointStore
from glasswork_trainer.worker.checkpointing import Capture, CheckpointWriter
from glasswork_trainer.worker.claim import claim
from glasswork_trainer.worker.reporter import Reporter


class Sent:
    """Keeps what a process would send to its server."""

    def __init__(self) -> None:
        self.headers: list[dict[str, Any]] = []

    def send(self, header: Any, blobs: Sequence[Any] = ()) -> None:
        self.headers.append(dict(header))

    def receive(self) -> Any:
        raise EOFError


def capture(epoch: int) -> Capture:

    return Capture({"weight/a": np.full(3, epoch, "float32")}, {"epoch": epoch, "step": 0}, 1.0 / epoch)


def test_the_last_of_many_captures_is_on_disk_after_a_flush(tmp_path: Path) -> None:

    sent = Sent()
    writer = CheckpointWriter(CheckpointStore(tmp_path), Reporter(sent))
    for epoch in range(1, 50):
        writer.submit(capture(epoch))
    writer.flush()
    newest = CheckpointStore(tmp_path).newest()
    assert newest is not None
    assert newest.state["epoch"] == sent.headers[-1]["epoch"] == 49


def test_a_disk_that_fails_is_a_finding(tmp_path: Path) -> None:

    sent = Sent()
    store = CheckpointStore(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    writer = CheckpointWriter(store, Reporter(sent))
    writer.submit(capture(1))
    writer.flush()
    assert "training goes on" in sent.headers[0]["message"]


def test_another_process_on_a_run_is_waited_for_and_then_ended(tmp_path: Path) -> None:

    holder = "import sys, time; from pathlib import Path; from glasswork_trainer.worker.claim import claim\n"
    holder += "claim(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    arguments = [sys.executable, "-c", holder, str(tmp_path / "lock")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert claim(tmp_path / "lock", patience=0.3) > 0
        assert process.wait(60) == -9
