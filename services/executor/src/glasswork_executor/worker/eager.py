"""How TensorFlow runs an operation outside a graph: at once, not as a function of one operation."""

from __future__ import annotations

from typing import Any

from tensorflow.python import pywrap_tfe


def run_operations_directly() -> None:
    """Let TensorFlow look an operation's kernel up and call it; to be called before this process computes anything.

    TensorFlow makes a function of each operation that it meets for the first time with a shape, and sends that
    through all the passes of its graph optimizer: 0.5 ms each, and a new layer has six. Its C interface can do without,
    its Python interface does not ask. The kernels are the same, and so are the values. A TensorFlow that does not
    know the switch any more runs as it always does.
    """
    name = "TFE_ContextOptionsSetRunEagerOpAsFunction"
    switch = getattr(pywrap_tfe, name, None)
    if switch is None:
        return

    def directly(options: Any, _: bool) -> None:
        switch(options, False)

    setattr(pywrap_tfe, name, directly)
