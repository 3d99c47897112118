"""The operations that are told of each template, beside what TensorFlow's profiler counts in its frozen graph."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue

from scripts.write_templates import RECIPES, TEMPLATES

pytestmark = pytest.mark.tensorflow

# The usual recipe: variables made constants, which writes all functions into one graph; loops are written out before.
PROFILED = """
import sys
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2 as freeze

module = {}
text = open(sys.argv[1]).read().replace("keras.layers.GRU(", "keras.layers.GRU(unroll=True, ")
exec(compile(text, sys.argv[1], "exec"), module)
model = module["build_model"]()
specs = {name: tf.TensorSpec([1, *item.shape[1:]], item.dtype) for name, item in model._inputs_struct.items()}
frozen = freeze(tf.function(lambda x: model(x, training=False)).get_concrete_function(specs))
with tf.Graph().as_default() as graph:
    tf.import_graph_def(frozen.graph.as_graph_def(), name="")
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    print(tf.compat.v1.profiler.profile(graph, options=options).total_float_ops)
"""
OURS = """
import json, sys
from glasswork_executor.worker.cost import count

parts = []
count(json.load(open(sys.argv[1])), parts.append)
print(json.dumps(parts))
"""


def printed(code: str, path: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", code, path.name], cwd=path.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", [recipe.name for recipe in RECIPES])
def test_operations_are_those_of_the_profiler(catalogue: Catalogue, name: str, tmp_path: Path) -> None:
    graph = json.loads((TEMPLATES / f"{name}.json").read_text())["graph"]
    program, _ = generate(analyse(Document.parse(graph), catalogue), catalogue)
    assert program is not None
    (tmp_path / "model.py").write_text(program.script)
    components = [{"id": item.id, "kind": str(item.kind), "shares": item.shares} for item in program.components]
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"script": program.script, "components": components}))

    profiled, parts = printed(PROFILED, tmp_path / "model.py"), printed(OURS, request)

    told = {key: value for part in parts for key, value in part.items()}
    print(f"{name}: told {told.get('flops')}, profiled {profiled}, {told['parameters']} weights")
    assert "unknown" not in told
    assert told["flops"] == pytest.approx(profiled, rel=0.01)
    assert sum(told["component_flops"].values()) == pytest.approx(told["flops"], rel=0.01)
    assert sum(told["components"].values()) == told["parameters"]
