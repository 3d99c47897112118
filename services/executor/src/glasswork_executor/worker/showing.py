"""Outcomes and variables as JSON objects, figures and pictures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from glasswork_servicekit.pictures import Picture, draw, statistics
from glasswork_servicekit.sheets import Look, draw_rows

from glasswork_executor.core.program import Component
from glasswork_executor.worker.outcome import Outcome, Output
from glasswork_executor.worker.variables import WEIGHT, Found


def describe(outcome: Outcome, component: Component) -> tuple[dict[str, Any], list[bytes]]:
    """Return an outcome as a JSON object and the pictures that it refers to by number.

    Args:
        outcome: what came out.
        component: whose it is; it says which picture suits the output.
    """
    blobs: list[bytes] = []
    described = {
        "state": outcome.state,
        "parameter_count": outcome.parameter_count,
        "milliseconds": outcome.milliseconds,
        "error": asdict(outcome.failure) if outcome.failure else None,
        "outputs": [_output(port, output, outcome, component, blobs) for port, output in outcome.outputs.items()],
    }
    return described, blobs


def describe_variable(found: Found, name: str) -> tuple[dict[str, Any] | None, list[bytes]]:
    """Return a variable as a JSON object and its picture; None where it is not there.

    Args:
        found: the variable.
        name: its name.
    """
    if found.value is None:
        return None, []
    values, blobs = found.value, list[bytes]()
    if found.kind == WEIGHT:
        # Of a convolution's kernel (height, width, in, out) the part that reads the first channel.
        picture = draw(values[:, :, 0] if values.ndim == 4 else values, title=name)
    else:
        picture = draw_rows(values, Look(title=name)) if values.ndim else draw(values, title=name)
    return {**_shown(values, picture, blobs), "shape": list(values.shape), "dtype": values.dtype.name}, blobs


def _output(port: str, output: Output, outcome: Outcome, component: Component, blobs: list[bytes]) -> dict[str, Any]:
    values = output.value.numpy()
    look = Look(component.visualization, port, component.labels, outcome.background)
    picture = draw_rows(values, look) if values.ndim and len(values) else None
    shape = [-1 if size is None else size for size in output.shape]
    return {"port": port, "shape": shape, "dtype": output.dtype, **_shown(values, picture, blobs)}


def _shown(values: Any, picture: Picture | None, blobs: list[bytes]) -> dict[str, Any]:
    shown: dict[str, Any] = {"statistics": vars(statistics(values)), "visualization": None}
    if picture is not None:
        shown["visualization"] = {**vars(picture), "png": len(blobs) if picture.png else None}
        blobs += [picture.png] if picture.png else []
    return shown
