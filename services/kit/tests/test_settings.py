from __future__ import annotations

from pathlib import Path

import pytest
from glasswork_sdk.errors import InvalidInput
from glasswork_servicekit.settings import from_environment, read_preload


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef\n")
    secret.chmod(0o600)
    return {
        "GLASSWORK_ECHO_ADDRESS": f"unix:{tmp_path}/echo.sock",
        "GLASSWORK_SECRET_FILE": str(secret),
        "GLASSWORK_DATA_DIR": str(tmp_path),
    }


def test_defaults_are_filled_in(environment: dict[str, str], tmp_path: Path) -> None:
    settings = from_environment("echo", environment)

    assert settings.secret == "0123456789abcdef"
    assert settings.datasets_dir == tmp_path / "datasets"
    assert settings.log_level == "info"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("GLASSWORK_ECHO_ADDRESS", "nowhere", "host:port"),
        ("GLASSWORK_ECHO_ADDRESS", "127.0.0.1:70000", "0 to 65535"),
        ("GLASSWORK_ECHO_ADDRESS", "unix:relative", "absolute path"),
        ("GLASSWORK_ECHO_ADDRESS", "unix:/" + "x" * 200, "at most 107 bytes"),
        ("GLASSWORK_SECRET_FILE", "/no/such/file", "readable"),
        ("GLASSWORK_LOG_LEVEL", "loud", "debug, info"),
        ("GLASSWORK_DATA_DIR", "", "a folder"),
    ],
)
def test_a_bad_value_names_key_value_and_expectation(
    environment: dict[str, str], key: str, value: str, expected: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_environment("echo", environment | {key: value})

    assert key in caught.value.message
    assert value in caught.value.message
    assert expected in caught.value.message


def test_a_secret_that_others_may_read_is_refused(environment: dict[str, str]) -> None:
    Path(environment["GLASSWORK_SECRET_FILE"]).chmod(0o644)

    with pytest.raises(InvalidInput, match="0600"):
        from_environment("echo", environment)


def test_tensorflow_is_imported_ahead_unless_the_environment_says_no() -> None:
    assert read_preload({})
    assert [read_preload({"GLASSWORK_PRELOAD": value}) for value in ("", "1", "0")] == [True, True, False]
    with pytest.raises(InvalidInput, match="GLASSWORK_PRELOAD is 'no', expected 1 or 0"):
        read_preload({"GLASSWORK_PRELOAD": "no"})
