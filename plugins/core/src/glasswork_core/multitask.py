"""Training for targets of several kinds at once: classes beside numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from glasswork_sdk.component import Suggestion, Surroundings
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.graph import numbered, port_number
from glasswork_sdk.profile import FeatureProfile
from glasswork_sdk.settings import Numbers, setting
from glasswork_sdk.specs import TensorSpec
from pydantic import Field

from glasswork_core.training import Supervised, SupervisedSettings, check_classes, check_numbers, form_of

Task = Literal["classes", "numbers"]


class MultitaskSettings(SupervisedSettings):
    """How a model learns several things at once."""

    tasks: Annotated[tuple[Task, ...], Field(strict=False, max_length=1000)] = setting(
        (), "What each pair predicts, in order; where nothing is said, an index is a class and all else a number."
    )
    weights: Numbers = setting(
        (), "What the loss of each pair is multiplied by, in order; 1 where nothing is said. Units differ."
    )


class Multitask(Supervised):
    """Learns to predict classes and numbers at once.

    Input shape:
        for classes as in Classification, for numbers as in Regression; each pair by itself.
    """

    name = "multitask"
    title = "Multitask"
    summary = "Ends a graph: the model learns to predict classes and numbers at once."
    category = "training"
    keywords = ("compile", "fit", "multi-output", "loss_weights", "several targets", "train")
    Settings = MultitaskSettings
    metrics: ClassVar[tuple[str, ...]] = ("loss", "accuracy", "mae", "rmse")

    def check_pair(self, settings: MultitaskSettings, prediction: TensorSpec, target: TensorSpec, port: str) -> None:
        """Raise `SpecError` where a prediction does not fit what its pair predicts."""
        number = port_number("predictions", port)
        if any(weight < 0 for weight in settings.weights):
            raise SpecError("has a weight below 0, which would make errors good", setting="weights", code="bad-setting")
        if task_of(settings, number, target) == "classes":
            check_classes(prediction, target, port)
        else:
            check_numbers(prediction, target, port)

    def context(self, settings: Any, inputs: Mapping[str, TensorSpec]) -> Mapping[str, Any]:
        """Return the pairs with what they predict."""
        found = super().context(settings, inputs)
        for number, pair in enumerate(found["pairs"], start=1):
            target = inputs.get(numbered("targets", number))
            pair["form"] = form_of(target) if task_of(settings, number, target) == "classes" else "number"
            pair["weight"] = settings.weights[number - 1] if number <= len(settings.weights) else 1.0
        return {"pairs": found["pairs"]}

    def suggest(
        self, settings: Any, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest what each pair predicts, and weights that make their losses alike."""
        found = dict(super().suggest(settings, inputs, around))
        columns = [around.targets.get(numbered("targets", number + 1)) for number in range(len(around.targets))]
        known = [column for column in columns if column is not None]
        if known and len(known) == len(columns):
            tasks = ["classes" if column.type in {"categorical", "binary"} else "numbers" for column in known]
            names = ", ".join(f"'{column.name}'" for column in known)
            found["tasks"] = Suggestion(tasks, f"The types of {names} say what is a class and what a number.")
            weights = [_weight(column) for column in known]
            reason = "Squared errors are divided by the variance of their target, so that no target drowns the others."
            found["weights"] = Suggestion(weights, reason)
        return found


def task_of(settings: MultitaskSettings, number: int, target: TensorSpec | None) -> Task:
    """Return what the pair of a number, from 1, predicts."""
    if number <= len(settings.tasks):
        return settings.tasks[number - 1]
    return "classes" if form_of(target) == "sparse" else "numbers"


def _weight(column: FeatureProfile) -> float:
    deviation = column.statistics.std
    if column.type in {"categorical", "binary"} or not deviation:
        return 1.0
    return float(f"{1 / deviation**2:.4g}")
