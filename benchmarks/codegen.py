"""Code and check of 10, 100 and 1,000 components, beside Keras building the same model."""

from __future__ import annotations

import subprocess
import sys

from glasswork_codegen.core.generate import generate
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import load_plugins
from glasswork_sdk.review import review

from benchmarks.graphs import chain
from benchmarks.measure import Row, median, timed

SIZES = (10, 100, 1_000)
GOALS = {1_000: (150.0, 50.0)}
KERAS = """
import sys, time
sys.setrecursionlimit(20_000)
import keras
count = int(sys.argv[1])
begun = time.perf_counter()
tensor = source = keras.Input((64,))
for _ in range(count - 5):
    tensor = keras.layers.Dense(16, activation="relu")(tensor)
keras.Model(source, keras.layers.Dense(10, activation="softmax")(tensor))
print((time.perf_counter() - begun) * 1000)
"""


def run() -> list[Row]:
    """Measure whole functions, parsing of the document included."""
    catalogue = load_plugins()
    rows = []
    for size in SIZES:
        text = Document.parse(chain(size)).canonical()

        def write(text: str = text) -> None:
            generate(analyse(Document.parse(text), catalogue), catalogue)

        def check(text: str = text) -> None:
            review(analyse(Document.parse(text), catalogue), catalogue)

        theirs = float(subprocess.run([sys.executable, "-c", KERAS, str(size)], capture_output=True, check=True).stdout)
        code_goal, check_goal = GOALS.get(size, (None, None))
        repeats = 5 if size >= 1_000 else 15
        note = f"median of {repeats}"
        rival = "Keras builds the model"
        rows += [
            Row(f"code for {size:,} components", median(timed(write, repeats)), rival, theirs, "ms", code_goal, note),
            Row(f"check of {size:,} components", median(timed(check, repeats)), rival, theirs, "ms", check_goal, note),
        ]
    return rows
