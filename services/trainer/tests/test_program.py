from __future__ import annotations

from pathlib import Path

import pytest
from glasswork_trainer.core.program import DATA, TRAINING, Binding, Component, Program, epochs_of
from glasswork_trainer.worker.failures import describe, plain

PROGRAM = Program(
    (
        Component("age", kind=DATA, first_line=3, last_line=6, feature="Age", outputs=("output",)),
        Component("price", kind=DATA, first_line=8, last_line=9, feature="Price"),
        Component("both", kind=DATA, first_line=11, last_line=12, feature="Both"),
        Component(
            "scale1", first_line=14, last_line=16, inputs=(Binding("input", "price", "output"),), target_side=True
        ),
        Component("dense1", first_line=18, last_line=20, inputs=(Binding("input", "both", "output"),)),
        Component(
            "train",
            kind=TRAINING,
            first_line=30,
            last_line=60,
            inputs=(
                Binding("predictions", "dense1", "output"),
                Binding("targets", "scale1", "output"),
                Binding("targets_2", "both", "output"),
            ),
        ),
    )
)
SCRIPT = Path("/runs/r1/model.py")


def test_a_line_of_the_script_is_a_line_of_its_component() -> None:
    assert PROGRAM.locate(4) == ("age", 2)
    assert PROGRAM.locate(100) == ("", 0)


def test_targets_are_followed_back_to_their_columns() -> None:
    assert [(t.port, t.feature) for t in PROGRAM.targets()] == [("targets", "Price"), ("targets_2", "Both")]


def test_a_column_that_feeds_both_sides_is_an_input_as_well() -> None:
    assert [component.id for component in PROGRAM.inputs()] == ["age", "both"]


def test_a_program_is_read_as_it_was_written() -> None:
    assert Program.from_dict(PROGRAM.to_dict()) == PROGRAM


@pytest.mark.parametrize(
    ("message", "component", "line"),
    [
        (
            f'Graph execution error:\n\n  File "{SCRIPT}", line 40, in train\n\n  File "{SCRIPT}", line 19, in call',
            "dense1",
            2,
        ),
        ("Graph execution error:\n\nDetected at node 'functional_1/dense1_1/MatMul' defined", "dense1", 0),
        (f'in user code:\n\n  File "{SCRIPT}", line 35, in train  *\n\n    ValueError: no', "train", 6),
        ("something else", "", 0),
    ],
)
def test_a_message_leads_to_component_and_line(message: str, component: str, line: int) -> None:
    failure = describe(ValueError(message), SCRIPT, PROGRAM)
    assert (failure.component, failure.line) == (component, line)


def test_a_message_has_no_stack_and_no_path() -> None:
    text = f'Graph execution error:\n\nDetected at node X\n  File "{SCRIPT}", line 3, in f\n    x = y\n\nstep 7\n'
    assert plain(text) == "step 7"


def test_epochs_are_read_from_the_script_without_running_it() -> None:
    assert epochs_of('raise SystemExit("never run")\nEPOCHS = 12\n') == 12
    assert epochs_of("EPOCHS = other()\n") == 0
