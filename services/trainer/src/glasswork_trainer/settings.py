"""Settings of the trainer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glasswork_servicekit.sandbox import installed_software
from glasswork_servicekit.settings import ServiceSettings, bad_value, from_environment, read_preload


@dataclass(frozen=True)
class TrainerSettings:
    """What the trainer has to be told.

    Args:
        service: what every service has to be told.
        concurrent_runs: runs that train at once, 1 to 64; the others wait.
        idle_seconds: how long a process for predictions stays after its last request, in seconds.
        hidden: folders of which the code of a run sees nothing, default none.
        shown: folders below those that it reads all the same, default none.
        network: whether the code of a run reaches the network of the trainer, default False.
        preload: whether TensorFlow is imported before the first run, default True.
    """

    service: ServiceSettings
    concurrent_runs: int = 2
    idle_seconds: float = 60.0
    hidden: Sequence[str] = ()
    shown: Sequence[str] = ()
    network: bool = False
    preload: bool = True


def read_settings(environ: Mapping[str, str] = os.environ) -> TrainerSettings:
    """Read the settings from the environment.

    Raises:
        InvalidInput: a variable is missing or bad.
    """
    service = from_environment("trainer", environ)
    return TrainerSettings(
        service=service,
        concurrent_runs=int(_number(environ, "GLASSWORK_TRAINER_RUNS", 2, 1, 64)),
        idle_seconds=_number(environ, "GLASSWORK_TRAINER_IDLE_SECONDS", 60, 0, 86_400),
        # Token, secret, index, models and other runs are nobody's business but the services'.
        hidden=(str(service.data_dir),),
        shown=(str(service.datasets_dir), *installed_software()),
        network=_network(environ),
        preload=read_preload(environ),
    )


def _network(environ: Mapping[str, str]) -> bool:
    key = "GLASSWORK_TRAINER_NETWORK"
    text = environ.get(key) or "none"
    if text not in {"none", "full"}:
        raise bad_value(key, text, "none or full")
    return text == "full"


def _number(environ: Mapping[str, str], key: str, default: float, least: float, most: float) -> float:
    text = environ.get(key) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise bad_value(key, text, f"a number from {least:g} to {most:g}")
    return value
