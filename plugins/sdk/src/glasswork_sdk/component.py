"""Component types: what a plugin offers, as classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import StrictInt

from glasswork_sdk.diagnostics import Diagnostic
from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.settings import Settings, setting, validate
from glasswork_sdk.specs import Port, TensorSpec

S = TypeVar("S", bound=Settings)
INPUT = Port("input")
OUTPUT = Port("output")
REPEATED_INPUT = Port("input", repeated=True)


class Kind(StrEnum):
    """What the template of a component type writes."""

    DATA = "data"
    """`read_<id>(table, rows, folder)`, which reads one column of the dataset."""
    SOURCE = "source"
    """`sample_<id>(count, seed)`, which makes rows of its own."""
    LAYER = "layer"
    """One Keras layer expression, or one `keras.Layer` subclass."""
    TRAINING = "training"
    """`assemble(inputs, outputs)`, and `train(…)` where the shared one does not serve."""


class NoSettings(Settings):
    """For component types with nothing to set."""


@dataclass(frozen=True)
class Suggestion:
    """A value for a setting that the user has not touched, and one sentence that says why."""

    value: Any
    reason: str


@dataclass(frozen=True)
class Surroundings:
    """What a suggestion may look at besides the inputs.

    Args:
        profile: what the dataset holds; None where it is not known.
        feature: the column that a data component reads, or that the component's data came from unchanged.
        target: the column that this component's output is compared with, if it ends a path to the training component.
        targets: for a training component, the column behind each target port.
        chosen: names of the settings that the user has set; the others may follow.
        hidden: whether the output goes on to other components of the model, and ends no path to training.
    """

    profile: DatasetProfile | None = None
    feature: FeatureProfile | None = None
    target: FeatureProfile | None = None
    targets: Mapping[str, FeatureProfile] = field(default_factory=dict)
    chosen: frozenset[str] = frozenset()
    hidden: bool = False


class ComponentType(Generic[S]):
    """What a plugin offers: a class of which Glasswork makes one object.

    A subclass sets the class variables, has one template `<name>.j2`, and overrides what differs. All methods are
    pure: they see settings and specs, never data, TensorFlow or other components.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    category: ClassVar[str]
    keywords: ClassVar[tuple[str, ...]] = ()
    kind: ClassVar[Kind] = Kind.LAYER
    visualization: ClassVar[str] = "auto"
    imports: ClassVar[tuple[str, ...]] = ()
    follows: ClassVar[tuple[str, ...]] = ()
    """Settings that are None until the data says what they are (`size` of an image)."""
    weightless: ClassVar[bool] = False
    """Whether it has neither weights nor randomness, so that it may stand before a target port."""
    passthrough: ClassVar[bool] = False
    """Whether its output means what its input means, so that the target's suggestions reach the component before it."""
    Settings: type[S]

    def settings_of(self, values: Mapping[str, Any]) -> S:
        """Return the settings of `values`.

        Raises:
            InvalidSettings: with one field violation for each bad setting.
        """
        return validate(self.Settings, values)

    def settings_schema(self) -> dict[str, Any]:
        """Return the JSON schema of the settings."""
        return self.Settings.model_json_schema()

    def inputs(self, settings: S) -> Sequence[Port]:
        """Return the input ports."""
        return (INPUT,)

    def outputs(self, settings: S) -> Sequence[Port]:
        """Return the output ports."""
        return (OUTPUT,)

    def infer(self, settings: S, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the specs of the outputs by port.

        Args:
            settings: valid settings.
            inputs: specs by input port, every required one among them; repeated ports as `input`, `input_2`, ….

        Raises:
            SpecError: the inputs do not fit the settings.
        """
        return {"output": next(iter(inputs.values()))}

    def suggest(self, settings: S, inputs: Mapping[str, TensorSpec], around: Surroundings) -> Mapping[str, Suggestion]:
        """Return values for settings that the user has not touched.

        Args:
            settings: valid settings.
            inputs: specs by input port, as far as they are known.
            around: the data, and what the output is compared with.
        """
        return {}

    def check(
        self, settings: S, inputs: Mapping[str, TensorSpec], outputs: Mapping[str, TensorSpec]
    ) -> Sequence[Diagnostic]:
        """Return findings that need no data; the component's id is added by the caller."""
        return ()

    def context(self, settings: S, inputs: Mapping[str, TensorSpec]) -> Mapping[str, Any]:
        """Return names for the template besides the settings; switches, never computed settings."""
        return {}


class DataType(ComponentType[S]):
    """A component type that reads a column of the dataset; its settings have a field `feature`."""

    kind = Kind.DATA
    weightless = True

    def inputs(self, settings: S) -> Sequence[Port]:
        """Return no ports: data components begin a graph."""
        return ()

    def infer_feature(self, settings: S, feature_type: str) -> TensorSpec:
        """Return the spec of a column of that type.

        Raises:
            SpecError: the type is none that this component type reads, or a setting is missing for it.
        """
        raise NotImplementedError(f"{type(self).__name__} must say what it gives for a {feature_type} column")


class SourceType(ComponentType[S]):
    """A component type that makes rows of its own: noise, an environment's observations."""

    kind = Kind.SOURCE

    def inputs(self, settings: S) -> Sequence[Port]:
        """Return no ports: sources begin a graph."""
        return ()


class TrainingSettings(Settings):
    """What every training component with a dataset has."""

    epochs: StrictInt = setting(10, "How often the model sees every training row.", unit="epochs", ge=1, le=100_000)
    batch_size: StrictInt = setting(32, "Rows that one step learns from.", unit="rows", ge=1, le=65_536)
    shuffle: bool = setting(True, "Whether each epoch sees the rows in another order.")
    seed: StrictInt = setting(123, "Seed of the first weights, the order of rows and all other chance.", ge=0, lt=2**31)
    checkpoint_every: StrictInt = setting(
        1, "Epochs between checkpoints, from which a run that was cut off goes on; 0 for the end only.", unit="epochs",
        ge=0, le=100_000,
    )  # fmt: skip


class TrainingType(ComponentType[S]):
    """A component type that ends a graph and says how it learns.

    Its template defines `assemble(inputs, outputs) -> keras.Model`, compiled, where `inputs` maps the ids of data and
    source components to their Keras inputs and `outputs` maps its own input ports to tensors; and `train(model, data,
    callbacks=(), epoch=0, step=0)`, for which `{% include "glasswork/fit.j2" %}` is the usual one. Keys of the
    targets are its target ports. Settings derive from `TrainingSettings`; those of one without a dataset have
    `epochs`, `seed` and `steps`, the steps of an epoch.
    """

    kind = Kind.TRAINING
    metrics: ClassVar[tuple[str, ...]] = ("loss",)

    def outputs(self, settings: S) -> Sequence[Port]:
        """Return no ports: a training component ends the graph."""
        return ()

    def infer(self, settings: S, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return nothing; raise `SpecError` where predictions and targets do not fit."""
        return {}
