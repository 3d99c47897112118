from __future__ import annotations

from dataclasses import replace
from typing import Any

from glasswork_executor.core.keys import Keys
from glasswork_executor.core.program import CLASS, DATA, EXPRESSION, Binding, Component, Job, Program, Sample
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.volume import tenth

PRELUDE = """import keras
import numpy as np

EPOCHS = 3
MEAN = 0.5


def helper(x):
    return x - MEAN


def read_table(folder):
    return folder


def split_rows(count):
    return np.arange(count)
"""
DATA_CODE = "def read_image(table, rows, folder):\n    return rows\n"
JOB = Job(
    Program(
        PRELUDE,
        (
            Component("image", DATA, DATA_CODE, "read_image"),
            Component(
                "shift", CLASS, "class Shift:\n    call = helper\n", "Shift", (Binding("input", "image", "output"),)
            ),
            Component("dense", EXPRESSION, "keras.layers.Dense(3)", inputs=(Binding("input", "shift", "output"),)),
        ),
    ),
    dataset="sha256:1",
)


def changed(job: Job) -> list[str]:
    """Return the components whose layer key differs from the unchanged job's."""
    before, after = Keys().of(JOB), Keys().of(job)
    return [name for name in before if before[name].layer != after[name].layer]


def with_prelude(old: str, new: str) -> Job:
    assert old in PRELUDE
    return replace(JOB, program=replace(JOB.program, prelude=PRELUDE.replace(old, new)))


def test_the_same_content_has_the_same_keys() -> None:
    assert Keys().of(JOB) == Keys().of(JOB)


def test_a_constant_that_no_component_uses_changes_no_key() -> None:
    assert changed(with_prelude("EPOCHS = 3", "EPOCHS = 4")) == []


def test_a_constant_behind_a_function_changes_its_users_and_what_follows() -> None:
    assert changed(with_prelude("MEAN = 0.5", "MEAN = 0.7")) == ["shift", "dense"]


def test_the_way_a_table_is_read_changes_the_data_and_what_follows() -> None:
    assert changed(with_prelude("return folder", "return folder / 'x'")) == ["image", "shift", "dense"]


def test_another_dataset_changes_everything_behind_it() -> None:
    assert changed(replace(JOB, dataset="sha256:2")) == ["image", "shift", "dense"]


def test_another_sample_keeps_every_layer_and_changes_every_value() -> None:
    other = replace(JOB, sample=Sample(index=1))
    before, after = Keys().of(JOB), Keys().of(other)

    assert changed(other) == []
    assert all(before[name].value != after[name].value for name in before)


def test_code_that_cannot_be_parsed_has_a_key_all_the_same() -> None:
    broken = Component("dense", EXPRESSION, "keras.layers.Dense(", inputs=(Binding("input", "shift", "output"),))
    job = replace(JOB, program=replace(JOB.program, components=(*JOB.program.components[:2], broken)))

    assert changed(job) == ["dense"]


def test_a_start_that_cannot_be_parsed_counts_whole() -> None:
    assert changed(with_prelude("import keras", "import keras (")) == ["image", "shift", "dense"]


NAMES = st.sampled_from("abcd")
COMPONENTS = st.builds(
    Component,
    NAMES,
    st.sampled_from((EXPRESSION, CLASS, DATA)),
    st.sampled_from(("keras.layers.Dense(3)", "helper", "class A:\n    call = helper")),
    inputs=st.lists(st.builds(Binding, st.just("input"), NAMES, st.just("output")), max_size=2).map(tuple),
    shares=st.one_of(st.just(""), NAMES),
)
PROGRAMS = st.lists(COMPONENTS, max_size=5, unique_by=lambda item: item.id).map(tuple)


@settings(max_examples=tenth(200), deadline=None)
@given(st.lists(st.tuples(PROGRAMS, st.sampled_from((PRELUDE, "x = 1"))), min_size=2, max_size=5))
def test_keys_along_a_sequence_of_programs_are_those_of_each_by_itself(steps: list[tuple[Any, str]]) -> None:
    keys, known = Keys(), dict[Component, Component]()
    for components, prelude in steps:
        # What has not changed is the same object, as in a session.
        present = tuple(known.setdefault(item, item) for item in components)
        job = Job(Program(prelude, present))
        assert keys.of(job) == Keys().of(job)
