"""What each optimizer takes, and the learning rates that it usually needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rates:
    """Learning rates, per step.

    Args:
        low: below it hardly anything is learnt.
        usual: a good first choice.
        high: above it training seldom holds.
    """

    low: float
    usual: float
    high: float


USUAL_RATES: Final[Mapping[str, Rates]] = {
    "adam": Rates(1e-6, 0.001, 0.02),
    "adamw": Rates(1e-6, 0.001, 0.02),
    "nadam": Rates(1e-6, 0.001, 0.02),
    "sgd": Rates(1e-5, 0.01, 0.5),
    "rmsprop": Rates(1e-6, 0.001, 0.02),
    "adagrad": Rates(1e-4, 0.01, 0.5),
    "adadelta": Rates(0.01, 1.0, 2.0),
    "lion": Rates(1e-7, 0.0001, 0.002),
}
USED_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "adam": ("beta_1", "beta_2", "epsilon", "amsgrad"),
    "adamw": ("beta_1", "beta_2", "epsilon", "amsgrad", "weight_decay"),
    "nadam": ("beta_1", "beta_2", "epsilon"),
    "sgd": ("momentum", "nesterov"),
    "rmsprop": ("rho", "momentum", "epsilon", "centered"),
    "adagrad": ("initial_accumulator", "epsilon"),
    "adadelta": ("rho", "epsilon"),
    "lion": ("beta_1", "beta_2"),
}
