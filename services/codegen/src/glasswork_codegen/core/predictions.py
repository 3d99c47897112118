"""What predictions are compared with, as far as a picture of them shows that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from glasswork_sdk.analysis import Analysis
from glasswork_sdk.component import DataType
from glasswork_sdk.graph import port_number
from glasswork_sdk.profile import FeatureProfile


@dataclass(frozen=True)
class Prediction:
    """What a component predicts.

    Args:
        labels: names of the classes in order; empty where it predicts no classes.
        mask: whether it is an image made from another image, which is best shown over that.
    """

    labels: tuple[str, ...] = ()
    mask: bool = False


NO_PREDICTION = Prediction()


def predictions(analysis: Analysis) -> dict[str, Prediction]:
    """Return what the components that are compared with a target directly predict, by id."""
    found: dict[str, Prediction] = {}
    for component, target in _compared(analysis):
        if component in found:
            continue
        classes = target.statistics.classes if target.type in {"categorical", "binary"} else ()
        mask = target.type == "image" and target.name not in _sources(analysis)
        found[component] = Prediction(tuple(str(name) for name in classes), mask)
    return found


def _sources(analysis: Analysis) -> set[str]:
    """Return the columns that the model sees."""
    return {
        column.name
        for name in analysis.model_side
        if isinstance(analysis.nodes[name].type, DataType) and (column := analysis.features.get(name)) is not None
    }


def _compared(analysis: Analysis) -> Iterator[tuple[str, FeatureProfile]]:
    """Yield each component that feeds a prediction, with the column behind the target of the same number."""
    training = analysis.nodes[analysis.training] if analysis.training else None
    for name, binding in training.bindings.items() if training else ():
        port = training.ports.input(name) if training else None
        if port is None or port.target:
            continue
        number = port_number(port.name, name)
        for other, column in analysis.targets.items():
            partner = training.ports.input(other) if training else None
            if partner is not None and port_number(partner.name, other) == number:
                yield binding.component, column
