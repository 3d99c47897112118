from __future__ import annotations

import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from glasswork_cli import examination
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.examination import Finding


def answering(text: str, code: int = 0) -> Callable[..., Any]:
    return lambda *_, **__: SimpleNamespace(stdout=text, stderr="", returncode=code)


def verdict(finding: Finding) -> str:
    return finding.verdict


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 10, 9), "error"), ((3, 11, 0), "ok"), ((3, 13, 1), "ok"), ((3, 14, 0), "error")],
)
def test_python_is_one_that_tensorflow_has_wheels_for(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], expected: str
) -> None:
    monkeypatch.setattr("glasswork_cli.examination.sys", SimpleNamespace(version_info=version))
    assert verdict(examination._python(directory)) == expected


@pytest.mark.parametrize(
    ("version", "expected"), [("2.39.3", "warning"), ("2.39.4", "ok"), ("2.50.1.windows.1", "ok"), ("1.9", "warning")]
)
def test_git_is_new_enough(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch, version: str, expected: str
) -> None:
    monkeypatch.setattr("glasswork_cli.examination.subprocess.run", answering(f"git version {version}\n"))
    assert verdict(examination._git(directory)) == expected


def test_git_and_driver_that_are_not_there_are_told(directory: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glasswork_cli.examination.shutil.which", lambda name: None)
    assert (verdict(examination._git(directory)), verdict(examination._gpu(directory))) == ("error", "note")


@pytest.mark.parametrize(("code", "expected"), [(0, "note"), (9, "warning")])
def test_driver_that_answers_nothing_good_is_a_warning(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch, code: int, expected: str
) -> None:
    monkeypatch.setattr("glasswork_cli.examination.shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("glasswork_cli.examination.subprocess.run", answering("GPU 0: A\nGPU 1: B\n", code))
    found = examination._gpu(directory)
    assert found.verdict == expected
    assert ("2 found" in found.told) == (code == 0)


def test_full_disk_is_a_warning(directory: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, expected in ((examination.FREE_BYTES + 1, "ok"), (examination.FREE_BYTES, "warning")):
        monkeypatch.setattr(
            "glasswork_cli.examination.shutil.disk_usage", lambda path, free=free: SimpleNamespace(free=free)
        )
        assert verdict(examination._disk(directory)) == expected


def test_token_that_others_can_read_is_an_error_with_the_command(directory: DataDirectory) -> None:
    directory.token()
    assert verdict(examination._permissions(directory)) == "ok"
    directory.token_file.chmod(0o640)
    found = examination._permissions(directory)
    assert (found.verdict, f"chmod 600 {directory.token_file}" in found.told) == ("error", True)


def test_library_below_its_floor_is_an_error_and_a_missing_one_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "FLOORS", {"click": (99, 0), "pytest": (1, 0), "no-such-thing": (1, 0)})
    found = {item.name: item.verdict for item in examination._versions()}
    assert found == {"click": "error", "pytest": "ok", "no-such-thing": "note"}


def test_check_that_fails_is_a_finding(directory: DataDirectory) -> None:
    def _broken(_: DataDirectory) -> Finding:
        raise subprocess.TimeoutExpired("git", 10)

    found = examination._finding(_broken, directory)
    assert (found.name, found.verdict) == ("broken", "error")


@pytest.mark.parametrize(("bad", "code"), [("error", 1), ("warning", 0)])
def test_doctor_exits_with_1_for_an_error_alone(
    ask: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, bad: str, code: int
) -> None:
    monkeypatch.setattr(examination, "examine", lambda _: [Finding("git", bad, "not found"), Finding("disk", "ok", "")])
    told = ask("doctor")
    assert told.exit_code == code
    assert told.output.splitlines()[0] == f"{bad:8}git: not found"
