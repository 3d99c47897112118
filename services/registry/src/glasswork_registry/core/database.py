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
from glasswork_sdk.errors import Unavailable
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

_MIGRATIONS: Final = Path(__file__).resolve().parent.parent / "migrations"
# Earlier versions can corrupt a database in WAL mode when two connections write and checkpoint.
_FIRST_SAFE_WAL: Final = (3, 51, 3)
# Names the migrations of Glasswork among the advisory locks of a PostgreSQL database: the bytes of "glasswrk".
_MIGRATION_LOCK: Final = int.from_bytes(b"glasswrk", "big", signed=True)
_CONNECT_SECONDS: Final = 5


class Database:
    """Connections to the SQL index.

    Args:
        url: SQLAlchemy's address of the database, SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        self._shared = make_url(url).get_backend_name() != "sqlite"
        self._engine = _server_engine(url) if self._shared else _sqlite_engine(url)
        self._readers = self._engine.execution_options(reading=True)
        self._writer = threading.Lock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that only reads; it waits for no writer of this process.

        Raises:
            Unavailable: the database does not answer.
        """
        with _answering(), self._readers.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction; it is committed at the end, or undone by an exception.

        Raises:
            Unavailable: the database does not answer, or another process keeps it locked.
        """
        with _answering(), self._writer, self._engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the tables to the newest form, once, also where two registries start on one database together.

        Raises:
            Unavailable: the database does not answer.
        """
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with self.writing() as connection:
            if self._shared:
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
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


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Say that the database does not answer, where that is so; git and the files are whole all the same."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise Unavailable(f"The database of the registry does not answer ({reason}). Try again in a moment.") from error


def _server_engine(url: str) -> Engine:
    # A connection is tried before it is used: the database may have been started anew since.
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_SECONDS})


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
