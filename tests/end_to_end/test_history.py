"""Versions: what a plain git client gets, and an index that can be lost."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.running import LIGHT, command, started
from tests.warm import Warm

pytestmark = [pytest.mark.services, pytest.mark.tensorflow]


def versions(client: Any, model: str) -> list[dict[str, Any]]:
    return list(client.items(f"/models/{model}/versions"))


def test_lost_index_is_made_anew_and_a_plain_clone_trains(tmp_path: Path, warm: Warm) -> None:
    data = tmp_path / "data"
    with started(data, **LIGHT) as glasswork:
        client = glasswork.client
        dataset = client.post("/datasets", {"example": "wine"})
        graph = client.post("/suggest", {"dataset": dataset["id"]})["graph"]
        graph["components"]["train"]["settings"] = {"epochs": 2}
        model = client.post("/models", {"name": "Wine of Piedmont", "graph": graph})["id"]
        run = client.post("/runs", {"model": model})
        for _ in client.events(run["id"]):
            pass
        client.post(f"/models/{model}/versions", {"message": "first"})
        client.post(f"/models/{model}/versions", {"message": "trained", "run": run["id"]})
        before = (versions(client, model), list(client.items("/models")), list(client.items("/datasets")))
    assert [item["message"] for item in before[0]] == ["trained", "first"]
    for path in data.glob("registry.db*"):
        path.unlink()
    told = command("reindex", "--json", directory=data, environment=LIGHT)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == {"models": 1, "versions": 2, "datasets": 1}
    with started(data, **LIGHT) as glasswork:
        client = glasswork.client
        after = (versions(client, model), list(client.items("/models")), list(client.items("/datasets")))
    assert after == before
    clone = tmp_path / "clone"
    repository = data / "models" / model / "repo.git"
    subprocess.run(
        ["git", "clone", "--quiet", str(repository), str(clone)], check=True, capture_output=True, timeout=60
    )
    names = {"model.json", "model.py", "dataset.json", "metrics.json", "weights.safetensors"}
    assert names <= {path.name for path in clone.iterdir()}
    assert (clone / "weights.safetensors").read_text().startswith("version https://git-lfs.github.com/spec/v1")
    folder = next(path for path in (data / "datasets").iterdir() if (path / "wine.csv").exists())
    told_by_script = warm.run(["model.py", "--data", str(folder)], cwd=clone)
    assert told_by_script.returncode == 0, told_by_script.stderr[-2000:]
    assert "test_accuracy" in json.loads(told_by_script.stdout.strip().splitlines()[-1])
