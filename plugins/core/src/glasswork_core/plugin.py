"""What the core plugin brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glasswork_sdk.component import ComponentType
from glasswork_sdk.hookspecs import hookimpl
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.rules import Rule
from glasswork_sdk.suggestion import SuggestedGraph

from glasswork_core import data, layers, operations, processing, suggest, training
from glasswork_core.convolution import Convolution, Pooling
from glasswork_core.multitask import Multitask
from glasswork_core.recurrent import Recurrent
from glasswork_core.rules import columns, ends, learning, outputs, shapes, stacks, values
from glasswork_core.rules import layers as neighbours


@hookimpl
def glasswork_component_types() -> list[type[ComponentType[Any]]]:
    """Return the built-in component types."""
    return [
        data.Data,
        processing.Reshape,
        processing.Resize,
        processing.Normalize,
        processing.Denormalize,
        processing.OneHot,
        processing.Flatten,
        layers.Dense,
        Convolution,
        Pooling,
        layers.BatchNormalization,
        layers.Dropout,
        layers.Activation,
        Recurrent,
        operations.Merge,
        operations.Custom,
        training.Classification,
        training.Regression,
        Multitask,
    ]


@hookimpl
def glasswork_suggest_graph(
    profile: DatasetProfile, inputs: Sequence[str], targets: Sequence[str]
) -> SuggestedGraph | None:
    """Suggest a supervised model where every column is of a type that the core plugin reads."""
    return suggest.supervised(profile, inputs, targets)


@hookimpl
def glasswork_rules() -> list[Rule]:
    """Return the rules of the core plugin."""
    modules = (shapes, outputs, ends, neighbours, stacks, columns, learning, values)
    return [rule for module in modules for rule in module.RULES]
