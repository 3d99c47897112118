"""Settings of the registry: those of every service, and where data may come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from glasswork_servicekit.settings import ServiceSettings, bad_value, from_environment
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from glasswork_registry.core.registry import DEFAULT_LIMIT


@dataclass(frozen=True)
class RegistrySettings:
    """What the registry has to be told.

    Args:
        service: the settings that every service has.
        database_url: SQLAlchemy's address of the index; empty for an SQLite file in the data directory.
        data_roots: absolute folders below which a dataset may be imported by its path; none by default.
        dataset_limit: bytes that a dataset may have, default 2 GiB.
    """

    service: ServiceSettings
    database_url: str = ""
    data_roots: tuple[Path, ...] = ()
    dataset_limit: int = DEFAULT_LIMIT


def read_settings(environ: Mapping[str, str] = os.environ) -> RegistrySettings:
    """Read the registry's settings from the environment.

    Raises:
        InvalidInput: a variable is missing or bad; the message names it, its value and what was expected.
    """
    return RegistrySettings(
        service=from_environment("registry", environ),
        database_url=_database_url(environ),
        data_roots=_roots(environ),
        dataset_limit=_limit(environ),
    )


def _database_url(environ: Mapping[str, str]) -> str:
    """Return the address of the database, with the password from its own file where one is named."""
    value = environ.get("GLASSWORK_DATABASE_URL", "")
    if not value:
        return ""
    try:
        url = make_url(value)
    except ArgumentError:
        # The value is not repeated: it may hold a password.
        raise bad_value("GLASSWORK_DATABASE_URL", "…", "as in postgresql+psycopg://user@host/database") from None
    file = environ.get("GLASSWORK_DATABASE_PASSWORD_FILE", "")
    if file:
        try:
            url = url.set(password=Path(file).read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise bad_value("GLASSWORK_DATABASE_PASSWORD_FILE", file, f"a readable text file ({error})") from error
    return url.render_as_string(hide_password=False)


def _roots(environ: Mapping[str, str]) -> tuple[Path, ...]:
    value = environ.get("GLASSWORK_DATA_ROOTS", "")
    roots = tuple(Path(part) for part in value.split(os.pathsep) if part)
    if not all(root.is_absolute() for root in roots):
        raise bad_value("GLASSWORK_DATA_ROOTS", value, f"absolute folders, with {os.pathsep!r} between them")
    return roots


def _limit(environ: Mapping[str, str]) -> int:
    value = environ.get("GLASSWORK_MAX_DATASET_BYTES") or str(DEFAULT_LIMIT)
    if not value.isdecimal() or int(value) < 1:
        raise bad_value("GLASSWORK_MAX_DATASET_BYTES", value, "a number of bytes above 0")
    return int(value)
