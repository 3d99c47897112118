"""The text of an error in a user's code in its own words, without what Keras and TensorFlow put around it."""

from __future__ import annotations

import re
from typing import Final

LONGEST_READ: Final = 100_000
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_HEADERS: Final = (
    re.compile(r"^Exception encountered when calling [^\n]*\n+"),
    re.compile(r"Could not automatically infer the output shape .*?Error encountered:\s*", re.DOTALL),
)
_ARGUMENTS: Final = re.compile(r"\n+Arguments received by .*", re.DOTALL)
_ABSOLUTE_PATHS: Final = re.compile(r"(?<![\w.:/])/(?:[\w.+-]+/)+([\w.+-]+)")
_BRANCH: Final = re.compile(r"Using a symbolic `?tf\.Tensor`? as a Python `?bool`? is not allowed")
_BRANCHED: Final = (
    "a Python if, while, and or not looks at a tensor, which has no value yet while the model is built. "
    "Use tf.where or tf.cond."
)


def own_words(error: BaseException | str) -> str:
    """Return what an error says; nothing of where files lie on this machine, and nothing that cannot be sent.

    Args:
        error: the error, or its text.
    """
    # A KeyError's own text is the repr of its key, in which nothing can be found.
    told = error.args[0] if isinstance(error, KeyError) and error.args else error
    # Half a character, as a surrogate is, cannot be sent.
    text = _COLOURS.sub("", str(told)[:LONGEST_READ]).encode(errors="replace").decode().strip()
    if _BRANCH.search(text):
        return _BRANCHED
    for header in _HEADERS:
        text = header.sub("", text)
    return _ABSOLUTE_PATHS.sub(r"\1", _ARGUMENTS.sub("", text).strip())
