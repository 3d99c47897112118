from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from glasswork_executor.settings import read_settings
from glasswork_sdk.errors import InvalidInput


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef")
    secret.chmod(0o600)
    return {
        "GLASSWORK_EXECUTOR_ADDRESS": f"unix:{tmp_path}/executor.sock",
        "GLASSWORK_SECRET_FILE": str(secret),
        "GLASSWORK_DATA_DIR": str(tmp_path),
    }


def test_limits_have_defaults(environment: dict[str, str]) -> None:
    previews = read_settings(environment).previews

    assert previews.component_seconds == 10
    assert previews.limits.memory_bytes == 2 * 1024**3
    assert not previews.limits.network


def test_user_code_sees_the_datasets_and_nothing_else_of_what_is_kept(environment: dict[str, str]) -> None:
    limits = read_settings(environment).previews.limits

    assert limits.hidden == (environment["GLASSWORK_DATA_DIR"],)
    assert str(Path(environment["GLASSWORK_DATA_DIR"]) / "datasets") in limits.shown


@pytest.mark.parametrize("value", ["soon", "0", "-1", "inf", "nan"])
def test_a_bad_number_is_named(environment: dict[str, str], value: str) -> None:
    with pytest.raises(InvalidInput, match=f"GLASSWORK_PREVIEW_SECONDS is '{value}'"):
        read_settings(environment | {"GLASSWORK_PREVIEW_SECONDS": value})


def test_the_server_never_imports_tensorflow() -> None:
    heavy = "{'tensorflow', 'keras', 'pandas'}"
    code = f"import sys, glasswork_executor.service as _; sys.exit(bool({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
