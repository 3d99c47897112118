"""A plugin by somebody else: noise, a tiny GAN and a tiny bandit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from glasswork_sdk.component import ComponentType, SourceType, TrainingSettings, TrainingType
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.hookspecs import hookimpl
from glasswork_sdk.settings import Settings, setting
from glasswork_sdk.specs import Port, TensorSpec


class NoiseSettings(Settings):
    """How much noise."""

    size: int = setting(8, "Values in each row.", ge=1, le=4096)


class Noise(SourceType[NoiseSettings]):
    """Makes rows of normal noise, `(batch, size)`."""

    name = "noise"
    title = "Noise"
    summary = "Makes rows of normal noise."
    category = "data"
    Settings = NoiseSettings

    def infer(self, settings: NoiseSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return `(batch, size)`."""
        return {"output": TensorSpec((None, settings.size))}


class GanSettings(TrainingSettings):
    """How the two networks learn."""

    generator_rate: float = setting(0.001, "Learning rate of the generator.", gt=0, le=1)
    discriminator_rate: float = setting(0.002, "Learning rate of the discriminator.", gt=0, le=1)


class Gan(TrainingType[GanSettings]):
    """Two networks learn against each other (Goodfellow et al., 2014)."""

    name = "gan"
    title = "Tiny GAN"
    summary = "A generator learns to fool a discriminator."
    category = "training"
    Settings = GanSettings
    metrics: ClassVar[tuple[str, ...]] = ("generator_loss", "discriminator_loss", "fooled")

    def inputs(self, settings: GanSettings) -> Sequence[Port]:
        """Return the noise, what was made of it, and the discriminator's scores of it and of real data."""
        return (Port("noise"), Port("generated"), Port("real_score"), Port("fake_score"))

    def infer(self, settings: GanSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return nothing; a score is one number."""
        for name in ("real_score", "fake_score"):
            if inputs[name].shape[-1] != 1:
                raise SpecError(f"expects one score for each row, received {inputs[name].shape_text()}", port=name)
        return {}


class BanditSettings(Settings):
    """How long the agent plays."""

    epochs: int = setting(3, "How often progress is told.", unit="epochs", ge=1, le=10_000)
    steps: int = setting(20, "Rounds of play in an epoch.", unit="steps", ge=1, le=100_000)
    seed: int = setting(123, "Seed of all chance.", ge=0, lt=2**31)
    learning_rate: float = setting(0.05, "Size of a step along the gradient.", gt=0, le=1)


class Bandit(TrainingType[BanditSettings]):
    """An agent learns which arm pays, from rewards alone (REINFORCE; Williams, 1992)."""

    name = "bandit"
    title = "Tiny bandit"
    summary = "An agent learns which of three arms pays, without any dataset."
    category = "training"
    Settings = BanditSettings
    metrics: ClassVar[tuple[str, ...]] = ("reward",)

    def inputs(self, settings: BanditSettings) -> Sequence[Port]:
        """Return the probabilities of the arms."""
        return (Port("policy", rank=2),)


@hookimpl
def glasswork_component_types() -> list[type[ComponentType[Any]]]:
    """Return what this plugin brings."""
    return [Noise, Gan, Bandit]
