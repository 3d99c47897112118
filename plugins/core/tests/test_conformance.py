from __future__ import annotations

import pytest
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.specs import TensorSpec
from glasswork_sdk.testing import Case, verify, verify_covered, verify_with_tensorflow

SERIES = {"input": TensorSpec((None, 12, 3))}
IMAGE = {"input": TensorSpec((None, 9, 7, 4))}
VOLUME = {"input": TensorSpec((None, 6, 5, 4, 2))}
ROW = {"input": TensorSpec((None, 6))}
INDEX = {"input": TensorSpec((None,), "int64")}
TWO = {"input": TensorSpec((None, 4)), "input_2": TensorSpec((None, 4))}
PAIR = {"predictions": TensorSpec((None, 3)), "targets": TensorSpec((None,), "int64")}
YES_NO = {"predictions": TensorSpec((None, 1)), "targets": TensorSpec((None, 1))}
ONE_HOT = {"predictions": TensorSpec((None, 3)), "targets": TensorSpec((None, 3))}
FIGURES = {"mean": 2.5, "std": 1.5}
RANGE = {"method": "range", "minimum": -1.5, "maximum": 4.5}

LAYERS = [
    Case("core.reshape", {"shape": [3, -1]}, ROW),
    Case("core.reshape", {"shape": [2, 3], "permutation": [2, 1]}, ROW),
    Case("core.resize", {"height": 4, "width": 11}, IMAGE),
    Case("core.resize", {"method": "nearest"}, IMAGE),
    Case("core.normalize", FIGURES, IMAGE),
    Case("core.normalize", RANGE, ROW),
    Case("core.denormalize", FIGURES, ROW),
    Case("core.denormalize", RANGE, ROW),
    Case("core.one_hot", {"classes": 7}, INDEX),
    Case("core.flatten", {}, IMAGE),
    Case("core.flatten", {}, {"input": TensorSpec((None,))}),
    Case("core.dense", {"units": 5, "activation": "relu", "l2": 0.25}, ROW),
    Case("core.dense", {"units": 5, "use_bias": False}, IMAGE),
    Case("core.batch_normalization", {"momentum": 0.5, "epsilon": 0.125}, IMAGE),
    Case("core.dropout", {"rate": 0.25}, ROW),
    Case("core.activation", {"function": "softmax"}, ROW),
    Case("core.activation", {"function": "mish"}, IMAGE),
    Case("core.merge", {"operation": "concatenate", "axis": -1}, TWO),
    *[Case("core.merge", {"operation": name}, TWO) for name in ("add", "subtract", "multiply", "average", "maximum")],
    Case("core.custom", {}, ROW),
    *[
        Case("core.convolution", {"variant": variant, "padding": padding, "kernel_size": [3, 2], "strides": 2}, IMAGE)
        for variant in ("standard", "transposed", "separable", "depthwise")
        for padding in ("same", "valid")
    ],
    *[
        Case("core.convolution", {"dimensions": 1, "variant": variant, "dilation_rate": 2, "padding": padding}, SERIES)
        for variant in ("standard", "separable", "depthwise")
        for padding in ("same", "valid")
    ],
    Case("core.convolution", {"dimensions": 1, "variant": "transposed", "strides": 2, "padding": "valid"}, SERIES),
    Case("core.convolution", {"dimensions": 3, "filters": 5, "kernel_size": [2, 3, 1]}, VOLUME),
    Case("core.convolution", {"dimensions": 3, "variant": "transposed", "strides": [2, 1, 3]}, VOLUME),
    Case("core.convolution", {"groups": 2, "filters": 6, "l2": 0.5}, IMAGE),
    Case("core.convolution", {"variant": "separable", "depth_multiplier": 3, "l2": 0.5}, IMAGE),
    Case("core.convolution", {"variant": "depthwise", "depth_multiplier": 3, "l2": 0.5}, IMAGE),
    *[
        Case("core.pooling", {"operation": operation, "whole": whole}, IMAGE)
        for operation in ("max", "average")
        for whole in (True, False)
    ],
    Case("core.pooling", {"dimensions": 1, "pool_size": 3, "strides": 2, "padding": "same"}, SERIES),
    Case("core.pooling", {"dimensions": 3, "pool_size": [3, 2, 1]}, VOLUME),
    *[
        Case("core.recurrent", {"cell": cell, "units": 5, "bidirectional": both, "return_sequences": sequences}, SERIES)
        for cell in ("lstm", "gru", "simple")
        for both in (True, False)
        for sequences in (True, False)
    ],
    Case("core.recurrent", {"dropout": 0.25, "recurrent_dropout": 0.125}, SERIES),
]
OTHERS = [
    Case("core.data", {"feature": "price"}),
    Case("core.data", {"feature": "smoker"}, feature_type="binary"),
    Case("core.data", {"feature": 'a "name"'}, feature_type="categorical"),
    Case("core.data", {"feature": "photo", "size": [7, 9], "channels": 3}, feature_type="image"),
    Case("core.classification", {"epochs": 7, "batch_size": 9}, PAIR),
    Case("core.classification", {"early_stopping": True, "patience": 13, "class_weights": [1.5, 2.5, 0.5]}, PAIR),
    Case("core.classification", {"loss": "focal", "gamma": 1.25}, PAIR),
    Case("core.classification", {"loss": "focal"}, ONE_HOT),
    Case("core.classification", {"loss": "hinge", "class_weights": [1.5, 2.5]}, YES_NO),
    Case("core.classification", {"scores": False}, YES_NO),
    *[
        Case("core.regression", {"optimizer": optimizer, "learning_rate": 0.0625}, YES_NO)
        for optimizer in ("adam", "adamw", "nadam", "sgd", "rmsprop", "adagrad", "adadelta", "lion")
    ],
    Case("core.multitask", {"tasks": ["classes"], "weights": [0.5]}, YES_NO),
    Case("core.multitask", {"tasks": ["classes"]}, ONE_HOT),
    Case("core.multitask", {}, {**PAIR, "predictions_2": TensorSpec((None, 1)), "targets_2": TensorSpec((None, 1))}),
    Case(
        "core.regression", {"schedule": "exponential", "decay_steps": 77, "decay_rate": 0.75, "loss": "huber"}, YES_NO
    ),
    Case("core.regression", {"schedule": "cosine", "warmup_steps": 11, "clip_norm": 2.5, "loss": "poisson"}, YES_NO),
]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_plugins()


@pytest.mark.parametrize("case", [*LAYERS, *OTHERS], ids=str)
def test_component_type_conforms(catalogue: Catalogue, case: Case) -> None:
    verify(catalogue, case)


def test_every_component_type_has_a_case(catalogue: Catalogue) -> None:
    verify_covered(catalogue, "core", [*LAYERS, *OTHERS])


@pytest.mark.tensorflow
@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_inference_equals_tensorflow(catalogue: Catalogue, case: Case) -> None:
    verify_with_tensorflow(catalogue, case)
