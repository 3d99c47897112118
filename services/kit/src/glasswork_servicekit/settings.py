"""Settings of a service: read once from the environment, checked once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from glasswork_sdk.errors import InvalidInput

LOG_LEVELS = ("debug", "info", "warning", "error")
# sun_path of a unix socket address holds 108 bytes, the last of them NUL.
LONGEST_SOCKET_PATH = 107
SHORTEST_SECRET = 16


@dataclass(frozen=True)
class ServiceSettings:
    """What every service has to be told.

    Args:
        service: short name of the service, as in `executor`.
        address: where it listens, `unix:/path` or `host:port`.
        secret: what every call has to show; at least 16 characters.
        data_dir: folder that the service may write below.
        datasets_dir: folder of the datasets, one folder below it for each hash.
        log_level: debug, info, warning or error.
    """

    service: str
    address: str
    secret: str
    data_dir: Path
    datasets_dir: Path
    log_level: str = "info"


def from_environment(service: str, environ: Mapping[str, str] = os.environ) -> ServiceSettings:
    """Read the settings of `service` from the environment.

    Args:
        service: short name of the service; it makes the name of its address variable.
        environ: the variables.

    Returns:
        The settings, checked.

    Raises:
        InvalidInput: a variable is missing or bad; the message names it, its value and what was expected.
    """
    data_dir = _folder("GLASSWORK_DATA_DIR", _required(environ, "GLASSWORK_DATA_DIR", "a folder"))
    datasets = environ.get("GLASSWORK_DATASETS_DIR")
    return ServiceSettings(
        service=service,
        address=read_address(environ, f"GLASSWORK_{service.upper()}_ADDRESS"),
        secret=read_secret(environ, "GLASSWORK_SECRET_FILE"),
        data_dir=data_dir,
        datasets_dir=_folder("GLASSWORK_DATASETS_DIR", datasets) if datasets else data_dir / "datasets",
        log_level=_log_level(environ),
    )


def read_address(environ: Mapping[str, str], key: str) -> str:
    """Return the address in variable `key`, `unix:/path` or `host:port`.

    Raises:
        InvalidInput: it is missing or has another form.
    """
    value = _required(environ, key, "unix:/path or host:port")
    if value.startswith("unix:"):
        path = value.removeprefix("unix:")
        if not path.startswith("/"):
            raise bad_value(key, value, "unix: and an absolute path")
        if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
            raise bad_value(key, value, f"a socket path of at most {LONGEST_SOCKET_PATH} bytes; use a shorter folder")
        return value
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise bad_value(key, value, "unix:/path or host:port with a port from 0 to 65535")
    return value


def read_secret(environ: Mapping[str, str], key: str) -> str:
    """Return the secret in the file that variable `key` names.

    Raises:
        InvalidInput: the file is missing, readable by others, or too short.
    """
    path = Path(_required(environ, key, "a file of mode 0600"))
    try:
        mode = path.stat().st_mode & 0o777
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise bad_value(key, str(path), f"a readable ASCII file ({error})") from error
    if mode & 0o077:
        raise bad_value(key, str(path), f"a file that only its owner may read (mode 0600, received {mode:04o})")
    if len(secret) < SHORTEST_SECRET:
        raise bad_value(key, str(path), f"a file with a secret of at least {SHORTEST_SECRET} characters")
    return secret


def read_preload(environ: Mapping[str, str]) -> bool:
    """Return whether TensorFlow is imported before it is needed: GLASSWORK_PRELOAD is 1, as without it, or 0.

    Without that a service is ready at once and takes less memory; each worker imports TensorFlow for itself.

    Raises:
        InvalidInput: the variable has another value.
    """
    value = environ.get("GLASSWORK_PRELOAD") or "1"
    if value not in {"0", "1"}:
        raise bad_value("GLASSWORK_PRELOAD", value, "1 or 0")
    return value == "1"


def bad_value(key: str, value: str, expected: str) -> InvalidInput:
    """Return the error for a bad variable, in the one form that all settings use."""
    return InvalidInput(f"{key} is {value!r}, expected {expected}.")


def _required(environ: Mapping[str, str], key: str, expected: str) -> str:
    value = environ.get(key, "")
    if not value:
        raise InvalidInput(f"{key} is not set, expected {expected}.")
    return value


def _folder(key: str, value: str) -> Path:
    path = Path(value)
    if path.exists() and not path.is_dir():
        raise bad_value(key, value, "a folder")
    return path


def _log_level(environ: Mapping[str, str]) -> str:
    value = (environ.get("GLASSWORK_LOG_LEVEL") or "info").lower()
    if value not in LOG_LEVELS:
        raise bad_value("GLASSWORK_LOG_LEVEL", value, f"one of {', '.join(LOG_LEVELS)}")
    return value
