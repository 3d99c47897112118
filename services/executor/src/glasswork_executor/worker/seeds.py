"""Seeds for one component, without throwing away what TensorFlow has prepared."""

from __future__ import annotations

import random
import re

import keras
import numpy as np

_DRAWS = re.compile(
    r"\b(?:tf|tensorflow|keras|ops)\.random\b|\bnn\.\w*dropout|\bimport\b[^\n]*\btensorflow\b|\bfrom tensorflow\b"
)


def set_seeds(seed: int, code: str) -> None:
    """Seed everything that `code` can draw from, as `keras.utils.set_random_seed` does.

    TensorFlow's own seed is set only where the code draws random numbers itself: setting it empties the cache of
    kernels, after which every operation takes half a millisecond longer. Keras layers take the seeds of their
    initializers and dropouts from Python's generator.

    Args:
        seed: at least 0, below 2^31.
        code: the component's code.
    """
    if _DRAWS.search(code):
        keras.utils.set_random_seed(seed)
        return
    random.seed(seed)
    # The old generator, because it is the one that code of the user draws from when it does not say.
    np.random.seed(seed)
