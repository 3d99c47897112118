from __future__ import annotations

import json
from pathlib import Path

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.suggest import suggest_graph
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue

from plugins.core.tests.drafts import table
from scripts.write_templates import profile_in, unpacked
from tests.warm import Warm


def test_pair_that_does_not_fit_its_task_is_told(catalogue: Catalogue) -> None:
    draft = table().merge("train", type="core.multitask").set("train", tasks=["classes"])
    draft.connect("back.output", "train.predictions_2").connect("kind.output", "train.targets_2")
    found = analyse(draft.document(), catalogue, draft.profile()).diagnostics
    assert [(item.code, item.port) for item in found] == [("shape-mismatch", "predictions_2")]


@pytest.mark.tensorflow
def test_classes_and_numbers_are_learnt_at_once(catalogue: Catalogue, warm: Warm, tmp_path: Path) -> None:
    with unpacked("wine") as (folder, _):
        profile = profile_in(folder, ("cultivar",))
        document, _ = suggest_graph(catalogue, profile, "example:wine", targets=("cultivar", "alcohol"))
        data = document.to_json()
        data["components"]["train"]["settings"] = {"epochs": 40}
        program, _ = generate(analyse(Document.parse(data), catalogue, profile), catalogue)
        assert program is not None
        (tmp_path / "model.py").write_text(program.script)
        done = warm.run([tmp_path / "model.py", "--data", folder], timeout=1200)
    assert done.returncode == 0, done.stderr[-2000:]
    metrics = json.loads(done.stdout.splitlines()[-1])
    assert metrics["test_targets_accuracy"] > 0.8
    assert metrics["test_targets_2_rmse"] < 0.8  # the deviation of the column
