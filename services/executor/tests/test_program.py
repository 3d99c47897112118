from __future__ import annotations

import json
from dataclasses import replace

from glasswork_executor.core.program import (
    CLASS,
    Binding,
    Component,
    Job,
    Program,
    Sample,
    job_from_json,
    job_to_json,
)

A = Component("a", CLASS, "class A: ...", "A", outputs=("left", "right"), visualization="line")
B = Component(
    "b", CLASS, "class B: ...", "B", (Binding("x", "a", "left"), Binding("y", "a", "right")), keyed_inputs=True
)
C = Component("c", CLASS, "", "", (Binding("input", "b", "output"),), shares="b")
JOB = Job(Program("import keras", (A, B, C)), "/data", "sha256:1", Sample("test", 3, 2), ("c",))


def wired(job: Job, before: Program | None) -> Job:
    return job_from_json(json.loads(json.dumps(job_to_json(job, before))), before)


def test_a_job_survives_the_wire() -> None:
    assert wired(JOB, None) == JOB


def test_only_what_changed_is_told() -> None:
    edited = replace(B, code="class B: pass")
    job = replace(JOB, program=Program("import keras", (A, edited, C)))
    told = job_to_json(job, JOB.program)["program"]

    assert [row[0] for row in told["changed"]] == ["b"]
    assert told["prelude"] is None
    assert wired(job, JOB.program) == job
    assert wired(job, JOB.program).program.components[0] is A


def test_removed_and_reordered_components_are_told() -> None:
    job = replace(JOB, program=Program("import numpy", (B, A)))

    assert wired(job, JOB.program) == job


def test_what_a_component_needs_is_everything_before_it_and_what_it_shares() -> None:
    assert JOB.program.needed(["c"]) == {"a", "b", "c"}
    assert JOB.program.needed(["a", "nobody"]) == {"a"}
