"""Component types that bring data into another form; each is a keras.Layer over low-level TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from glasswork_sdk.component import ComponentType, NoSettings, Suggestion, Surroundings
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.settings import Axes, Settings, setting
from glasswork_sdk.specs import FLOAT, TensorSpec, known_product
from pydantic import Field, StrictInt, model_validator

from glasswork_core.choices import expect_float, expect_rank


class ReshapeSettings(Settings):
    """The new shape of a row, and an order of its axes."""

    shape: Annotated[tuple[StrictInt, ...], Field(strict=False, max_length=7)] = setting(
        (-1,), "Sizes of the axes behind the batch; one may be -1 and takes what is left."
    )
    permutation: Axes = setting(
        (), "Order of the new axes, from 1, as in 2, 1 to swap two; empty to leave them as they are."
    )

    @model_validator(mode="after")
    def _fits(self) -> ReshapeSettings:
        if any(size == 0 or size < -1 for size in self.shape) or self.shape.count(-1) > 1:
            raise ValueError(f"every size of shape is at least 1, and one may be -1; received {self.shape}")
        if self.permutation and sorted(self.permutation) != list(range(1, len(self.shape) + 1)):
            raise ValueError(
                f"permutation names each axis from 1 to {len(self.shape)} once; received {self.permutation}"
            )
        return self


class Reshape(ComponentType[ReshapeSettings]):
    """Gives each row another shape with the same number of values, and may then swap its axes."""

    name = "reshape"
    title = "Reshape"
    summary = "Gives each row another shape, and may swap its axes."
    category = "processing"
    keywords = ("keras.layers.Reshape", "keras.layers.Permute", "view", "permute", "transpose", "tf.reshape")
    Settings = ReshapeSettings
    weightless = True
    passthrough = True

    def infer(self, settings: ReshapeSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the new shape; the number of values must fit."""
        spec = inputs["input"]
        shape: list[int | None] = list(settings.shape)
        total, fixed = spec.size, known_product(size for size in settings.shape if size != -1)
        if total is not None and fixed is not None:
            if (-1 in shape and total % fixed) or (-1 not in shape and total != fixed):
                raise SpecError(
                    f"cannot give {total} values {spec.shape_text()} the shape {settings.shape}. "
                    f"Choose sizes whose product is {total}, or -1 for one of them",
                    setting="shape",
                )
            shape = [total // fixed if size == -1 else size for size in shape]
        shape = [None if size == -1 else size for size in shape]
        if settings.permutation:
            shape = [shape[axis - 1] for axis in settings.permutation]
        return {"output": spec.with_shape((spec.shape[0], *shape))}

    def suggest(
        self, settings: ReshapeSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest the shape that the layers behind a Reshape mostly want."""
        wanted = _row_shape(next(iter(inputs.values()), None))
        if wanted is None or "permutation" in around.chosen:
            return {}
        return {"shape": Suggestion(wanted[0], wanted[1])}


def _row_shape(spec: TensorSpec | None) -> tuple[list[int], str] | None:
    """Return another shape that is likely wanted, and why; None where nothing is."""
    if spec is None or spec.size is None or spec.rank not in {2, 3, 4}:
        return None
    axes = [size for size in spec.shape[1:] if size is not None]
    if spec.rank == 4:
        return [axes[0], axes[1] * axes[2]], "The rows of an image, one after the other, are a sequence of steps."
    if spec.rank == 3:
        return [*axes, 1], "Layers for images expect channels on an axis of their own."
    height = next(size for size in range(math.isqrt(axes[0]), 0, -1) if axes[0] % size == 0)
    if height == 1:
        return [axes[0], 1], f"{axes[0]} values are a sequence of as many steps with one channel."
    width = axes[0] // height
    return [height, width, 1], f"{axes[0]} values fit into an image of {height} × {width} pixels."


class ResizeSettings(Settings):
    """The new size of images."""

    height: StrictInt = setting(32, "New height.", unit="pixels", ge=1, le=4096)
    width: StrictInt = setting(32, "New width.", unit="pixels", ge=1, le=4096)
    method: Literal["bilinear", "nearest", "bicubic", "area"] = setting(
        "bilinear", "How new pixels come from old ones; nearest keeps class values whole."
    )


class Resize(ComponentType[ResizeSettings]):
    """Scales images to a height and a width."""

    name = "resize"
    title = "Resize"
    summary = "Scales images to a height and a width."
    category = "processing"
    keywords = ("keras.layers.Resizing", "rescale", "interpolate", "tf.image.resize")
    Settings = ResizeSettings
    weightless = True
    visualization = "image"

    def infer(self, settings: ResizeSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return `(batch, height, width, channels)`; float32 unless the method is nearest."""
        spec = inputs["input"]
        expect_rank(spec, 4, "(batch, height, width, channels)")
        dtype = spec.dtype if settings.method == "nearest" else FLOAT
        return {"output": TensorSpec((spec.shape[0], settings.height, settings.width, spec.shape[3]), dtype)}


class NormalizeSettings(Settings):
    """The numbers that are taken off and divided by."""

    method: Literal["standardize", "range"] = setting(
        "standardize", "standardize: mean 0 and deviation 1; range: from 0 to 1."
    )
    mean: float | None = setting(None, "Mean of the column over the training rows; taken off.")
    std: float | None = setting(None, "Deviation of the column over the training rows; divided by.", gt=0)
    minimum: float | None = setting(None, "Smallest value of the column; becomes 0.")
    maximum: float | None = setting(None, "Largest value of the column; becomes 1.")

    def require(self) -> None:
        """Raise `SpecError` where a number of the chosen method is missing."""
        names = ("mean", "std") if self.method == "standardize" else ("minimum", "maximum")
        for name in names:
            if getattr(self, name) is None:
                raise SpecError(
                    f"must know the {name} of the column. Connect it directly behind a Data component whose dataset "
                    f"is known, or set '{name}'",
                    setting=name,
                    code="unknown-statistics",
                )
        if self.method == "range" and (self.minimum or 0.0) >= (self.maximum or 0.0):
            raise SpecError(
                f"needs a minimum below the maximum, received {self.minimum} and {self.maximum}", setting="minimum"
            )


def _figures(feature_of: Surroundings, target: bool = False) -> Mapping[str, Suggestion]:
    feature = feature_of.target if target else feature_of.feature
    if feature is None or feature.statistics.mean is None or feature.type == "categorical":
        return {}
    figures = feature.statistics
    mean, minimum, maximum = figures.mean or 0.0, figures.min or 0.0, figures.max or 0.0
    suggestions = {
        "mean": Suggestion(mean, f"The mean of '{feature.name}' over the training rows is {mean:.4g}."),
        "std": Suggestion(
            figures.std or 1.0,
            f"The deviation of '{feature.name}' over the training rows is {figures.std:.4g}."
            if figures.std
            else f"'{feature.name}' is constant, so there is nothing to divide by.",
        ),
    }
    if minimum < maximum:
        suggestions["minimum"] = Suggestion(minimum, f"The smallest value of '{feature.name}' is {minimum:.4g}.")
        suggestions["maximum"] = Suggestion(maximum, f"The largest value of '{feature.name}' is {maximum:.4g}.")
    return suggestions


def _of_method(figures: Mapping[str, Suggestion], settings: NormalizeSettings) -> Mapping[str, Suggestion]:
    names = ("mean", "std") if settings.method == "standardize" else ("minimum", "maximum")
    return {name: item for name, item in figures.items() if name in names}


class Normalize(ComponentType[NormalizeSettings]):
    """Scales a column so that its values are of the size that layers learn from well."""

    name = "normalize"
    title = "Normalize"
    summary = "Scales a column by numbers taken from the training rows."
    category = "processing"
    keywords = ("keras.layers.Normalization", "keras.layers.Rescaling", "standardize", "min-max", "scaler", "z-score")
    Settings = NormalizeSettings
    follows = ("mean", "std", "minimum", "maximum")
    weightless = True

    def infer(self, settings: NormalizeSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the input's spec."""
        expect_float(inputs["input"])
        settings.require()
        return {"output": inputs["input"]}

    def suggest(
        self, settings: NormalizeSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest the figures of the column before it."""
        return _of_method(_figures(around), settings)


class Denormalize(ComponentType[NormalizeSettings]):
    """Brings predictions back to the units of the column that they are compared with."""

    name = "denormalize"
    title = "Denormalize"
    summary = "Brings predictions back to the units of their target."
    category = "processing"
    keywords = ("inverse_transform", "rescale", "units")
    Settings = NormalizeSettings
    follows = ("mean", "std", "minimum", "maximum")
    weightless = True
    passthrough = True

    def infer(self, settings: NormalizeSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the input's spec."""
        expect_float(inputs["input"])
        settings.require()
        return {"output": inputs["input"]}

    def suggest(
        self, settings: NormalizeSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest the figures of the target."""
        return _of_method(_figures(around, target=True), settings)


class OneHotSettings(Settings):
    """How many classes there are."""

    classes: StrictInt = setting(10, "Number of classes.", ge=2, le=100_000)


class OneHot(ComponentType[OneHotSettings]):
    """Turns the index of a class into a row of zeros with a one at that index."""

    name = "one_hot"
    title = "One-hot"
    summary = "Turns the index of a class into a row of zeros with a single one."
    category = "processing"
    keywords = ("keras.layers.CategoryEncoding", "to_categorical", "tf.one_hot", "one_hot", "embedding")
    Settings = OneHotSettings
    weightless = True
    visualization = "bars"

    def infer(self, settings: OneHotSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return `(…, classes)` float32."""
        return {"output": TensorSpec((*inputs["input"].shape, settings.classes), FLOAT)}

    def suggest(
        self, settings: OneHotSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest the number of classes of the column before it."""
        feature = around.feature
        if feature is None or len(feature.statistics.classes) < 2:
            return {}
        count = len(feature.statistics.classes)
        return {"classes": Suggestion(count, f"'{feature.name}' has {count} classes.")}


class Flatten(ComponentType[NoSettings]):
    """Puts all values of a row into one axis."""

    name = "flatten"
    title = "Flatten"
    summary = "Puts all values of a row into one axis."
    category = "processing"
    keywords = ("keras.layers.Flatten", "torch.nn.Flatten", "ravel", "view")
    Settings = NoSettings
    weightless = True
    passthrough = True

    def infer(self, settings: NoSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return `(batch, values)`; a row without axes becomes one value."""
        spec = inputs["input"]
        return {"output": spec.with_shape((spec.shape[0], spec.size))}
