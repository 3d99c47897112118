"""How TensorFlow runs an operation outside a graph: at once, not as a function of one operation."""

from __future__ import annotations

from typing import Any

from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import context


def run_operations_directly() -> None:
    """Start TensorFlow so that it looks an operation's kernel up and calls it; to be called before anything is computed.

    TensorFlow makes a function of each operation that it meets for the first time with a shape, and sends that through
    all the passes of its graph optimizer: 0.5 ms each, of which a new layer needs eight. Its C interface can do without,
    its Python interface does not ask. Values stay the same to the last bit, the kernels are the same. A TensorFlow that
    does not know the switch any more runs as it always does.
    """
    name = "TFE_ContextOptionsSetRunEagerOpAsFunction"
    switch = getattr(pywrap_tfe, name, None)
    if switch is None:
        return

    def directly(options: Any, _: bool) -> None:
        switch(options, False)

    setattr(pywrap_tfe, name, directly)
    try:
        context.ensure_initialized()
    finally:
        setattr(pywrap_tfe, name, switch)
