"""Operations on one or several tensors: merge, and code of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from glasswork_sdk.component import REPEATED_INPUT, ComponentType, NoSettings
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.settings import Settings, setting
from glasswork_sdk.specs import Port, TensorSpec
from pydantic import StrictInt


class MergeSettings(Settings):
    """How tensors become one."""

    operation: Literal["concatenate", "add", "subtract", "multiply", "average", "maximum"] = setting(
        "concatenate", "concatenate puts them side by side; the others combine values at the same place."
    )
    axis: StrictInt = setting(-1, "The axis along which they are put side by side; -1 is the last.", ge=-7, le=7)


class Merge(ComponentType[MergeSettings]):
    """Makes one tensor of several.

    Input shape:
        at least two tensors of one rank; equal sizes, or all but `axis` equal for concatenate.
    """

    name = "merge"
    title = "Merge"
    summary = "Makes one tensor of several: side by side, or value by value."
    category = "operations"
    keywords = (
        "keras.layers.Concatenate",
        "keras.layers.Add",
        "keras.layers.Multiply",
        "torch.cat",
        "concat",
        "sum",
        "skip",
    )
    Settings = MergeSettings
    weightless = True

    def inputs(self, settings: MergeSettings) -> Sequence[Port]:
        """Return one port that may be repeated."""
        return (REPEATED_INPUT,)

    def infer(self, settings: MergeSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the merged spec."""
        specs = list(inputs.values())
        if len(specs) < 2:
            raise SpecError(
                "needs at least two inputs. Connect another, or remove it", port="input", code="missing-connection"
            )
        first = specs[0]
        for name, spec in inputs.items():
            if spec.dtype != first.dtype:
                raise SpecError(
                    f"expects inputs of one type, received {first.dtype} and {spec.dtype}",
                    port=name,
                    code="dtype-mismatch",
                )
            if spec.rank != first.rank:
                raise SpecError(
                    f"expects inputs of one rank, received {first.shape_text()} and {spec.shape_text()}. Insert a "
                    "Reshape or a Flatten before it",
                    port=name,
                )
        axis = self._axis(settings, first) if settings.operation == "concatenate" else None
        sizes: list[int | None] = []
        for place in range(first.rank):
            column = [spec.shape[place] for spec in specs]
            known = {size for size in column if size is not None}
            if place == axis:
                sizes.append(None if None in column else sum(size for size in column if size is not None))
            elif len(known) > 1:
                port = list(inputs)[next(i for i, size in enumerate(column) if size is not None and size != column[0])]
                raise SpecError(
                    "expects inputs of one "
                    f"shape{' but for the axis ' + str(settings.axis) if axis is not None else ''}, "
                    f"received {' and '.join(spec.shape_text() for spec in specs[:4])}. Insert a Reshape or a "
                    "Dense before it",
                    port=port,
                )
            else:
                sizes.append(next(iter(known)) if known else None)
        return {"output": first.with_shape(sizes)}

    @staticmethod
    def _axis(settings: MergeSettings, spec: TensorSpec) -> int:
        axis = settings.axis + spec.rank if settings.axis < 0 else settings.axis
        if not 1 <= axis < spec.rank:
            raise SpecError(
                f"has the axis {settings.axis}, which {spec.shape_text()} does not have behind the batch. Insert "
                "a Reshape, or choose another",
                setting="axis",
            )
        return axis


class Custom(ComponentType[NoSettings]):
    """A keras.Layer of one's own: open its code and write.

    Without custom code it passes its input on unchanged.
    """

    name = "custom"
    title = "Custom"
    summary = "A layer of your own: open its code and write TensorFlow."
    category = "operations"
    keywords = ("keras.Layer", "lambda", "code", "torch.nn.Module", "python")
    Settings = NoSettings
    weightless = True

    def inputs(self, settings: NoSettings) -> Sequence[Port]:
        """Return one port that may be repeated."""
        return (REPEATED_INPUT,)

    def infer(self, settings: NoSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the first input's spec."""
        return {"output": next(iter(inputs.values()))}
