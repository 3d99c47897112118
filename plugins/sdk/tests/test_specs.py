from __future__ import annotations

from glasswork_sdk.specs import TensorSpec, known_product


def test_size_is_that_of_one_row() -> None:
    assert TensorSpec((None, 8, 8, 3)).size == 192
    assert TensorSpec((None,)).size == 1
    assert TensorSpec((None, None, 3)).size is None
    assert known_product((4, 0, 3)) == 0


def test_rank_counts_the_batch_and_another_shape_keeps_the_type() -> None:
    spec = TensorSpec((None, 4), "int64")
    assert spec.rank == 2
    assert str(spec.with_shape(iter((None, 2, 2)))) == "(None, 2, 2) int64"
