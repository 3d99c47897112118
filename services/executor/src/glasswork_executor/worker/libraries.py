"""What the code of one component must leave as it was, because all share it: the libraries and their settings.

A preview's process serves many components one after the other. Where the code of one changes `keras.Layer.__call__`
or the type of all numbers, every later preview would be wrong, and not in the script alone.
"""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import is_
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf

_PACKAGES: Final = (
    builtins, np, tf, tf.nn, tf.math, tf.random, keras, keras.layers, keras.ops, keras.activations, keras.backend,
    keras.initializers, keras.random, keras.losses, keras.optimizers,
)  # fmt: skip


@dataclass(frozen=True)
class _Setting:
    name: str
    read: Callable[[], Any]
    write: Callable[[Any], Any]


_SETTINGS: Final = (
    _Setting("keras.config.floatx", keras.config.floatx, keras.config.set_floatx),
    _Setting("keras.config.epsilon", keras.config.epsilon, keras.config.set_epsilon),
    _Setting(
        "keras.config.image_data_format", keras.config.image_data_format, keras.config.set_image_data_format
    ),
    _Setting("keras.config.dtype_policy", keras.config.dtype_policy, keras.config.set_dtype_policy),
    _Setting(
        "tf.config.functions_run_eagerly", tf.config.functions_run_eagerly, tf.config.run_functions_eagerly
    ),
)  # fmt: skip


class Libraries:
    """The libraries as they are now."""

    def __init__(self) -> None:
        self._owners = [(owner, dict(vars(owner))) for owner in _owners()]
        self._parts = [(vars(owner), list(kept), list(kept.values())) for owner, kept in self._owners]
        self._settings = [setting.read() for setting in _SETTINGS]

    def restore(self) -> list[str]:
        """Put everything back as it was.

        Returns:
            The names of what was different.
        """
        found = [
            name for setting, kept in zip(_SETTINGS, self._settings, strict=True) for name in _reset(setting, kept)
        ]
        for (owner, parts), (present, names, values) in zip(self._owners, self._parts, strict=True):
            if not all(map(is_, map(present.get, names), values)):
                found += _put_back(owner, parts, present)
        return found


def _owners() -> Iterator[Any]:
    """Yield each namespace once: packages, and the classes of layers with what they inherit from in Keras."""
    yield from _PACKAGES
    layers = (item for item in vars(keras.layers).values() if inspect.isclass(item))
    yield from {base: None for layer in layers for base in layer.__mro__ if base.__module__.startswith("keras.")}


def _reset(setting: _Setting, kept: Any) -> list[str]:
    if setting.read() == kept:
        return []
    setting.write(kept)
    return [setting.name]


def _put_back(owner: Any, kept: Mapping[str, Any], present: Mapping[str, Any]) -> list[str]:
    missing = object()
    names = [name for name, value in kept.items() if present.get(name, missing) is not value]
    for name in names:
        setattr(owner, name, kept[name])
    short = {"builtins": "builtins", "tensorflow": "tf", "numpy": "np"}
    package = owner.__name__ if inspect.ismodule(owner) else f"keras.layers.{owner.__name__}"
    package = short.get(package, package).replace("keras.layers.Layer", "keras.Layer").replace("keras.api.", "keras.")
    return [f"{package}.{name}" for name in names]
