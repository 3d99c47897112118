"""The warm process runs scripts as a fresh `python` does, to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warm import Warm

pytestmark = pytest.mark.tensorflow

SCRIPT = """
import hashlib, json, os, sys
import keras, numpy as np, tensorflow as tf

@tf.function
def halved(x):
    if tf.reduce_max(x) > 1:
        x = x / 2
    return x

keras.utils.set_random_seed(7)
tf.config.experimental.enable_op_determinism()
x = np.random.default_rng(1).normal(size=(64, 8, 8, 3)).astype("float32")
x = halved(tf.constant(x)).numpy()
layers = [keras.layers.Conv2D(4, 3), keras.layers.Dropout(0.3), keras.layers.Flatten(), keras.layers.Dense(3)]
model = keras.Sequential(layers)
model.compile("adam", "mse")
data = tf.data.Dataset.from_tensor_slices((x, x[:, 0, 0])).shuffle(64, seed=3).batch(16)
loss = model.fit(data, epochs=2, verbose=0).history["loss"]
weights = hashlib.sha256(b"".join(np.asarray(item).tobytes() for item in model.weights)).hexdigest()
threads = [tf.config.threading.get_inter_op_parallelism_threads(), os.cpu_count(), len(os.sched_getaffinity(0))]
names = [__name__, sys.modules["__main__"].__file__, sys.argv, sys.path, os.getcwd(), sorted(os.environ.items())]
print(json.dumps([loss, weights, threads, names]))
print("told", file=sys.stderr)
"""

DRAWN = """
import random
import keras, numpy as np, tensorflow as tf
drawn = random.random(), np.random.random(), float(tf.random.uniform(())), float(keras.random.uniform(()))
print(*drawn, sep="\\n")
"""
TRACEBACK = """Traceback (most recent call last):
  File "<string>", line 2, in <module>
ZeroDivisionError: division by zero
"""


def test_a_script_computes_bit_for_bit_what_it_computes_in_a_fresh_process(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(SCRIPT)
    arguments, environment = ["model.py", "--flag", "a b"], {**os.environ, "GLASSWORK_TEST": "here"}
    command = [sys.executable, *arguments]
    cold = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    done = [warm.run(arguments, cwd=tmp_path, env=environment, check=True) for _ in range(2)]

    assert [item.stdout for item in done] == [cold.stdout] * 2
    assert all(item.stderr.endswith("told\n") for item in (cold, *done))


def test_each_script_draws_its_own_numbers_without_a_seed(warm: Warm) -> None:
    first, second = (warm.run(["-c", DRAWN], check=True).stdout.split() for _ in range(2))
    assert len(first) == len(second) == 4
    assert not set(first) & set(second)


def test_a_script_finds_nothing_of_glasswork_and_nothing_of_an_earlier_script(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("")
    warm.run(["-c", "import mine, os; os.environ['MINE'] = '1'"], cwd=tmp_path, check=True)
    code = (
        "import os, sys; print([n for n in sys.modules if n.startswith(('glasswork', 'mine'))], 'MINE' in os.environ)"
    )
    assert warm.run(["-c", code]).stdout == "[] False\n"


@pytest.mark.parametrize(
    ("code", "returncode", "told"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('sorry')", 1, "sorry\n"),
        ("import os; os.abort()", -6, None),
        (
            "\n1 / 0",
            1,
            'Traceback (most recent call last):\n  File "<string>", line 2, in <module>\nZeroDivisionError:',
        ),
    ],
)
def test_the_end_of_a_script_is_that_of_a_process(warm: Warm, code: str, returncode: int, told: str | None) -> None:
    done = warm.run(["-c", code])
    assert done.returncode == returncode
    assert told is None or done.stderr.startswith(told)


def test_a_module_runs_with_its_arguments(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("import sys\nprint(__name__, sys.argv[1:])")
    assert warm.run(["-m", "tool", "x"], cwd=tmp_path).stdout == "__main__ ['x']\n"


def test_a_script_without_an_end_is_killed_and_the_next_one_runs(warm: Warm) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(["-c", "while True: pass"], timeout=0.5)
    assert warm.run(["-c", "print('next')"]).stdout == "next\n"


def test_an_environment_that_tensorflow_has_read_already_is_refused(warm: Warm) -> None:
    with pytest.raises(ValueError, match="TF_ENABLE_ONEDNN_OPTS is read when TensorFlow is imported"):
        warm.run(["-c", ""], env={**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0"})
