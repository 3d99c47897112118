from __future__ import annotations

from collections.abc import Callable

import jsonpatch
import pytest
from glasswork_sdk.analysis import analyse
from glasswork_sdk.diagnostics import Diagnostic, Severity
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.review import review

from plugins.core.tests.drafts import Draft, image, table, yes_no

Change = Callable[[Draft], Draft]
BASES = {"image": image, "table": table, "yes_no": yes_no}
ELSEWHERE = {"syntax-error", "no-layer-class", "plugin-failed"}
"""Codes that codegen finds, or that a broken plugin brings; their tests are there."""

CASES: list[tuple[str, str, Change]] = [
    # The structure of a document.
    ("bad-setting", "image", lambda d: d.set("conv1", filters=0)),
    ("bad-setting", "image", lambda d: d.set("train", class_weights=[1.0, 2.0])),
    ("bad-share", "image", lambda d: d.merge("dense1", shares="nobody")),
    ("several-training-components", "image", lambda d: d.add("train2", "regression")),
    ("unknown-component", "image", lambda d: d.connect("ghost.output", "conv1.input")),
    ("unknown-port", "image", lambda d: d.connect("scale.wrong", "conv1.input")),
    ("doubled-connection", "image", lambda d: d.connect("image.output", "conv1.input")),
    ("unknown-feature", "image", lambda d: d.set("digit", feature="digits")),
    ("unconnected", "image", lambda d: d.add("spare", "flatten", "image")),
    ("unknown-type", "image", lambda d: d.merge("conv1", type="core.convolve")),
    ("no-training-component", "image", lambda d: d.cut("train.predictions").cut("train.targets").without("train")),
    ("missing-connection", "image", lambda d: d.cut("conv1.input")),
    ("no-dataset", "image", lambda d: d.no_dataset()),
    ("weights-before-targets", "table", lambda d: d.put("noise", "dropout", "train.targets")),
    ("weights-before-targets", "image", lambda d: d.rewire("train.targets", "answer.output").rewire(
        "train.predictions", "digit.output")),
    ("cycle", "image", lambda d: d.rewire("conv1.input", "pool1.output")),
    # Shapes and types.
    ("shape-mismatch", "image", lambda d: d.put("flat", "flatten", "conv1.input")),
    ("shape-mismatch", "image", lambda d: d.set("conv1", kernel_size=[9, 9], padding="valid")),
    ("shape-mismatch", "image", lambda d: d.put("memory", "recurrent", "dense1.input")),
    ("shape-mismatch", "image", lambda d: d.put("memory", "recurrent", "flatten1.input")),
    ("shape-mismatch", "image", lambda d: d.set("answer", units=1)),
    ("shape-mismatch", "image", lambda d: d.put("turn", "reshape", "dense1.input", shape=[7, 7])),
    ("shape-mismatch", "table", lambda d: d.set("answer", units=3)),
    ("shape-mismatch", "table", lambda d: d.put("long", "reshape", "train.predictions", shape=[1, 1])),
    ("shape-mismatch", "table", lambda d: d.put("deep", "reshape", "merge1.input_3", shape=[3, 1])),
    ("shape-mismatch", "table", lambda d: d.set("merge1", operation="add")),
    ("shape-mismatch", "yes_no", lambda d: d.set("answer", units=2)),
    ("rank-mismatch", "image", lambda d: d.take_out("flatten1")),
    ("rank-mismatch", "image", lambda d: d.rewire("train.predictions", "conv1.output")),
    ("dtype-mismatch", "table", lambda d: d.take_out("kind_one_hot")),
    ("dtype-mismatch", "table", lambda d: d.take_out("back").rewire("train.targets", "kind.output").drop("price")),
    ("unknown-statistics", "image", lambda d: d.put("norm", "normalize", "flatten1.input")),
    ("unknown-statistics", "table", lambda d: d.put("again", "denormalize", "dense1.input")),
    ("unknown-size", "image", lambda d: d.clear("image", "size").figures("image", height=0)),
    ("tensor-too-large", "image", lambda d: d.set("image", size=[4096, 4096]).set("conv1", filters=65_536)),
    ("unknown-feature-type", "image", lambda d: d.figures("image", kind="sound")),
    # What comes out.
    ("output-not-probabilities", "image", lambda d: d.set("answer", activation="relu")),
    ("output-not-probabilities", "image", lambda d: d.set("answer", activation="linear")),
    ("output-not-probabilities", "yes_no", lambda d: d.set("answer", activation="tanh")),
    ("probabilities-as-logits", "image", lambda d: d.set("train", from_logits=True)),
    ("softmax-one-unit", "yes_no", lambda d: d.set("answer", activation="softmax")),
    ("bounded-regression", "table", lambda d: d.set("answer", activation="sigmoid")),
    ("bounded-regression", "table", lambda d: d.set("answer", activation="relu")),
    ("too-few-units", "image", lambda d: d.set("answer", units=9)),
    ("more-units-than-classes", "image", lambda d: d.set("answer", units=12)),
    ("classification-of-numbers", "table", lambda d: d.merge("train", type="core.classification")),
    ("regression-of-classes", "yes_no", lambda d: d.merge("train", type="core.regression")),
    ("loss-needs-positive", "table", lambda d: d.set("train", loss="poisson")),
    ("hinge-on-probabilities", "yes_no", lambda d: d.set("train", loss="hinge")),
    ("target-scale", "table", lambda d: d.take_out("back")),
    ("dropout-output", "image", lambda d: d.put("late", "dropout", "train.predictions")),
    ("targets-rescaled", "table", lambda d: d.put("scaled", "normalize", "train.targets", mean=33.5, std=21.5)),
    ("normalized-output", "image", lambda d: d.put("late", "batch_normalization", "train.predictions")),
    ("normalized-output", "table", lambda d: d.put("late", "batch_normalization", "back.input")),
    ("normalized-twice", "image", lambda d: d.put("again", "normalize", "conv1.input", mean=0, std=1)),
    ("batch-of-one", "image", lambda d: d.set("train", batch_size=1)),
    ("narrow-before-output", "image", lambda d: d.set("dense1", units=3)),
    ("nothing-to-learn", "table", lambda d: d.rewire("train.predictions", "age_scale.output")),
    # Layers and their neighbours.
    ("softmax-twice", "image", lambda d: d.put("again", "activation", "train.predictions", function="softmax")),
    ("activation-twice", "image", lambda d: d.put("again", "activation", "pool1.input", function="tanh")),
    ("softmax-hidden", "image", lambda d: d.set("dense1", activation="softmax")),
    (
        "dropout-before-batch-normalization", "image",
        lambda d: d.put("drop", "dropout", "pool1.input").put("norm", "batch_normalization", "pool1.input"),
    ),
    (
        "bias-before-batch-normalization", "image",
        lambda d: d.set("conv1", activation="linear").put("norm", "batch_normalization", "pool1.input"),
    ),
    (
        "small-batch-normalization", "image",
        lambda d: d.put("norm", "batch_normalization", "pool1.input").set("train", batch_size=2),
    ),
    ("high-dropout", "image", lambda d: d.set("dropout1", rate=0.95)),
    ("does-nothing", "image", lambda d: d.set("dropout1", rate=0)),
    ("does-nothing", "image", lambda d: d.put("flat", "flatten", "answer.input")),
    ("does-nothing", "image", lambda d: d.put("as_it_is", "activation", "pool1.input", function="linear")),
    ("constant-initializer", "image", lambda d: d.set("conv1", kernel_initializer="zeros")),
    ("selu-initializer", "image", lambda d: d.set("dense1", activation="selu")),
    ("large-l2", "image", lambda d: d.set("dense1", l2=1)),
    ("single-unit-hidden", "table", lambda d: d.set("dense1", units=1)),
    # The model as a whole.
    ("linear-stack", "image", lambda d: d.set("dense1", activation="linear")),
    ("saturating-stack", "table", lambda d: _stack(d, "sigmoid", 3)),
    ("deep-without-normalization", "table", lambda d: _stack(d, "relu", 25)),
    ("kernel-larger-than-input", "image", lambda d: d.set("conv1", kernel_size=[17, 3])),
    ("strides-skip", "image", lambda d: d.set("conv1", strides=4)),
    ("strides-skip", "image", lambda d: d.set("pool1", pool_size=2, strides=3)),
    ("pooling-drops-edge", "image", lambda d: d.set("pool1", pool_size=3)),
    ("recurrent-one-step", "table", lambda d: _sequence(d, [1, 6])),
    ("recurrent-relu", "table", lambda d: _sequence(d, [6, 1]).set("memory", activation="relu")),
    ("long-recurrent", "image", lambda d: _long(d.set("image", size=[64, 64]).figures("image", height=64, width=64))),
    ("layer-too-large", "image", lambda d: d.set("dense1", units=30_000)),
    ("huge-flatten", "image", lambda d: d.set("image", size=[96, 96]).figures("image", height=96, width=96)),
    ("dense-on-grid", "image", lambda d: d.take_out("flatten1")),
    ("memory-will-not-fit", "image", lambda d: d.set("image", size=[1024, 1024]).set("train", batch_size=512)),
    ("merge-of-one", "table", lambda d: d.rewire("merge1.input_2", "age_scale.output")),
    ("duplicate-branch", "table", lambda d: d.add("age2", "normalize", "age", mean=33.5, std=21.5).connect(
        "age2.output", "merge1.input_5")),
    ("code-without-base", "image", lambda d: d.merge("dropout1", code={"text": "keras.layers.Dropout(0.1)"})),
    # The data.
    ("unscaled-input", "table", lambda d: d.take_out("age_scale")),
    ("image-not-normalized", "image", lambda d: d.take_out("scale")),
    ("stale-scaling", "table", lambda d: d.set("age_scale", mean=3000)),
    ("one-hot-classes-differ", "table", lambda d: d.set("kind_one_hot", classes=7)),
    ("many-classes", "table", lambda d: d.set("kind_one_hot", classes=5000)),
    ("missing-values", "table", lambda d: d.figures("age", missing=200, count=300)),
    ("constant-column", "table", lambda d: d.figures("age", unique=1)),
    ("leaking-column", "table", lambda d: d.warn("leaking", "bmi")),
    ("target-as-input", "table", lambda d: d.rewire("merge1.input_2", "price.output")),
    ("target-as-input", "table", lambda d: d.set("bmi", feature="price")),
    ("id-column", "table", lambda d: d.figures("age", unique=500, min=1, max=500, mean=250.5, std=144.3).set(
        "age_scale", mean=250.5, std=144.3)),
    ("duplicate-rows", "table", lambda d: d.warn("duplicates")),
    ("unused-column", "table", lambda d: d.column("height/cm~")),
    ("grey-in-colour", "image", lambda d: d.set("image", channels=3)),
    ("image-enlarged", "image", lambda d: d.set("image", size=[32, 32])),
    ("no-validation", "image", lambda d: d.split(0.9, 0, 0.1)),
    ("no-test-rows", "image", lambda d: d.split(0.8, 0.2, 0)),
    ("few-test-rows", "image", lambda d: d.size(80)),
    ("few-rows", "image", lambda d: d.size(40)),
    ("no-training-rows", "image", lambda d: d.split(1e-6, 0.5, 0.499999)),
    # Learning.
    ("learning-rate-high", "image", lambda d: d.set("train", learning_rate=1)),
    ("learning-rate-low", "image", lambda d: d.set("train", optimizer="adadelta", learning_rate=0.001)),
    ("batch-larger-than-data", "image", lambda d: d.set("train", batch_size=4096)),
    ("early-stopping-without-validation", "image", lambda d: d.split(0.9, 0, 0.1)),
    ("patience-beyond-epochs", "image", lambda d: d.set("train", patience=50)),
    ("unknown-metric", "image", lambda d: d.set("train", monitor="val_r2")),
    ("decay-steps-mismatch", "image", lambda d: d.set("train", schedule="cosine", decay_steps=10)),
    ("warmup-too-long", "image", lambda d: d.set("train", schedule="cosine", decay_steps=800, warmup_steps=700)),
    ("single-epoch", "image", lambda d: d.set("train", epochs=1, patience=0)),
    ("no-early-stopping", "image", lambda d: d.set("train", epochs=500, early_stopping=False)),
    ("setting-ignored", "image", lambda d: d.set("train", optimizer="sgd", beta_1=0.5)),
    ("shuffle-off", "image", lambda d: d.set("train", shuffle=False)),
    ("tiny-clip-norm", "image", lambda d: d.set("train", optimizer="sgd", learning_rate=0.01, clip_norm=1e-4)),
    ("class-imbalance", "image", lambda d: d.figures("digit", class_counts=(1500, *(33,) * 9))),
    ("rare-class", "image", lambda d: d.figures("digit", class_counts=(3, *(180,) * 9))),
    ("plugin-version", "image", lambda d: d.plugins(core="0.0.1")),
]  # fmt: skip
FIXLESS = {
    "unknown-type", "no-training-component", "missing-connection", "no-dataset", "weights-before-targets", "cycle",
    "tensor-too-large",
    "unknown-size", "unknown-feature-type", "nothing-to-learn", "deep-without-normalization", "long-recurrent",
    "many-classes", "merge-of-one", "code-without-base", "duplicate-rows", "few-test-rows", "few-rows", "rare-class",
}  # fmt: skip
"""What only the user can decide."""


def _stack(draft: Draft, activation: str, count: int) -> Draft:
    for number in range(count):
        draft.put(f"deep{number}", "dense", "answer.input", units=8, activation=activation)
    return draft


def _long(draft: Draft) -> Draft:
    draft.put("row", "reshape", "conv1.input", shape=[4096, 1]).put("memory", "recurrent", "conv1.input")
    return draft.put("back", "reshape", "conv1.input", shape=[4, 8, 1])


def _sequence(draft: Draft, shape: list[int]) -> Draft:
    draft.put("steps", "reshape", "dense1.input", shape=shape)
    return draft.put("memory", "recurrent", "dense1.input", units=8)


def findings(json: object, profile: DatasetProfile, catalogue: Catalogue) -> list[Diagnostic]:
    document = json if isinstance(json, Document) else Document.parse(json)  # type: ignore[arg-type]
    return review(analyse(document, catalogue, profile), catalogue).diagnostics


def errors(found: list[Diagnostic]) -> set[tuple[str, str]]:
    return {(item.code, item.component) for item in found if item.severity is Severity.ERROR}


IDS = [f"{code}-{index}" for index, (code, _, _) in enumerate(CASES)]


@pytest.mark.parametrize("base", BASES)
def test_sound_model_has_no_findings(catalogue: Catalogue, base: str) -> None:
    draft = BASES[base]()
    assert findings(draft.document(), draft.profile(), catalogue) == []


@pytest.mark.parametrize(("code", "base", "change"), CASES, ids=IDS)
def test_rule_finds_what_it_is_for(catalogue: Catalogue, code: str, base: str, change: Change) -> None:
    draft = change(BASES[base]())
    found = findings(draft.document(), draft.profile(), catalogue)
    assert code in {item.code for item in found}
    assert "plugin-failed" not in {item.code for item in found}
    for item in found:
        assert item.message.endswith(".")
        assert item.severity is catalogue.rules[item.code].severity


@pytest.mark.parametrize(("code", "base", "change"), CASES, ids=IDS)
def test_fix_removes_its_finding_and_adds_no_error(catalogue: Catalogue, code: str, base: str, change: Change) -> None:
    draft = change(BASES[base]())
    profile, json = draft.profile(), draft.document().to_json()
    before = findings(json, profile, catalogue)
    swapped = "train.predictions" if code == "weights-before-targets" and base == "image" else ""
    assert any(item.fix for item in before if item.code == code) == (code not in FIXLESS or bool(swapped))
    for item in before:
        if item.fix:
            after = findings(jsonpatch.apply_patch(json, item.fix), profile, catalogue)
            assert (item.code, item.component, item.message) not in {(x.code, x.component, x.message) for x in after}
            assert errors(after) <= errors(before), item


@pytest.mark.parametrize(
    ("code", "base", "change"),
    [
        ("unconnected", "image", lambda d: d.cut("train.predictions")),
        ("pooling-drops-edge", "image", lambda d: d.set("pool1", pool_size=9)),
        ("normalized-output", "image", lambda d: d.set("answer", activation="linear").put(
            "norm", "batch_normalization", "train.predictions").put(
            "last", "activation", "train.predictions", function="softmax")),
        ("targets-rescaled", "table", lambda d: d.take_out("back").put(
            "scaled", "normalize", "train.targets", mean=33.5, std=21.5)),
        ("batch-of-one", "image", lambda d: d.set("train", batch_size=1).size(90)),
    ],
)  # fmt: skip
def test_rule_is_silent_where_it_would_mislead(catalogue: Catalogue, code: str, base: str, change: Change) -> None:
    draft = change(BASES[base]())
    assert code not in {item.code for item in findings(draft.document(), draft.profile(), catalogue)}


def test_a_last_layer_stays_one_behind_dropout(catalogue: Catalogue) -> None:
    draft = image().clear("answer", "activation").put("late", "dropout", "train.predictions")
    followed = analyse(draft.document(), catalogue, draft.profile(), suggest=True).document
    assert followed.components["answer"].suggested["activation"] == "softmax"


def test_every_rule_has_a_case(catalogue: Catalogue) -> None:
    of_values = {code for code, rule in catalogue.rules.items() if rule.check_values.__name__ != "values_say_nothing"}
    assert {code for code, _, _ in CASES} == catalogue.rules.keys() - of_values - ELSEWHERE


@pytest.mark.parametrize("value", [None, {}, [1], {"a": 1}, -1, "x", 1e300])
def test_rules_stand_any_value_of_any_setting(catalogue: Catalogue, value: object) -> None:
    for base in BASES.values():
        for name, item in base().json["components"].items():
            for setting in item["settings"]:
                draft = base().set(name, **{setting: value})
                found = findings(draft.document(), draft.profile(), catalogue)
                assert "plugin-failed" not in {item.code for item in found}
