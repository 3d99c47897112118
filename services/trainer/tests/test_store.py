from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from glasswork_sdk.errors import InvalidInput, NotFound, WrongState
from glasswork_trainer.core.checkpoints import TENSORS, CheckpointStore
from glasswork_trainer.core.run import Failure, Run, State, new_identifier
from glasswork_trainer.core.store import RunStore
from glasswork_trainer.settings import read_settings

TENSOR = {"weight/a": np.arange(6, dtype="float32").reshape(2, 3), "seed/0": np.array(7, "uint32")}


def write(store: CheckpointStore, epoch: int, score: float | None = None) -> str:
    return store.write(TENSOR, {"epoch": epoch, "step": 0}, score)


def test_a_run_is_read_as_it_was_made(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = Run(new_identifier("r"), state=State.FAILED, error=Failure("bad"), metrics={"loss": 0.1}, number=3)
    store.create(run, {"model.py": b"x"})
    assert RunStore(tmp_path).load() == [run]
    assert store.folder(run.id).script.read_bytes() == b"x"


def test_a_number_is_kept_by_its_run_and_never_given_again(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.load()
    runs = [Run(new_identifier("r"), model="digits", number=store.numbers.next("digits")) for _ in range(3)]
    other = Run(new_identifier("r"), model="wine", number=store.numbers.next("wine"))
    for run in (*runs, other):
        store.create(run, {})
    assert [run.number for run in (*runs, other)] == [1, 2, 3, 1]
    store.remove(runs[0])
    store.remove(runs[2])
    again = RunStore(tmp_path)
    assert {run.id: run.number for run in again.load()} == {runs[1].id: 2, other.id: 1}
    assert (again.numbers.next("digits"), again.numbers.next("wine")) == (4, 2)


def test_runs_of_a_time_without_numbers_are_counted_in_their_order(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    old = [Run(f"r{digit * 17}", model="digits") for digit in "123"]
    for run in reversed(old):
        store.create(run, {})
    assert [run.number for run in RunStore(tmp_path).load()] == [1, 2, 3]
    (tmp_path / "numbers.json").write_text("[")
    assert [run.number for run in RunStore(tmp_path).load()] == [1, 2, 3]


def test_ids_sort_by_time_and_are_safe_in_paths(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    ids = [new_identifier("r") for _ in range(50)]
    assert [name[:12] for name in ids] == sorted(name[:12] for name in ids)
    for bad in ("../x", "r12/..", "", "R0123456789", "r" + "0" * 99):
        with pytest.raises(NotFound, match="There is no run"):
            store.folder(bad)


def test_a_run_that_cannot_be_read_is_left_out_and_a_half_made_one_removed(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = Run(new_identifier("r"), number=1)
    store.create(run, {})
    (tmp_path / "r0123456789ab").mkdir()
    (tmp_path / ".new-r0123").mkdir()
    assert store.load() == [run]
    assert not (tmp_path / ".new-r0123").exists()


def test_progress_counts_epochs_and_steps() -> None:
    run = Run("r0", epoch=1, epochs=4, step=5, steps=10)
    assert run.progress == pytest.approx(0.375)
    run.state = State.SUCCEEDED
    assert run.progress == 1.0


def test_a_checkpoint_is_read_bit_by_bit(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path)
    name = write(store, 3)
    found = store.newest()
    assert found is not None
    assert (found.name, found.state["epoch"]) == (name, 3)
    for key, value in TENSOR.items():
        assert found.tensors[key].shape == value.shape
        assert found.tensors[key].tobytes() == value.tobytes()


def test_the_last_two_checkpoints_and_the_best_are_kept(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path)
    names = [write(store, epoch, score) for epoch, score in enumerate([0.5, 0.1, 0.4, 0.3, 0.2])]
    assert store.names() == [names[1], names[3], names[4]]


@pytest.mark.parametrize("damage", ["cut", "flip", "missing"])
def test_a_damaged_checkpoint_is_set_aside_for_the_one_before(tmp_path: Path, damage: str) -> None:
    store = CheckpointStore(tmp_path)
    older, newer = write(store, 1), write(store, 2)
    path = tmp_path / newer / TENSORS
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(content[:-1] if damage == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    found = store.newest()
    assert found is not None
    assert found.name == older
    assert (tmp_path / f".damaged-{newer}").exists()


def test_a_checkpoint_that_was_not_renamed_is_none(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path)
    name = write(store, 1)
    (tmp_path / name).rename(tmp_path / f".{name}")
    assert store.newest() is None
    assert write(store, 1)


def test_a_bad_setting_names_key_value_and_what_was_expected(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef")
    secret.chmod(0o600)
    environ = {
        "GLASSWORK_DATA_DIR": str(tmp_path),
        "GLASSWORK_TRAINER_ADDRESS": "unix:/tmp/x",
        "GLASSWORK_SECRET_FILE": str(secret),
    }
    assert read_settings(environ).concurrent_runs == 2
    assert not read_settings(environ).network
    assert read_settings({**environ, "GLASSWORK_TRAINER_NETWORK": "full"}).network
    with pytest.raises(InvalidInput, match="GLASSWORK_TRAINER_RUNS is 'many', expected a number from 1 to 64"):
        read_settings({**environ, "GLASSWORK_TRAINER_RUNS": "many"})


def test_a_second_trainer_on_the_same_runs_is_refused(tmp_path: Path) -> None:
    first, second = RunStore(tmp_path), RunStore(tmp_path)
    first.lock()
    with pytest.raises(WrongState, match="Another trainer works on the runs"):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()
