"""Convolution and pooling over one, two or three axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from glasswork_sdk.component import ComponentType, Suggestion, Surroundings
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.settings import Settings, Size, setting
from glasswork_sdk.specs import TensorSpec
from pydantic import StrictInt, model_validator

from glasswork_core.choices import AXIS_NAMES, Activation, Initializer, Padding, expect_float, expect_rank, per_axis


def window_output(size: int | None, window: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    """Return the length of an axis behind a sliding window, as `keras.ops.conv` has it; None for an unknown one."""
    if size is None:
        return None
    if padding == "same":
        return -(-size // stride)
    return -(-(size - dilation * (window - 1)) // stride)


def _check_axes(settings: Settings, dimensions: int, names: Sequence[str]) -> None:
    for name in names:
        value = getattr(settings, name)
        if isinstance(value, tuple) and len(value) != dimensions:
            raise ValueError(f"{name} has one size or {dimensions} of them, one for each axis; received {value}")


class ConvolutionSettings(Settings):
    """What slides over the input, and how."""

    dimensions: Literal[1, 2, 3] = setting(
        2, "Axes that the kernel slides over: 1 for series, 2 for images, 3 for volumes."
    )
    variant: Literal["standard", "transposed", "separable", "depthwise"] = setting(
        "standard",
        "standard; transposed enlarges; separable and depthwise treat channels apart and need fewer weights.",
    )
    filters: StrictInt = setting(
        16, "Feature maps that it makes; a depthwise convolution makes its own number.", ge=1, le=65_536
    )
    kernel_size: Size = setting(3, "Size of the kernel, one number or one for each axis.", unit="pixels")
    strides: Size = setting(1, "How far the kernel moves; above 1 makes the output smaller.", unit="pixels")
    padding: Padding = setting("same", "same keeps the size by zeros around the edge; valid uses whole windows only.")
    dilation_rate: Size = setting(1, "Distance between the kernel's points; 1 for a transposed one.", unit="pixels")
    groups: StrictInt = setting(1, "Groups of channels that see only themselves; standard only.", ge=1, le=65_536)
    depth_multiplier: StrictInt = setting(
        1, "Outputs for each input channel; separable and depthwise only.", ge=1, le=1024
    )
    activation: Activation = setting("relu", "Function applied to the output.")
    use_bias: bool = setting(True, "Whether a learned number is added to each feature map.")
    kernel_initializer: Initializer = setting("glorot_uniform", "How the first weights are drawn.")
    l2: float = setting(0.0, "Penalty on large weights, times their squares.", ge=0, le=10)

    @model_validator(mode="after")
    def _fits(self) -> ConvolutionSettings:
        _check_axes(self, self.dimensions, ("kernel_size", "strides", "dilation_rate"))
        if self.variant in {"separable", "depthwise"} and self.dimensions == 3:
            raise ValueError(f"dimensions is 1 or 2 for a {self.variant} convolution; received 3")
        dilated = max(per_axis(self.dilation_rate, 1)) > 1
        if self.variant == "transposed" and dilated:
            # TensorFlow computes it on some processors only: neither every preview nor every run could.
            raise ValueError(f"dilation_rate is 1 for a transposed convolution; received {self.dilation_rate}")
        if max(per_axis(self.strides, 1)) > 1 and dilated:
            raise ValueError("strides and dilation_rate cannot both be above 1; set one of them to 1")
        if self.variant in {"separable", "depthwise"} and len(set(per_axis(self.strides, 1))) > 1:
            raise ValueError(
                f"strides is the same on each axis for a {self.variant} convolution; received {self.strides}"
            )
        if self.groups > 1 and (self.variant != "standard" or self.filters % self.groups):
            raise ValueError(f"groups divides filters, and only a standard convolution has it; received {self.groups}")
        return self


class Convolution(ComponentType[ConvolutionSettings]):
    """Slides learned kernels over the input.

    Input shape:
        `(batch, steps, channels)`, `(batch, height, width, channels)` or `(batch, depth, height, width, channels)`.
    Output shape:
        the same rank; `filters` channels, or `channels * depth_multiplier` for a depthwise one.
    """

    name = "convolution"
    title = "Convolution"
    summary = "Slides learned kernels over the input and finds patterns wherever they are."
    category = "layers"
    keywords = (
        "keras.layers.Conv1D",
        "keras.layers.Conv2D",
        "keras.layers.Conv3D",
        "Conv2DTranspose",
        "SeparableConv2D",
        "DepthwiseConv2D",
        "torch.nn.Conv2d",
        "torch.nn.ConvTranspose2d",
        "deconvolution",
    )
    Settings = ConvolutionSettings
    visualization = "channels"

    def infer(self, settings: ConvolutionSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the spec behind the kernels; the kernel must fit into the input."""
        spec, count = inputs["input"], settings.dimensions
        expect_rank(spec, count + 2, AXIS_NAMES[count])
        expect_float(spec)
        channels = spec.shape[-1]
        if channels is None:
            raise SpecError(f"must know the number of channels of its input, received {spec.shape_text()}")
        if settings.groups > 1 and channels % settings.groups:
            raise SpecError(f"needs channels that groups divides, received {channels} channels", setting="groups")
        kernel, stride = per_axis(settings.kernel_size, count), per_axis(settings.strides, count)
        dilation = per_axis(settings.dilation_rate, count)
        sizes = [self._axis(settings, *item) for item in zip(spec.shape[1:-1], kernel, stride, dilation, strict=True)]
        depth = channels * settings.depth_multiplier if settings.variant == "depthwise" else settings.filters
        return {"output": spec.with_shape((spec.shape[0], *sizes, depth))}

    def suggest(
        self, settings: ConvolutionSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest as many dimensions as the input has axes to slide over."""
        return _dimensions(settings.dimensions, inputs)

    @staticmethod
    def _axis(settings: ConvolutionSettings, size: int | None, kernel: int, stride: int, dilation: int) -> int | None:
        if size is None:
            return None
        if settings.variant == "transposed":
            return size * stride if settings.padding == "same" else size * stride + max(kernel - stride, 0)
        result = window_output(size, kernel, stride, settings.padding, dilation)
        if result is not None and result < 1:
            raise SpecError(
                f"has a kernel of {dilation * (kernel - 1) + 1} on an axis of {size}. Make the kernel smaller or "
                "set padding to 'same'",
                setting="kernel_size",
            )
        return result


def _dimensions(current: int, inputs: Mapping[str, TensorSpec]) -> Mapping[str, Suggestion]:
    spec = next(iter(inputs.values()), None)
    wanted = spec.rank - 2 if spec is not None else 0
    if wanted not in AXIS_NAMES or wanted == current == 2:
        return {}
    axes = f"{wanted} {'axis' if wanted == 1 else 'axes'}"
    return {"dimensions": Suggestion(wanted, f"Its input has {axes} between the batch and the channels.")}


class PoolingSettings(Settings):
    """What is summed up, and how."""

    dimensions: Literal[1, 2, 3] = setting(2, "Axes that the window slides over.")
    operation: Literal["max", "average"] = setting("max", "max keeps the strongest value, average the mean.")
    whole: bool = setting(False, "Whether one window covers everything and one value is left for each channel.")
    pool_size: Size = setting(2, "Size of the window.", unit="pixels")
    strides: Size | None = setting(None, "How far the window moves; none for its own size.", unit="pixels")
    padding: Padding = setting("valid", "same keeps the edge; valid uses whole windows only.")

    @model_validator(mode="after")
    def _fits(self) -> PoolingSettings:
        _check_axes(self, self.dimensions, ("pool_size", "strides"))
        return self


class Pooling(ComponentType[PoolingSettings]):
    """Makes feature maps smaller by keeping the largest or the mean value of each window."""

    name = "pooling"
    title = "Pooling"
    summary = "Makes feature maps smaller by keeping the largest or the mean value of each window."
    category = "layers"
    keywords = ("keras.layers.MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D",
                "torch.nn.MaxPool2d", "AdaptiveAvgPool2d", "subsampling")  # fmt: skip
    Settings = PoolingSettings
    weightless = True
    visualization = "channels"

    def infer(self, settings: PoolingSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the smaller spec, or `(batch, channels)` for a global pooling."""
        spec, count = inputs["input"], settings.dimensions
        expect_rank(spec, count + 2, AXIS_NAMES[count])
        expect_float(spec)
        if settings.whole:
            return {"output": spec.with_shape((spec.shape[0], spec.shape[-1]))}
        window = per_axis(settings.pool_size, count)
        stride = window if settings.strides is None else per_axis(settings.strides, count)
        sizes = []
        for size, pool, step in zip(spec.shape[1:-1], window, stride, strict=True):
            result = window_output(size, pool, step, settings.padding)
            if result is not None and result < 1:
                raise SpecError(
                    f"has a window of {pool} on an axis of {size}. Make the window smaller or set padding to 'same'",
                    setting="pool_size",
                )
            sizes.append(result)
        return {"output": spec.with_shape((spec.shape[0], *sizes, spec.shape[-1]))}

    def suggest(
        self, settings: PoolingSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest as many dimensions as the input has axes to slide over."""
        return _dimensions(settings.dimensions, inputs)
