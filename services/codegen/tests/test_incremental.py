"""Whatever is edited in whatever order: what a follower answers is what the whole document gives from scratch."""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest
from glasswork_codegen.core.following import Abandoned, Follower, State
from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.program import ComponentCode
from glasswork_codegen.core.suggest import with_types
from glasswork_sdk.analysis import analyse
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.reader import Reader
from glasswork_sdk.review import review, review_values
from glasswork_sdk.rules import ComponentValues, ValueStatistics
from glasswork_sdk.specs import TensorSpec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.volume import EDITS

Json = dict[str, Any]
NAMES: Final = ("image", "digit", "conv1", "conv2", "flatten1", "dense1", "drop1", "extra", "train")
TYPES: Final = (
    "core.dense",
    "core.dropout",
    "core.convolution",
    "core.flatten",
    "core.merge",
    "core.data",
    "core.nope",
)
VALUES: Final[tuple[Json, ...]] = (
    {},
    {"units": 3},
    {"units": 7, "activation": "softmax"},
    {"filters": 4},
    {"rate": 0.5},
    {"feature": "image"},
    {"feature": "digit"},
    {"feature": "lost"},
    {"units": -1},
    {"epochs": 3, "batch_size": 5000},
)
CODES: Final = (
    "class Mine(keras.Layer):\n    def call(self, x):\n        return tf.concat([x, x], axis=-1)\n",
    "class Mine(keras.Layer):\n    def call(self, x, X):\n        return x + len(X)\n",
    "keras.layers.Dense(\n    units=4,\n)",
    "def broken(",
    "x = X",
)
ENDS: Final = tuple(f"{name}.{port}" for name in NAMES for port in ("input", "input_2", "predictions", "targets"))

names = st.sampled_from(NAMES)
edits = st.one_of(
    st.tuples(st.just("settings"), names, st.sampled_from(VALUES)),
    st.tuples(st.just("suggested"), names, st.sampled_from(VALUES)),
    st.tuples(st.just("add"), names, st.sampled_from(TYPES)),
    st.tuples(st.just("remove"), names, st.none()),
    st.tuples(st.just("code"), names, st.sampled_from((None, *CODES))),
    st.tuples(st.just("shares"), names, st.sampled_from((None, *NAMES))),
    st.tuples(st.just("position"), names, st.integers(0, 3)),
    st.tuples(st.just("connect"), st.sampled_from(ENDS), names),
    st.tuples(st.just("disconnect"), st.integers(0, 8), st.none()),
    st.tuples(st.just("dataset"), st.booleans(), st.sampled_from(("categorical", "numerical", "image"))),
    st.tuples(st.just("profile"), st.booleans(), st.none()),
    st.tuples(st.just("measured"), names, st.sampled_from(((None, 4), (None, 8, 8, 2)))),
    st.tuples(st.just("values"), names, st.sampled_from((0.0, 1.0, 1e30))),
)


class Editor:
    """A document under edit, never changed in place, as the gateway keeps it."""

    def __init__(self, document: Json, profile: DatasetProfile) -> None:
        self.document = document
        self.whole = profile
        self.dataset = document["dataset"]
        self.profile: DatasetProfile | None = profile
        self.measured: dict[str, TensorSpec] = {}
        self.values: dict[str, ComponentValues] = {}

    def edit(self, kind: str, where: Any, what: Any) -> None:
        components, wires = dict(self.document["components"]), list(self.document["connections"])
        if kind in ("settings", "suggested", "code", "shares", "position") and where in components:
            components[where] = _with(components[where], kind, what)
        elif kind == "add":
            components[where] = {"type": what, "settings": {}}
        elif kind == "remove":
            components.pop(where, None)
        elif kind == "connect":
            wires.append({"from": f"{what}.output", "to": where})
        elif kind == "disconnect" and where < len(wires):
            del wires[where]
        elif kind == "dataset":
            features = {**self.dataset["features"], "digit": {"type": what}}
            self.document = {**self.document, "dataset": {**self.dataset, "features": features} if where else None}
        elif kind == "profile":
            self.profile = self.whole if where else None
        elif kind == "measured":
            self.measured = {**self.measured, f"{where}.output": TensorSpec(what)}
        elif kind == "values":
            self.values = {
                **self.values,
                where: ComponentValues({"output": ValueStatistics(9, 0, what, what, 0, 0, 0.0)}),
            }
        self.document = {**self.document, "components": components, "connections": wires}


def _with(component: Json, key: str, value: Any) -> Json:
    changed = {name: item for name, item in component.items() if name != key}
    if value is None:
        return changed
    given = {"code": {"text": value, "base": ""}, "position": [value, 0]} if isinstance(value, str | int) else {}
    return {**changed, key: given.get(key, value)}


@settings(max_examples=EDITS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=st.lists(edits, min_size=1, max_size=12), reviews=st.sets(st.integers(0, 11)))
def test_incremental_answers_are_those_from_scratch(
    digits: Json, profile: DatasetProfile, catalogue: Catalogue, sequence: list[Any], reviews: set[int]
) -> None:
    editor, reader, follower = Editor(copy.deepcopy(digits), profile), Reader(), Follower(catalogue)
    told: dict[str, ComponentCode] = {}
    order: list[str] = []
    prelude = ""
    for number, step in enumerate([("profile", True, None), *sequence]):
        editor.edit(*step)
        document = reader.read(editor.document)
        fresh = Document.parse(copy.deepcopy(editor.document))
        assert document == fresh

        answer = follower.answer(State(document, editor.profile, editor.measured, editor.values))
        known = with_types(editor.profile, fresh) if editor.profile else None
        analysis = analyse(fresh, catalogue, known, editor.measured, suggest=True)
        review(analysis, catalogue, only=Severity.ERROR, prove=False)
        program, found = generate(analysis, catalogue, profile.table if editor.profile else "", script=False)
        assert answer.program == program
        assert answer.diagnostics == [*found, *analysis.diagnostics]
        followed = {name: item.suggested for name, item in analysis.document.components.items()}
        assert {name: item.suggested for name, item in fresh.components.items()} | answer.suggested == followed
        assert answer.explanation == [item for item in analysis.explanation if item[0] in answer.suggested]

        told |= {item.id: item for item in answer.change.components}
        order = order if answer.change.order is None else answer.change.order
        prelude = prelude if answer.change.prelude is None else answer.change.prelude
        assert ([told[name] for name in order], prelude) == (program.components, program.prelude)
        if number in reviews:
            findings = follower.findings(State(document, editor.profile, editor.measured, editor.values))
            checked = analyse(analysis.document, catalogue, known, editor.measured)
            values = review_values(checked, catalogue, editor.values)
            review(checked, catalogue)
            _, found = generate(checked, catalogue, profile.table if editor.profile else "", script=False)
            assert findings == [*found, *checked.diagnostics, *values]


def test_an_edit_touches_what_changed_and_what_follows_alone(
    digits: Json, profile: DatasetProfile, catalogue: Catalogue
) -> None:
    editor, reader, follower = Editor(digits, profile), Reader(), Follower(catalogue)
    follower.answer(State(reader.read(editor.document), profile))
    editor.edit("settings", "conv1", {"filters": 4})

    change = follower.answer(State(reader.read(editor.document), profile)).change

    assert [item.id for item in change.components] == ["conv1", "flatten1"]
    assert (change.order, change.prelude) == (None, None)


def test_a_review_gives_way_and_can_be_had_later(digits: Json, profile: DatasetProfile, catalogue: Catalogue) -> None:
    urgent = [True]
    follower = Follower(catalogue, lambda: urgent[0])
    state = State(Document.parse(digits), profile)
    follower.answer(state)
    with pytest.raises(Abandoned):
        follower.findings(state)
    urgent[0] = False

    assert follower.findings(state) == Follower(catalogue).findings(state)
