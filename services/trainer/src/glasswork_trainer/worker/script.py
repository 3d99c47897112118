"""The generated file in a process: imported, seeded, and run under the conditions that it was trained under."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from pathlib import Path
from types import ModuleType

import keras
import numpy as np
import tensorflow as tf

# Keras writes the module of own layer classes into a .keras file; this name makes such a file load beside model.py.
MODULE = "model"
DEFAULT_SEED = 0


def import_script(path: Path) -> ModuleType:
    """Import the generated file under a name that is not `__main__`.

    Raises:
        ImportError: the file is no Python source.
        Exception: whatever the file raises.
    """
    sys.dont_write_bytecode = True
    # Models of a thousand layers in a chain are walked recursively.
    sys.setrecursionlimit(20_000)
    spec = importlib.util.spec_from_file_location(MODULE, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"expected a Python source file, received {path.name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    spec.loader.exec_module(module)
    return module


def make_deterministic(module: ModuleType) -> None:
    """Do what `main()` of the file does before it reads the data."""
    # As in `main()` of the file, which does not take 0.
    keras.utils.set_random_seed(seed_of(module) or 1)
    tf.config.experimental.enable_op_determinism()


def seed_of(module: ModuleType) -> int:
    """Return the seed that the file states."""
    return int(getattr(module, "SEED", DEFAULT_SEED))


def threads() -> int:
    """Return how many threads an op may use."""
    return int(tf.config.threading.get_intra_op_parallelism_threads()) or len(os.sched_getaffinity(0))


def restore_threads(recorded: int) -> None:
    """Use as many threads as a run began with; a different number changes digits. Call before the first op."""
    if recorded and recorded != threads():
        tf.config.threading.set_intra_op_parallelism_threads(recorded)


def environment(module: ModuleType) -> dict[str, str]:
    """Return what the numbers of a run depend on, besides its files."""
    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "threads": str(threads()),
        "seed": str(seed_of(module)),
        "op_determinism": "on",
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
    }
