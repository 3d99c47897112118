from __future__ import annotations

import pytest
from glasswork_servicekit.wording import own_words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            "Exception encountered when calling A.call().\n\n\x1b[1mDimensions must be equal.\x1b[0m\n\n"
            "Arguments received by A.call():\n  • x=tf.Tensor(shape=(None, 128), dtype=float32)",
            "Dimensions must be equal.",
        ),
        (
            "<urlopen error Could not automatically infer the output shape / dtype of 'a' (of type A). Either\n"
            "Error encountered:\n\nUnreachable>",
            "<urlopen error Unreachable>",
        ),
        (KeyError("key"), "key"),
        (ValueError("half a \ud800 character"), "half a ? character"),
        ("No such file: '/home/anna/model/x.csv'", "No such file: 'x.csv'"),
        ("See https://www.tensorflow.org/guide/function.", "See https://www.tensorflow.org/guide/function."),
    ],
)
def test_an_error_is_told_in_its_own_words(error: Exception | str, words: str) -> None:
    assert own_words(error) == words


def test_a_branch_on_a_tensor_says_what_to_do() -> None:
    text = "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed. You can attempt the following resolutions"
    assert own_words(text).endswith("Use tf.where or tf.cond.")
