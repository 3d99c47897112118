"""The operations that are told of each template, beside what TensorFlow's profiler counts in its frozen graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue

from scripts.write_templates import RECIPES, TEMPLATES
from tests.warm import Warm

pytestmark = pytest.mark.tensorflow

# The usual recipe: variables made constants, which writes all functions into one graph; loops are written out before.
PROFILED = """
import json, sys
import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2 as freeze

def profiled(name):
    module, path = {}, f"{name}.py"
    text = json.load(open(f"{name}.json"))["script"].replace("keras.layers.GRU(", "keras.layers.GRU(unroll=True, ")
    open(path, "w").write(text)
    exec(compile(text, path, "exec"), module)
    model = module["build_model"]()
    specs = {name: tf.TensorSpec([1, *item.shape[1:]], item.dtype) for name, item in model._inputs_struct.items()}
    frozen = freeze(tf.function(lambda x: model(x, training=False)).get_concrete_function(specs))
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(frozen.graph.as_graph_def(), name="")
        builder = tf.compat.v1.profiler.ProfileOptionBuilder
        options = builder(builder.float_operation()).with_empty_output().build()
        counted = tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
    keras.backend.clear_session()
    return counted

print(json.dumps({name: profiled(name) for name in sys.argv[1:]}))
"""
OURS = """
import json, sys
from glasswork_executor.worker.cost import count

def told(name):
    parts = []
    count(json.load(open(f"{name}.json")), parts.append)
    return {key: value for part in parts for key, value in part.items()}

print(json.dumps({name: told(name) for name in sys.argv[1:]}))
"""
NAMES = [recipe.name for recipe in RECIPES]


@pytest.fixture(scope="module")
def counted(catalogue: Catalogue, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What is told of each template, and what the profiler counts; one process each for all templates."""
    folder = tmp_path_factory.mktemp("templates")
    for name in NAMES:
        write(folder, name, catalogue)
    told, profiled = (printed(warm, code, folder) for code in (OURS, PROFILED))
    return {name: {**told[name], "profiled": profiled[name]} for name in NAMES}


def write(folder: Path, name: str, catalogue: Catalogue) -> None:
    graph = json.loads((TEMPLATES / f"{name}.json").read_text())["graph"]
    program, _ = generate(analyse(Document.parse(graph), catalogue), catalogue)
    assert program is not None
    components = [{"id": item.id, "kind": str(item.kind), "shares": item.shares} for item in program.components]
    (folder / f"{name}.json").write_text(json.dumps({"script": program.script, "components": components}))


def printed(warm: Warm, code: str, folder: Path) -> dict[str, Any]:
    done = warm.run(["-c", code, *NAMES], cwd=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize("name", NAMES)
def test_operations_are_those_of_the_profiler(counted: dict[str, dict[str, Any]], name: str) -> None:
    told = counted[name]
    print(f"{name}: told {told.get('flops')}, profiled {told['profiled']}, {told['parameters']} weights")
    assert "unknown" not in told
    assert told["flops"] == pytest.approx(told["profiled"], rel=0.01)
    assert sum(told["component_flops"].values()) == pytest.approx(told["flops"], rel=0.01)
    assert sum(told["components"].values()) == told["parameters"]
