"""Write the ready models that ship with Glasswork, one for each kind of task, from the shipped examples."""

from __future__ import annotations

import argparse
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from glasswork_codegen.core.suggest import suggest_graph
from glasswork_codegen.messages import profile_of
from glasswork_executor.worker.data.profile import profile as read_profile
from glasswork_executor.worker.data.tables import read_table
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document, Split
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.suggestion import SuggestedGraph
from glasswork_servicekit.graphs import profile_from_dict

REGISTRY: Final = Path(__file__).resolve().parent.parent / "services/registry/src/glasswork_registry"
TEMPLATES: Final = REGISTRY / "templates"
COMMONEST: Final = "always the commonest class"


@dataclass(frozen=True)
class Recipe:
    """How one template is made, and what is told of it.

    Args:
        name: its name, unique among templates and examples.
        title: its title.
        example: the dataset.
        teaches: three sentences.
        metric: the metric of the test that is looked at.
        goal: what it should reach.
        baseline: what a trivial answer reaches, and what that answer is.
        inputs: columns that the model sees; empty for all that are no targets.
        targets: columns that it predicts; empty for those of the example.
        learning: settings of the training component.
        draw: makes the graph; None for the suggested one.
        lower_is_better: whether the metric is an error.
    """

    name: str
    title: str
    example: str
    teaches: str
    metric: str
    goal: float
    baseline: tuple[str, float]
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    learning: Mapping[str, Any] = field(default_factory=dict)
    draw: Callable[[SuggestedGraph], None] | None = None
    lower_is_better: bool = False


def draw_images(graph: SuggestedGraph) -> None:
    """Draw a small convolutional network."""
    image = graph.add("image", "core.data")
    scaled = graph.add("scale", "core.normalize", image)
    edges = graph.add("edges", "core.convolution", scaled, filters=16, kernel_size=[3, 3])
    shapes = graph.add("shapes", "core.convolution", edges, filters=32, kernel_size=[3, 3])
    smaller = graph.add("smaller", "core.pooling", shapes)
    flat = graph.add("flat", "core.flatten", smaller)
    hidden = graph.add("hidden", "core.dense", flat, units=64)
    forgetful = graph.add("forgetful", "core.dropout", hidden, rate=0.3)
    classify(graph, forgetful)


def draw_sequences(graph: SuggestedGraph) -> None:
    """Draw a recurrent network that reads a picture row by row."""
    image = graph.add("image", "core.data")
    scaled = graph.add("scale", "core.normalize", image)
    rows = graph.add("rows", "core.reshape", scaled, shape=[8, 8])
    memory = graph.add("memory", "core.recurrent", rows, cell="gru", units=48)
    forgetful = graph.add("forgetful", "core.dropout", memory, rate=0.2)
    classify(graph, forgetful)


def classify(graph: SuggestedGraph, features: str) -> None:
    """End a graph of digits."""
    answer = graph.add("answer", "core.dense", features)
    digit = graph.add("digit", "core.data")
    graph.components["image"]["settings"]["feature"] = "image"
    graph.components[digit]["settings"]["feature"] = "digit"
    graph.add("train", "core.classification")
    graph.connect(answer, "train.predictions")
    graph.connect(digit, "train.targets")


RECIPES: Final[tuple[Recipe, ...]] = (
    Recipe(
        "digits_images", "Image classification", "digits",
        "Convolutions look for the same small patterns everywhere in a picture. Pooling makes the picture smaller, so "
        "that the next layers see larger parts of it. Dropout keeps the model from learning the pictures by heart.",
        "accuracy", 0.96, (COMMONEST, 0.1), learning={"epochs": 20}, draw=draw_images,
    ),
    Recipe(
        "wine_table", "Tabular classification", "wine",
        "Columns of different units are scaled by mean and deviation before they are put side by side. One small layer "
        "is enough for a few hundred rows. Softmax turns the last three values into probabilities of the cultivars.",
        "accuracy", 0.9, (COMMONEST, 0.4), learning={"epochs": 60},
    ),
    Recipe(
        "diabetes_table", "Tabular regression", "diabetes",
        "A regression learns around 0, and Denormalize brings its answer back to the units of the target. R² says how "
        "much of the differences between patients the model explains. Early stopping ends training when patients that "
        "the model never saw are predicted no better.",
        "r2", 0.35, ("always the mean", 0.0), learning={"epochs": 100},
    ),
    Recipe(
        "digit_halves_mixed", "Inputs of different kinds", "digit_halves",
        "A picture and a row of numbers each get layers of their own. Flatten brings both into one form, and Merge "
        "puts them side by side. The model then combines what neither input says alone.",
        "accuracy", 0.92, (COMMONEST, 0.1), learning={"epochs": 25},
    ),
    Recipe(
        "digits_autoencoder", "Image autoencoder", "digits",
        "The picture is both input and target, so no labels are needed. A narrow middle forces the model to find what "
        "pictures have in common. Transposed convolutions make the picture large again.",
        "rmse", 25.0, ("always the mean picture", 69.0), inputs=("image",), targets=("image",),
        learning={"epochs": 40, "learning_rate": 0.003}, lower_is_better=True,
    ),
    Recipe(
        "digits_sequence", "Sequence model", "digits",
        "Reshape makes a sequence of eight steps of a picture: its rows. A recurrent layer reads them one after the "
        "other and remembers. Only what it remembers at the end goes on to the answer.",
        "accuracy", 0.9, (COMMONEST, 0.1), learning={"epochs": 30, "learning_rate": 0.003}, draw=draw_sequences,
    ),
)  # fmt: skip


@contextmanager
def unpacked(example: str) -> Iterator[tuple[Path, Sequence[str]]]:
    """Give the folder of an example's files, and its targets."""
    home = REGISTRY / "examples" / example
    facts = json.loads((home / "example.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        file = home / facts["file"]
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                archive.extractall(folder)
        else:
            Path(folder, file.name).write_bytes(file.read_bytes())
        yield Path(folder), facts["targets"]


def profile_in(folder: Path, targets: Sequence[str]) -> DatasetProfile:
    """Return the profile of a folder with the usual split."""
    found = read_profile(read_table(folder), Split().model_dump(), {}, targets)
    features = {item["name"]: {name: item[name] for name in item if name != "name"} for item in found["features"]}
    return profile_of(profile_from_dict({**found, "features": features, "hash": "", "targets": list(targets)}))


def document_of(recipe: Recipe, profile: DatasetProfile, catalogue: Catalogue) -> Document:
    """Return the finished document of a recipe."""
    source = f"example:{recipe.example}"
    if recipe.draw is None:
        document, _ = suggest_graph(catalogue, profile, source, recipe.inputs, recipe.targets)
        data = document.to_json()
    else:
        graph = SuggestedGraph()
        recipe.draw(graph)
        data = {
            "format": 1,
            "dataset": {
                "source": source,
                "table": profile.table,
                "features": {name: {"type": feature.type} for name, feature in profile.features.items()},
            },
            "components": graph.components,
            "connections": [{"from": start, "to": end} for start, end in graph.connections],
            "plugins": {"core": catalogue.plugins["core"].version},
        }
    data["components"]["train"]["settings"] = dict(recipe.learning)
    data["components"]["train"].pop("suggested", None)
    return analyse(Document.parse(data), catalogue, profile, suggest=True).document


def text_of(recipe: Recipe, catalogue: Catalogue) -> str:
    """Return the file of a template."""
    with unpacked(recipe.example) as (folder, targets):
        document = document_of(recipe, profile_in(folder, targets), catalogue)
    facts = {
        "name": recipe.name,
        "title": recipe.title,
        "example": recipe.example,
        "teaches": recipe.teaches,
        "metric": recipe.metric,
        "lower_is_better": recipe.lower_is_better,
        "goal": recipe.goal,
        "baseline": {"name": recipe.baseline[0], "value": recipe.baseline[1]},
        "graph": document.to_json(),
    }
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write all templates."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    catalogue = load_plugins()
    TEMPLATES.mkdir(exist_ok=True)
    for recipe in RECIPES:
        (TEMPLATES / f"{recipe.name}.json").write_text(text_of(recipe, catalogue))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
