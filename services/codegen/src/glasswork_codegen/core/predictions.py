"""What a prediction is compared with, as far as a picture of it shows that."""

from __future__ import annotations

from glasswork_sdk.analysis import Analysis, Node
from glasswork_sdk.component import DataType
from glasswork_sdk.graph import port_number
from glasswork_sdk.profile import FeatureProfile


def predicted_classes(node: Node, analysis: Analysis) -> tuple[str, ...]:
    """Return the names of the classes that a component predicts, in order; none where it predicts no classes."""
    target = _target(node, analysis)
    if target is None or target.type not in {"categorical", "binary"}:
        return ()
    return tuple(str(name) for name in target.statistics.classes)


def shows_mask(node: Node, analysis: Analysis) -> bool:
    """Return whether a component predicts an image from another image, which is best shown over that."""
    target = _target(node, analysis)
    if target is None or target.type != "image":
        return False
    sources = {
        column.name
        for name in analysis.model_side
        if isinstance(analysis.nodes[name].type, DataType) and (column := analysis.features.get(name)) is not None
    }
    return target.name not in sources


def _target(node: Node, analysis: Analysis) -> FeatureProfile | None:
    """Return the column that a component's output is compared with directly."""
    training = analysis.nodes[analysis.training] if analysis.training else None
    for name, binding in training.bindings.items() if training else ():
        port = training.ports.input(name) if training else None
        if port is None or port.target or binding.component != node.id:
            continue
        number = port_number(port.name, name)
        for other, column in analysis.targets.items():
            partner = training.ports.input(other) if training else None
            if partner is not None and port_number(partner.name, other) == number:
                return column
    return None
