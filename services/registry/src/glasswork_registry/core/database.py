"""The SQL index: one engine, short transactions, and migrations that run at start."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url

_MIGRATIONS: Final = Path(__file__).resolve().parent.parent / "migrations"
# Earlier versions can corrupt a database in WAL mode when two connections write and checkpoint.
_FIRST_SAFE_WAL: Final = (3, 51, 3)


class Database:
    """Connections to the SQL index.

    Args:
        url: SQLAlchemy's address of the database, SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        self._engine = _sqlite_engine(url) if make_url(url).get_backend_name() == "sqlite" else create_engine(url)
        self._readers = self._engine.execution_options(reading=True)
        self._writer = threading.Lock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that only reads; it waits for no writer of this process."""
        with self._readers.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction; it is committed at the end, or undone by an exception."""
        with self._writer, self._engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the tables to the newest form."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def set_aside_if_broken(path: Path) -> Path | None:
    """Move an SQLite file that fails its own check out of the way: the index is made anew from git.

    Returns:
        Where the broken file is now, or None where there was nothing wrong.
    """
    if not path.exists():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
                return None
    except sqlite3.DatabaseError:
        pass
    aside = path.with_name(f"{path.name}.broken-{int(time.time())}")
    for suffix in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path.rename(aside)


def sqlite_url(path: Path) -> str:
    """Return SQLAlchemy's address of an SQLite file."""
    return f"sqlite:///{path}"


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 5.0, "check_same_thread": False})
    journal = "WAL" if sqlite3.sqlite_version_info >= _FIRST_SAFE_WAL else "DELETE"

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: object) -> None:
        # sqlite3 must not open transactions of its own: the begin event below says which kind.
        connection.isolation_level = None
        for pragma in (f"journal_mode={journal}", "synchronous=FULL", "busy_timeout=5000", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another writes: writers say so before.
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
