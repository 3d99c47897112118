"""Layers that keep the number of axes: dense, normalization, dropout, activation."""

from __future__ import annotations

from collections.abc import Mapping

from glasswork_sdk.component import ComponentType, Suggestion, Surroundings
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.settings import Settings, setting
from glasswork_sdk.specs import TensorSpec
from pydantic import StrictInt

from glasswork_core.choices import Activation as ActivationName
from glasswork_core.choices import Initializer, expect_float


class DenseSettings(Settings):
    """Size and form of a dense layer."""

    units: StrictInt = setting(10, "Values that it makes of each row.", ge=1, le=1_000_000)
    activation: ActivationName = setting("linear", "Function applied to the output.")
    use_bias: bool = setting(True, "Whether a learned number is added to each value.")
    kernel_initializer: Initializer = setting("glorot_uniform", "How the first weights are drawn.")
    l2: float = setting(0.0, "Penalty on large weights, times their squares.", ge=0, le=10)


class Dense(ComponentType[DenseSettings]):
    """Combines every value of the last axis with every other by learned weights.

    Input shape:
        `(batch, …, values)`.
    Output shape:
        `(batch, …, units)`.
    """

    name = "dense"
    title = "Dense"
    summary = "Combines every input value with every other by learned weights."
    category = "layers"
    keywords = ("keras.layers.Dense", "torch.nn.Linear", "fully connected", "perceptron", "neurons")
    Settings = DenseSettings
    visualization = "bars"

    def infer(self, settings: DenseSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return `(…, units)`."""
        spec = inputs["input"]
        expect_float(spec)
        if spec.rank < 2:
            raise SpecError(
                f"expects an input of at least rank 2 (batch, values), received rank {spec.rank} "
                f"{spec.shape_text()}. Insert a Flatten before it"
            )
        if spec.shape[-1] is None:
            raise SpecError(
                f"must know the size of the last axis of its input, received {spec.shape_text()}. Insert a "
                "Reshape before it"
            )
        return {"output": spec.with_shape((*spec.shape[:-1], settings.units))}

    def suggest(
        self, settings: DenseSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest units and activation for what the output is compared with."""
        target = around.target
        if target is None:
            reason = "Without a function between them, layers inside a model are together no more than one of them."
            return {"activation": Suggestion("relu", reason)} if around.hidden else {}
        if target.type == "categorical" and len(target.statistics.classes) > 1:
            count = len(target.statistics.classes)
            return {
                "units": Suggestion(count, f"'{target.name}' has {count} classes, and each gets a probability."),
                "activation": Suggestion("softmax", "Softmax turns the values into probabilities that sum to 1."),
            }
        if target.type == "binary":
            return {
                "units": Suggestion(1, f"'{target.name}' is yes or no, for which one probability is enough."),
                "activation": Suggestion("sigmoid", "Sigmoid turns the value into a probability."),
            }
        if target.type == "numerical":
            return {
                "units": Suggestion(1, f"'{target.name}' is one number."),
                "activation": Suggestion("linear", "A number may have any value, so nothing bounds the output."),
            }
        return {}


class BatchNormalizationSettings(Settings):
    """How means and deviations are followed."""

    axis: StrictInt = setting(-1, "The axis whose values are normalized each by itself; -1 is the last.", ge=-7, le=7)
    momentum: float = setting(0.99, "Share of the old mean in the moving mean, per step.", ge=0, lt=1)
    epsilon: float = setting(0.001, "Added to the variance, so that nothing is divided by zero.", gt=0, le=1)
    center: bool = setting(True, "Whether a learned number is added.")
    scale: bool = setting(True, "Whether a learned factor is applied.")


class BatchNormalization(ComponentType[BatchNormalizationSettings]):
    """Keeps the values of each channel at mean 0 and deviation 1 while the model trains (Ioffe and Szegedy, 2015)."""

    name = "batch_normalization"
    title = "Batch normalization"
    summary = "Keeps the values of each channel at mean 0 and deviation 1 while the model trains."
    category = "layers"
    keywords = ("keras.layers.BatchNormalization", "torch.nn.BatchNorm2d", "batchnorm", "bn")
    Settings = BatchNormalizationSettings

    def infer(self, settings: BatchNormalizationSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the input's spec; the axis must exist and be of known size."""
        spec = inputs["input"]
        expect_float(spec)
        axis = settings.axis + spec.rank if settings.axis < 0 else settings.axis
        if not 1 <= axis < spec.rank:
            raise SpecError(
                f"has the axis {settings.axis}, which {spec.shape_text()} does not have behind the batch. Choose -1",
                setting="axis",
            )
        if spec.shape[axis] is None:
            raise SpecError(
                f"must know the size of axis {settings.axis} of its input, received {spec.shape_text()}", setting="axis"
            )
        return {"output": spec}


class DropoutSettings(Settings):
    """How much is left out."""

    rate: float = setting(0.2, "Share of the values that are set to 0 while the model trains.", ge=0, lt=1)


class Dropout(ComponentType[DropoutSettings]):
    """Sets random values to 0 while the model trains, so that it relies on none of them (Srivastava et al., 2014)."""

    name = "dropout"
    title = "Dropout"
    summary = "Leaves out random values while the model trains, so that it relies on none of them."
    category = "layers"
    keywords = ("keras.layers.Dropout", "torch.nn.Dropout", "regularization")
    Settings = DropoutSettings
    passthrough = True

    def infer(self, settings: DropoutSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the input's spec."""
        expect_float(inputs["input"])
        return {"output": inputs["input"]}


class ActivationSettings(Settings):
    """Which function."""

    function: ActivationName = setting("relu", "The function applied to each value.")


class Activation(ComponentType[ActivationSettings]):
    """Applies a function to each value, or softmax over the last axis."""

    name = "activation"
    title = "Activation"
    summary = "Applies a function such as ReLU or softmax to its input."
    category = "layers"
    keywords = ("keras.layers.Activation", "keras.layers.ReLU", "keras.layers.Softmax", "torch.nn.ReLU", "softmax")
    Settings = ActivationSettings
    weightless = True
    passthrough = True

    def infer(self, settings: ActivationSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the input's spec."""
        expect_float(inputs["input"])
        if settings.function == "softmax" and inputs["input"].rank < 2:
            raise SpecError(
                f"needs an axis for softmax, received {inputs['input'].shape_text()}. Insert a Flatten before it",
                setting="function",
            )
        return {"output": inputs["input"]}
