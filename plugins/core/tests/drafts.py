"""Documents under construction, for tables of tests: two sound models and small changes of them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from glasswork_sdk.document import Document
from glasswork_sdk.profile import DatasetProfile, DatasetWarning, FeatureProfile, FeatureStatistics

NUMBERS = FeatureStatistics(count=500, unique=300, min=-60.0, max=120.0, mean=33.5, std=21.5)
KINDS = FeatureStatistics(count=500, unique=3, classes=("a", "b", "c"), class_counts=(200, 180, 120))
YES_NO = FeatureStatistics(
    count=500, unique=2, min=0.0, max=1.0, mean=0.4, std=0.49, classes=("0", "1"), class_counts=(300, 200)
)
PIXELS = FeatureStatistics(
    count=1797, unique=1797, min=0.0, max=255.0, mean=77.9, std=95.9, height=8, width=8, channels=1
)
DIGITS = FeatureStatistics(count=1797, unique=10, classes=tuple("0123456789"), class_counts=(180,) * 10)


class Draft:
    """A document and a profile under construction; every method returns the draft."""

    def __init__(self, rows: int, columns: dict[str, tuple[str, FeatureStatistics]]) -> None:
        self.features = {
            name: FeatureProfile(name, kind, (kind,), figures) for name, (kind, figures) in columns.items()
        }
        self.rows = rows
        self.warnings: tuple[DatasetWarning, ...] = ()
        self.json: dict[str, Any] = {
            "format": 1,
            "dataset": {
                "source": "example:draft",
                "features": {name: {"type": kind} for name, (kind, _) in columns.items()},
            },
            "components": {},
            "connections": [],
            "plugins": {"core": "0.1.0"},
        }

    def add(self, name: str, kind: str, *sources: str, **settings: Any) -> Draft:
        position = [100 * len(self.json["components"]), 0]
        self.json["components"][name] = {"type": f"core.{kind}", "settings": settings, "position": position}
        ports = ["input", *(f"input_{number}" for number in range(2, 20))]
        for source, port in zip(sources, ports, strict=False):
            self.connect(f"{source}.output", f"{name}.{port}")
        return self

    def data(self, name: str, **settings: Any) -> Draft:
        return self.add(name, "data", feature=name, **settings)

    def connect(self, source: str, target: str) -> Draft:
        self.json["connections"].append({"from": source, "to": target})
        return self

    def rewire(self, target: str, source: str) -> Draft:
        for wire in self.json["connections"]:
            if wire["to"] == target:
                wire["from"] = source
        return self

    def cut(self, target: str) -> Draft:
        self.json["connections"] = [wire for wire in self.json["connections"] if wire["to"] != target]
        return self

    def put(self, name: str, kind: str, before: str, **settings: Any) -> Draft:
        """Add a component in the connection that leads to `component.port`."""
        source = next(wire["from"] for wire in self.json["connections"] if wire["to"] == before)
        self.add(name, kind, **settings).connect(source, f"{name}.input")
        return self.rewire(before, f"{name}.output")

    def take_out(self, name: str) -> Draft:
        source = next(wire["from"] for wire in self.json["connections"] if wire["to"] == f"{name}.input")
        self.cut(f"{name}.input")
        for wire in self.json["connections"]:
            if wire["from"] == f"{name}.output":
                wire["from"] = source
        del self.json["components"][name]
        return self

    def set(self, name: str, **settings: Any) -> Draft:
        self.json["components"][name]["settings"].update(settings)
        return self

    def merge(self, name: str, **keys: Any) -> Draft:
        self.json["components"][name].update(keys)
        return self

    def figures(self, column: str, kind: str = "", **figures: Any) -> Draft:
        """Change what is known of a column, and its type."""
        found = self.features[column]
        self.features[column] = replace(found, type=kind or found.type, statistics=replace(found.statistics, **figures))
        self.json["dataset"]["features"][column] = {"type": kind or found.type}
        return self

    def warn(self, code: str, column: str = "") -> Draft:
        self.warnings += (DatasetWarning(code, f"The dataset has {code}.", column),)
        return self

    def size(self, rows: int) -> Draft:
        self.rows = rows
        return self

    def split(self, train: float, validation: float, test: float) -> Draft:
        self.json["dataset"]["split"] = {"train": train, "validation": validation, "test": test, "seed": 123}
        return self

    def drop(self, name: str) -> Draft:
        """Remove a component of the same name as its column, and the column."""
        del self.json["components"][name]
        del self.json["dataset"]["features"][name]
        return self

    def without(self, name: str) -> Draft:
        """Remove a component."""
        del self.json["components"][name]
        return self

    def clear(self, name: str, setting: str) -> Draft:
        """Take back a setting."""
        del self.json["components"][name]["settings"][setting]
        return self

    def column(self, name: str) -> Draft:
        """List a column that nothing reads."""
        self.features[name] = FeatureProfile(name, "numerical", ("numerical",), NUMBERS)
        self.json["dataset"]["features"][name] = {"type": "numerical"}
        return self

    def no_dataset(self) -> Draft:
        """Forget the dataset."""
        self.json["dataset"] = None
        return self

    def plugins(self, **versions: str) -> Draft:
        """Name versions of plugins."""
        self.json["plugins"] = versions
        return self

    def document(self) -> Document:
        return Document.parse(deepcopy(self.json))

    def profile(self) -> DatasetProfile:
        return DatasetProfile("", self.rows, "draft.csv", dict(self.features), (), self.warnings)


def image() -> Draft:
    """Return a sound classifier of digits."""
    draft = Draft(1797, {"image": ("image", PIXELS), "digit": ("categorical", DIGITS)})
    draft.data("image", size=[8, 8], channels=1).data("digit")
    draft.add("scale", "normalize", "image", mean=77.9, std=95.9)
    draft.add("conv1", "convolution", "scale", filters=16).add("pool1", "pooling", "conv1")
    draft.add("flatten1", "flatten", "pool1").add("dense1", "dense", "flatten1", units=32, activation="relu")
    draft.add("dropout1", "dropout", "dense1").add("answer", "dense", "dropout1", units=10, activation="softmax")
    draft.add("train", "classification", epochs=20, early_stopping=True, patience=5)
    return draft.connect("answer.output", "train.predictions").connect("digit.output", "train.targets")


def table() -> Draft:
    """Return a sound regression over columns of several types."""
    numbers = {name: ("numerical", NUMBERS) for name in ("age", "bmi", "price")}
    draft = Draft(500, {**numbers, "kind": ("categorical", KINDS), "smoker": ("binary", YES_NO)})
    for name in ("age", "bmi"):
        draft.data(name).add(f"{name}_scale", "normalize", name, mean=33.5, std=21.5)
    draft.data("kind").add("kind_one_hot", "one_hot", "kind", classes=3).data("smoker").data("price")
    draft.add("merge1", "merge", "age_scale", "bmi_scale", "kind_one_hot", "smoker")
    draft.add("dense1", "dense", "merge1", units=16, activation="relu").add("answer", "dense", "dense1", units=1)
    draft.add("back", "denormalize", "answer", mean=33.5, std=21.5)
    draft.add("train", "regression", epochs=20, early_stopping=True, patience=5)
    return draft.connect("back.output", "train.predictions").connect("price.output", "train.targets")


def yes_no() -> Draft:
    """Return a sound classifier of a yes or no."""
    draft = table().cut("merge1.input_4").take_out("back")
    return (
        draft.rewire("train.targets", "smoker.output")
        .set("answer", activation="sigmoid")
        .merge("train", type="core.classification")
        .drop("price")
    )
