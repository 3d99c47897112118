"""Recurrent layers over sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from glasswork_sdk.component import ComponentType
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.settings import Settings, setting
from glasswork_sdk.specs import TensorSpec
from pydantic import StrictInt

from glasswork_core.choices import Activation, expect_float, expect_rank


class RecurrentSettings(Settings):
    """The cell and what it gives."""

    cell: Literal["lstm", "gru", "simple"] = setting(
        "lstm", "lstm remembers longest, gru is smaller, simple is the plain one."
    )
    units: StrictInt = setting(32, "Size of the state.", ge=1, le=65_536)
    return_sequences: bool = setting(False, "Whether every step gives an output, or only the last.")
    bidirectional: bool = setting(False, "Whether the sequence is read in both directions, which doubles the output.")
    activation: Activation = setting("tanh", "Function of the new state.")
    dropout: float = setting(0.0, "Share of the inputs that are left out while the model trains.", ge=0, lt=1)
    recurrent_dropout: float = setting(0.0, "Share of the state that is left out while the model trains.", ge=0, lt=1)


class Recurrent(ComponentType[RecurrentSettings]):
    """Reads a sequence step by step and keeps a state.

    Input shape:
        `(batch, steps, channels)`.
    Output shape:
        `(batch, units)`, or `(batch, steps, units)` for sequences; twice the units where it reads both ways.
    """

    name = "recurrent"
    title = "Recurrent"
    summary = "Reads a sequence step by step and remembers: LSTM, GRU or a simple cell."
    category = "layers"
    keywords = (
        "keras.layers.LSTM",
        "keras.layers.GRU",
        "keras.layers.SimpleRNN",
        "Bidirectional",
        "torch.nn.LSTM",
        "rnn",
    )
    Settings = RecurrentSettings

    def infer(self, settings: RecurrentSettings, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the state, or the state of every step."""
        spec = inputs["input"]
        expect_rank(spec, 3, "(batch, steps, channels)")
        expect_float(spec)
        if spec.shape[-1] is None:
            raise SpecError(f"must know the number of channels of its input, received {spec.shape_text()}")
        units = settings.units * (2 if settings.bidirectional else 1)
        steps = (spec.shape[1],) if settings.return_sequences else ()
        return {"output": spec.with_shape((spec.shape[0], *steps, units))}
