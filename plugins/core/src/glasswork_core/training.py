"""Supervised training: classification and regression."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from glasswork_sdk.component import Suggestion, Surroundings, TrainingSettings, TrainingType
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.graph import numbered, port_number
from glasswork_sdk.settings import Numbers, setting
from glasswork_sdk.specs import Port, TensorSpec
from pydantic import StrictInt, model_validator

from glasswork_core.optimizers import USUAL_RATES

PORTS = (Port("predictions", repeated=True), Port("targets", repeated=True, target=True))


class SupervisedSettings(TrainingSettings):
    """How a model learns from examples."""

    optimizer: Literal["adam", "adamw", "nadam", "sgd", "rmsprop", "adagrad", "adadelta", "lion"] = setting(
        "adam", "How weights follow the gradient; adam suits most models."
    )
    learning_rate: float = setting(0.001, "Size of a step along the gradient.", gt=0, le=100)
    schedule: Literal["constant", "exponential", "cosine"] = setting(
        "constant", "How the learning rate changes over the steps."
    )
    decay_steps: StrictInt = setting(
        1000, "Steps over which the schedule lowers the learning rate.", unit="steps", ge=1
    )
    decay_rate: float = setting(0.96, "Factor of the exponential schedule for each decay_steps.", gt=0, le=1)
    warmup_steps: StrictInt = setting(
        0, "Steps over which the cosine schedule first raises the rate from 0.", unit="steps", ge=0
    )
    final_rate: float = setting(0.0, "Share of the learning rate that the cosine schedule ends at.", ge=0, le=1)
    beta_1: float = setting(0.9, "Decay of the mean of gradients; adam, adamw, nadam, lion.", ge=0, lt=1)
    beta_2: float = setting(0.999, "Decay of the mean of squared gradients; adam, adamw, nadam, lion.", ge=0, lt=1)
    epsilon: float = setting(1e-7, "Keeps divisions from zero; all but sgd and lion.", gt=0, le=1)
    amsgrad: bool = setting(False, "Whether adam and adamw keep the largest mean of squares.")
    momentum: float = setting(0.0, "Share of the last step that is taken again; sgd, rmsprop.", ge=0, lt=1)
    nesterov: bool = setting(False, "Whether sgd looks ahead along its momentum.")
    rho: float = setting(0.9, "Decay of the mean of squared gradients; rmsprop, adadelta.", ge=0, lt=1)
    centered: bool = setting(False, "Whether rmsprop divides by the variance in place of the mean square.")
    initial_accumulator: float = setting(0.1, "First value of adagrad's sums of squares.", ge=0, le=100)
    weight_decay: float = setting(
        0.004, "Share of each weight that is taken off, per step and learning rate; adamw.", ge=0, le=1
    )
    clip_norm: float = setting(
        0.0, "Longest gradient of each variable; longer ones are cut. 0 for no limit.", ge=0, le=1e6
    )
    early_stopping: bool = setting(False, "Whether training ends when it gets no better.")
    monitor: str = setting("val_loss", "The metric that has to get better.", pattern=r"^[a-z][a-z0-9_]{0,62}$")
    patience: StrictInt = setting(
        10, "Epochs without getting better before training ends.", unit="epochs", ge=0, le=100_000
    )
    min_delta: float = setting(0.0, "What counts as better, in units of the metric.", ge=0, le=1e6)
    restore_best_weights: bool = setting(True, "Whether the weights of the best epoch are kept at an early stop.")

    @model_validator(mode="after")
    def _fits(self) -> SupervisedSettings:
        if self.schedule == "cosine" and self.warmup_steps > 10_000_000:
            raise ValueError("warmup_steps is at most 10,000,000")
        return self


class ClassificationSettings(SupervisedSettings):
    """How a classifier learns."""

    loss: Literal["cross_entropy", "focal", "hinge"] = setting(
        "cross_entropy",
        "cross_entropy for probabilities; focal looks at hard rows; hinge wants a margin (binary, one-hot).",
    )
    gamma: float = setting(2.0, "How much the focal loss looks at hard rows.", ge=0, le=10)
    from_logits: bool = setting(False, "Whether predictions are scores without softmax or sigmoid.")
    class_weights: Numbers = setting((), "Weight of each class in sorted order; empty for equal weights.")
    scores: bool = setting(True, "Whether precision, recall, F1 and AUC are followed besides accuracy.")


class RegressionSettings(SupervisedSettings):
    """How a model learns to predict numbers."""

    loss: Literal[
        "mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "mean_squared_logarithmic_error", "poisson"
    ] = setting("mean_squared_error", "How far off a prediction is; huber and mean_absolute_error forgive outliers.")
    delta: float = setting(
        1.0, "Where the huber loss turns from squares to lines, in units of the target.", gt=0, le=1e9
    )


class Supervised(TrainingType[Any]):
    """What training components that compare predictions with targets have in common."""

    def inputs(self, settings: Any) -> Sequence[Port]:
        """Return pairs of predictions and targets."""
        return PORTS

    def pairs(self, inputs: Mapping[str, TensorSpec]) -> list[tuple[int, TensorSpec | None, TensorSpec | None]]:
        """Return number, prediction and target of each pair, in order."""
        numbers = sorted({number for name in inputs for port in PORTS if (number := port_number(port.name, name))})
        return [(n, inputs.get(numbered("predictions", n)), inputs.get(numbered("targets", n))) for n in numbers]

    def infer(self, settings: Any, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Check every pair of predictions and targets."""
        for number, prediction, target in self.pairs(inputs):
            for spec, base in ((prediction, "targets"), (target, "predictions")):
                if spec is None:
                    name = numbered(base, number)
                    raise SpecError(
                        f"has '{numbered('predictions' if base == 'targets' else 'targets', number)}' without "
                        f"'{name}'. Connect both or neither",
                        code="missing-connection",
                    )
            if prediction is not None and target is not None:
                self.check_pair(settings, prediction, target, numbered("predictions", number))
        return {}

    def check_pair(self, settings: Any, prediction: TensorSpec, target: TensorSpec, port: str) -> None:
        """Raise `SpecError` where a prediction cannot be compared with its target."""
        raise NotImplementedError

    def context(self, settings: Any, inputs: Mapping[str, TensorSpec]) -> Mapping[str, Any]:
        """Return the pairs for the template's loop."""
        pairs = [
            {
                "predictions": numbered("predictions", number),
                "targets": numbered("targets", number),
                "prefix": "" if number == 1 else f"{numbered('targets', number)}_",
                "form": form_of(target),
                "rank": prediction.rank if prediction else 2,
            }
            for number, prediction, target in self.pairs(inputs)
        ]
        pairs = pairs or [
            {"predictions": "predictions", "targets": "targets", "prefix": "", "form": "sparse", "rank": 2}
        ]
        return {"pairs": pairs, "forms": sorted({str(pair["form"]) for pair in pairs})}

    def suggest(
        self, settings: Any, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest epochs, batch size and learning rate for the number of rows and the optimizer."""
        rows = around.profile.rows if around.profile else 0
        return learning(rows, settings, around.chosen) if rows else {}


def form_of(target: TensorSpec | None) -> str:
    """Return how classes are written: `sparse` indices, `binary` numbers or `one_hot` rows."""
    if target is None or target.dtype.startswith("int"):
        return "sparse"
    return "binary" if target.shape[-1] == 1 else "one_hot"


def learning(rows: int, settings: SupervisedSettings, chosen: frozenset[str]) -> dict[str, Suggestion]:
    """Return how long and in which steps to learn from so many rows.

    Args:
        rows: rows of the dataset.
        settings: what holds now; of it, only what the user has chosen is looked at.
        chosen: names of what the user has chosen.
    """
    epochs = settings.epochs if "epochs" in chosen else 200 if rows < 1_000 else 60 if rows < 10_000 else 20
    batch = settings.batch_size if "batch_size" in chosen else 16 if rows < 1_000 else 32 if rows < 20_000 else 128
    patience = min(20 if rows < 1_000 else 10, max(1, epochs // 5))
    found = {
        "epochs": Suggestion(epochs, f"{rows:,} rows are seen {epochs} times at most; early stopping ends it sooner."),
        "batch_size": Suggestion(batch, f"Steps of {batch} rows are a good compromise for {rows:,} rows."),
        "learning_rate": _learning_rate(settings.optimizer, batch),
        "early_stopping": Suggestion(True, "Training ends by itself when the validation rows stop getting better."),
        "patience": Suggestion(patience, f"{patience} epochs without getting better are no accident any more."),
    }
    if settings.schedule != "constant":
        steps = max(1, math.ceil(rows * 0.7 / batch) * epochs)
        fitting = steps if settings.schedule == "cosine" else max(1, steps // 20)
        found["decay_steps"] = Suggestion(fitting, f"The whole training has about {steps:,} steps.")
    return found


def _learning_rate(optimizer: str, batch: int) -> Suggestion:
    """Return the optimizer's usual rate, higher for large batches, whose gradients are surer (by the square root)."""
    usual = USUAL_RATES[optimizer]
    factor = math.sqrt(batch / 64) if batch > 64 else 1.0
    rate = min(float(f"{usual.usual * factor:.1g}"), usual.high)
    reason = f"{optimizer} usually learns well at {usual.usual:g}"
    reason += f", and steps of {batch} rows allow for more." if rate > usual.usual else "."
    return Suggestion(rate, reason)


def check_classes(prediction: TensorSpec, target: TensorSpec, port: str) -> None:
    """Raise `SpecError` unless there is a probability for each class.

    Args:
        prediction: spec of the prediction.
        target: spec of the truth.
        port: the port of the prediction.
    """
    if not prediction.dtype.startswith("float"):
        raise SpecError(
            f"expects probabilities (float32), received {prediction.dtype}", port=port, code="dtype-mismatch"
        )
    if prediction.rank != 2:
        raise SpecError(
            f"expects predictions of rank 2 (batch, classes), received rank {prediction.rank} "
            f"{prediction.shape_text()}. Insert a Flatten and a Dense before it",
            port=port,
            code="rank-mismatch",
        )
    form, width = form_of(target), prediction.shape[-1]
    if form == "sparse" and (target.rank != 1 or width == 1):
        raise SpecError(
            f"compares {prediction.shape_text()} with the class index {target.shape_text()}, for which each "
            "class needs a value. Give the Dense before it as many units as there are classes",
            port=port,
        )
    if form != "sparse" and (target.rank != 2 or target.shape[-1] != width):
        raise SpecError(
            f"compares {prediction.shape_text()} with {target.shape_text()}, which must have the same shape",
            port=port,
        )


def check_numbers(prediction: TensorSpec, target: TensorSpec, port: str) -> None:
    """Raise `SpecError` unless both are numbers of one shape.

    Args:
        prediction: spec of the prediction.
        target: spec of the truth.
        port: the port of the prediction.
    """
    for spec, name in ((prediction, "predictions"), (target, "targets")):
        if not spec.dtype.startswith("float"):
            raise SpecError(
                f"expects {name} that are numbers (float32), received {spec.dtype}. Use Classification for classes",
                port=port if name == "predictions" else port.replace("predictions", "targets"),
                code="dtype-mismatch",
            )
    same = prediction.rank == target.rank and all(
        None in pair or pair[0] == pair[1] for pair in zip(prediction.shape, target.shape, strict=True)
    )
    if not same:
        raise SpecError(
            f"compares {prediction.shape_text()} with {target.shape_text()}, which must have the same shape",
            port=port,
        )


class Classification(Supervised):
    """Learns to tell classes apart.

    Input shape:
        predictions `(batch, classes)` with targets `(batch,)` or `(batch, classes)`; `(batch, 1)` with `(batch, 1)`.
    """

    name = "classification"
    title = "Classification"
    summary = "Ends a graph: the model learns to tell classes apart."
    category = "training"
    keywords = ("compile", "fit", "crossentropy", "classifier", "torch.nn.CrossEntropyLoss", "train")
    Settings = ClassificationSettings
    metrics: ClassVar[tuple[str, ...]] = ("loss", "accuracy", "precision", "recall", "f1", "auc")

    def check_pair(
        self, settings: ClassificationSettings, prediction: TensorSpec, target: TensorSpec, port: str
    ) -> None:
        """Raise `SpecError` unless there is a probability for each class."""
        check_classes(prediction, target, port)
        form, width = form_of(target), prediction.shape[-1]
        weights = len(settings.class_weights)
        expected = 2 if form == "binary" else width
        if weights and expected is not None and weights != expected:
            raise SpecError(
                f"has {weights} class weights for {expected} classes. Give one for each, or none",
                setting="class_weights",
                code="bad-setting",
            )
        if settings.loss == "hinge" and form == "sparse":
            raise SpecError(
                "has the hinge loss, which needs targets as one-hot rows or as yes and no. Insert a One-hot "
                "before the targets",
                setting="loss",
                code="bad-setting",
            )


class Regression(Supervised):
    """Learns to predict numbers.

    Input shape:
        predictions and targets of one shape, `(batch, 1)` or any other.
    """

    name = "regression"
    title = "Regression"
    summary = "Ends a graph: the model learns to predict numbers."
    category = "training"
    keywords = ("compile", "fit", "mse", "mae", "regressor", "torch.nn.MSELoss", "train", "autoencoder")
    Settings = RegressionSettings
    metrics: ClassVar[tuple[str, ...]] = ("loss", "mae", "rmse", "r2")

    def check_pair(self, settings: RegressionSettings, prediction: TensorSpec, target: TensorSpec, port: str) -> None:
        """Raise `SpecError` unless both have one shape."""
        check_numbers(prediction, target, port)
