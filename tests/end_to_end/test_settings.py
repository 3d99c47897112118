"""A wrong setting of any program is one line that names it, its value and what was expected, and exit code 2."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

SERVICES = ("codegen", "executor", "trainer", "registry")
PROGRAMS = (*SERVICES, "gateway")
SHARED = [
    ("GLASSWORK_SECRET_FILE", "/no/such/file", "a readable ASCII file"),
    ("GLASSWORK_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
]
FOLDERS = [
    ("GLASSWORK_DATA_DIR", "/dev/null", "a folder"),
    ("GLASSWORK_DATASETS_DIR", "/dev/null", "a folder"),
]
OWN = {
    "codegen": [("GLASSWORK_PLUGIN_SECONDS", "soon", "a number of seconds above 0")],
    "executor": [
        ("GLASSWORK_PREVIEW_SECONDS", "soon", "a number above 0"),
        ("GLASSWORK_DATASET_SECONDS", "0", "a number above 0"),
        ("GLASSWORK_PREVIEW_MEMORY_MIB", "-1", "a number above 0"),
        ("GLASSWORK_PREVIEW_IDLE_SECONDS", "nan", "a number above 0"),
        ("GLASSWORK_PREVIEW_WORKERS", "0.2", "a whole number above 0"),
        ("GLASSWORK_PRELOAD", "no", "1 or 0"),
    ],
    "trainer": [
        ("GLASSWORK_TRAINER_RUNS", "65", "a number from 1 to 64"),
        ("GLASSWORK_TRAINER_IDLE_SECONDS", "long", "a number from 0 to 86400"),
        ("GLASSWORK_TRAINER_NETWORK", "some", "none or full"),
        ("GLASSWORK_PRELOAD", "2", "1 or 0"),
    ],
    "registry": [
        ("GLASSWORK_DATA_ROOTS", "here", "absolute folders"),
        ("GLASSWORK_MAX_DATASET_BYTES", "0", "a number of bytes above 0"),
        ("GLASSWORK_DATABASE_URL", "…", "as in postgresql+psycopg://user@host/database"),
    ],
    "gateway": [
        ("GLASSWORK_GATEWAY_HOST", "127.0.0.1:80", "an IP address or a host name"),
        ("GLASSWORK_GATEWAY_PORT", "65536", "a port from 1 to 65535"),
        ("GLASSWORK_ALLOWED_HOSTS", "a:1", "host names without port"),
        ("GLASSWORK_ALLOWED_ORIGINS", "https://a/b", "origins as in https://host:port"),
        *((f"GLASSWORK_{name.upper()}_ADDRESS", "nowhere", "unix:/path or host:port") for name in SERVICES),
    ],
}
CASES = [
    (program, *case)
    for program in PROGRAMS
    for case in (
        *SHARED,
        *OWN[program],
        *(
            [*FOLDERS, (f"GLASSWORK_{program.upper()}_ADDRESS", "unix:near", "unix: and an absolute path")]
            if program != "gateway"
            else []
        ),
    )
]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings with which every program would start."""
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef")
    secret.chmod(0o600)
    addresses = {f"GLASSWORK_{name.upper()}_ADDRESS": f"unix:{tmp_path}/{name}.sock" for name in SERVICES}
    good = {"GLASSWORK_DATA_DIR": str(tmp_path), "GLASSWORK_SECRET_FILE": str(secret), **addresses}
    for name in [name for name in os.environ if name.startswith("GLASSWORK_")]:
        monkeypatch.delenv(name)
    for name, value in good.items():
        monkeypatch.setenv(name, value)
    return good


@pytest.mark.parametrize(("program", "key", "value", "expected"), CASES)
def test_a_wrong_setting_is_told_in_one_line(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    program: str,
    key: str,
    value: str,
    expected: str,
) -> None:
    monkeypatch.setenv(key, value)
    # Before a program could begin to serve, which no setting here should let it.
    main = importlib.import_module(f"glasswork_{program}.__main__")
    monkeypatch.setattr(main, "serve", None, raising=False)
    monkeypatch.setattr("glasswork_servicekit.server.run", None)
    umask = os.umask(0o022)
    with pytest.raises(SystemExit) as caught:
        main.main()
    os.umask(umask)

    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{key} is '{value}', expected {expected}")
    assert line.endswith(".")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_without_settings_ends_with_2_and_no_traceback(program: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GLASSWORK_")}
    command = [sys.executable, "-m", f"glasswork_{program}"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.endswith(".")
    assert " is not set, expected " in line
