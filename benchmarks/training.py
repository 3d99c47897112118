"""Training with everything live beside plain `fit(numpy)` of the same model, and the time to the first batch."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from glasswork_cli.client import Client

from benchmarks.graphs import convolutions
from benchmarks.measure import Row, median
from benchmarks.running import run_process, services

EPOCHS = 21
REPEATS = 3
PLAIN = """
import sys, time, importlib.util
begun = time.perf_counter()
import keras, numpy as np, tensorflow as tf
spec = importlib.util.spec_from_file_location("plain", sys.argv[1])
script = importlib.util.module_from_spec(spec)
sys.modules["plain"] = script
spec.loader.exec_module(script)
keras.utils.set_random_seed(script.SEED)
tf.config.experimental.enable_op_determinism()
data, model = script.load_data(sys.argv[2]), script.build_model()
def arrays(dataset):
    batches = [tuple({k: v.numpy() for k, v in side.items()} for side in batch) for batch in dataset]
    return tuple({k: np.concatenate([batch[i][k] for batch in batches]) for k in batches[0][i]} for i in (0, 1))
rows = arrays(data.train(0, 0).take(data.steps))
validation = arrays(data.validation)
class Clock(keras.callbacks.Callback):
    marks, first = [], None
    def on_train_batch_end(self, batch, logs=None):
        if Clock.first is None:
            Clock.first = time.perf_counter() - begun
    def on_epoch_end(self, epoch, logs=None):
        self.marks.append(time.process_time())
options = dict(batch_size=script.BATCH_SIZE, epochs=script.EPOCHS, verbose=0)
model.fit(*rows, validation_data=validation, callbacks=[Clock()], **options)
marks = Clock.marks
print(Clock.first * 1000, (marks[-1] - marks[0]) * 1000 / (len(marks) - 1))
"""


def run() -> list[Row]:
    """Measure CPU time an epoch, first epoch left out, and wall time to the first finished batch."""
    graph = convolutions()
    graph["components"]["train"]["settings"]["epochs"] = EPOCHS
    ours, starts, theirs, plain_starts = [], [], [], []
    with services() as (client, running, directory), tempfile.TemporaryDirectory() as folder:
        graph["dataset"]["source"] = f"dataset:{client.post('/datasets', {'example': 'digits'})['id']}"
        script = Path(folder) / "model.py"
        script.write_text(client.post("/code", {"graph": graph})["script"])
        data = next(path for path in (directory.path / "datasets").iterdir() if (path / "digits.csv").exists())
        for _ in range(REPEATS):
            start, cpu = _ours(client, running, graph)
            starts.append(start)
            ours.append(cpu)
            told = subprocess.run(
                [sys.executable, "-c", PLAIN, str(script), str(data)], capture_output=True, text=True, check=True
            )
            plain_start, plain_cpu = map(float, told.stdout.split()[-2:])
            plain_starts.append(plain_start)
            theirs.append(plain_cpu)
    note = f"median of {REPEATS}"
    goal = median(theirs) * 1.02
    return [
        Row("CPU time of a live epoch, digits CNN", median(ours), "plain fit(numpy)", median(theirs), "ms", goal, note),
        Row("train to first finished batch", median(starts), "fresh script", median(plain_starts), "ms", 1_500, note),
    ]


def _ours(client: Client, running: Any, graph: dict[str, Any]) -> tuple[float, float]:
    begun = time.perf_counter()
    run = client.post("/runs", {"graph": graph})
    first, marks = 0.0, []
    for event in client.events(run["id"]):
        if event["kind"] == "batch" and not first:
            first = (time.perf_counter() - begun) * 1000
        if event["kind"] == "epoch":
            used = run_process(running).cpu_times()
            marks.append((used.user + used.system) * 1000)
    return first, (marks[-1] - marks[0]) / (len(marks) - 1)
