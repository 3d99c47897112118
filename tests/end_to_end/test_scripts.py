"""The generated script is the truth: it trains without Glasswork to the weights that the trainer reaches."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.running import Glasswork
from tests.warm import Warm

pytestmark = [pytest.mark.services, pytest.mark.tensorflow]

HASH = """
import hashlib, importlib.util, json, sys
import keras, numpy, tensorflow
spec = importlib.util.spec_from_file_location("trained_model", sys.argv[1])
script = importlib.util.module_from_spec(spec)
sys.modules["trained_model"] = script
spec.loader.exec_module(script)
assert not [name for name in sys.modules if name.startswith("glasswork")]
keras.utils.set_random_seed(script.SEED)
tensorflow.config.experimental.enable_op_determinism()
data, model = script.load_data(sys.argv[2]), script.build_model()
history = script.train(model, data)
weights = {variable.path: numpy.asarray(variable) for variable in model.variables}
numpy.savez(sys.argv[3], **{name.replace("/", "|"): value for name, value in weights.items()})
print(json.dumps({name: values[-1] for name, values in history.items()}))
"""


def suggested(glasswork: Glasswork, name: str, **settings: Any) -> dict[str, Any]:
    dataset = glasswork.client.post("/datasets", {"example": name})
    graph: dict[str, Any] = glasswork.client.post("/suggest", {"dataset": dataset["id"]})["graph"]
    graph["components"]["train"]["settings"] = settings
    return graph


def folder_of(glasswork: Glasswork, graph: dict[str, Any]) -> Path:
    return glasswork.directory.path / "datasets" / str(graph["dataset"]["hash"]).removeprefix("sha256:")


def trained(glasswork: Glasswork, graph: dict[str, Any]) -> dict[str, Any]:
    run = glasswork.client.post("/runs", {"graph": graph})
    for _ in glasswork.client.events(run["id"]):
        pass
    ended = glasswork.client.get(f"/runs/{run['id']}")
    assert ended["state"] == "SUCCEEDED", ended["error"]
    return ended


@pytest.mark.parametrize("name", ["digits", "wine", "diabetes"])
def test_script_alone_reaches_the_same_weights(glasswork: Glasswork, warm: Warm, tmp_path: Path, name: str) -> None:
    import numpy as np
    from safetensors.numpy import load_file

    graph = suggested(glasswork, name, epochs=3)
    script = tmp_path / "model.py"
    script.write_text(glasswork.client.post("/code", {"graph": graph})["script"])
    ended = trained(glasswork, graph)
    arguments = [str(script), str(folder_of(glasswork, graph)), str(tmp_path / "alone.npz")]
    told = warm.run(["-c", HASH, *arguments], cwd=tmp_path)
    assert told.returncode == 0, told.stderr[-2000:]
    saved = load_file(glasswork.directory.path / "runs" / ended["id"] / "work" / "weights.safetensors")
    alone = {key.replace("|", "/"): value for key, value in np.load(tmp_path / "alone.npz").items()}
    compared = [name for name in saved if name in alone]
    assert compared
    assert all(saved[name].tobytes() == alone[name].tobytes() for name in compared)
    history = json.loads(told.stdout.strip().splitlines()[-1])
    assert history["loss"] == pytest.approx(ended["metrics"]["loss"], rel=1e-6)


def test_script_runs_from_its_own_command_line(glasswork: Glasswork, tmp_path: Path) -> None:
    graph = suggested(glasswork, "wine", epochs=2)
    script = tmp_path / "model.py"
    script.write_text(glasswork.client.post("/code", {"graph": graph})["script"])
    told = subprocess.run(
        [sys.executable, "-I", str(script), "--data", str(folder_of(glasswork, graph))],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        cwd=tmp_path,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    metrics = json.loads(told.stdout.strip().splitlines()[-1])
    assert {"loss", "val_loss", "test_accuracy", "test_f1"} <= metrics.keys()
