"""What came out of one component, and how it is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import tensorflow as tf
from glasswork_servicekit.pictures import draw, statistics

from glasswork_executor.worker.failures import Failure

OK, ERROR, BLOCKED = "ok", "error", "blocked"


@dataclass(frozen=True)
class Output:
    """One output: its value on the sample, and its shape for any batch."""

    value: tf.Tensor
    shape: tuple[int | None, ...]
    dtype: str


@dataclass
class Outcome:
    """The result of a component on a sample.

    Args:
        state: ok, error or blocked.
        outputs: values by port.
        parameter_count: number of weights.
        failure: what went wrong, of an error.
        milliseconds: time that it took.
    """

    state: str
    outputs: dict[str, Output] = field(default_factory=dict)
    parameter_count: int = 0
    failure: Failure | None = None
    milliseconds: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of the values, and some for the rest."""
        return 4096 + sum(_bytes(output.value) for output in self.outputs.values())


def describe(outcome: Outcome, hint: str) -> tuple[dict[str, Any], list[bytes]]:
    """Return an outcome as a JSON object and the pictures that it refers to by number.

    Args:
        outcome: what came out.
        hint: the visualisation that suits the output.
    """
    blobs: list[bytes] = []
    described = {
        "state": outcome.state,
        "parameter_count": outcome.parameter_count,
        "milliseconds": outcome.milliseconds,
        "error": asdict(outcome.failure) if outcome.failure else None,
        "outputs": [_output(port, output, hint, blobs) for port, output in outcome.outputs.items()],
    }
    return described, blobs


def _output(port: str, output: Output, hint: str, blobs: list[bytes]) -> dict[str, Any]:
    values = output.value.numpy()
    picture = draw(values[0], hint, port) if values.ndim and len(values) else None
    described: dict[str, Any] = {
        "port": port,
        "shape": [-1 if size is None else size for size in output.shape],
        "dtype": output.dtype,
        "statistics": asdict(statistics(values)),
        "visualization": None,
    }
    if picture is not None:
        described["visualization"] = {**asdict(picture), "png": len(blobs) if picture.png else None}
        blobs += [picture.png] if picture.png else []
    return described


def _bytes(value: tf.Tensor) -> int:
    return int(value.shape.num_elements() or 0) * int(value.dtype.size)
