"""A real PostgreSQL server for the tests: the one that the environment names, or one of their own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

VARIABLE = "GLASSWORK_TEST_POSTGRESQL_URL"
SQLITE = "sqlite"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
# For a test whose outcome depends on SQL, the database's types, texts or transactions. All others use SQLite.
on_both_databases = pytest.mark.parametrize("database_url", [SQLITE, POSTGRESQL], indirect=True)


@dataclass(frozen=True)
class Postgresql:
    """A server on which databases may be made."""

    url: URL

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of a new database, gone at the end."""
        name = f"glasswork_{uuid.uuid4().hex}"
        self._say(f'CREATE DATABASE "{name}"')
        try:
            yield self.url.set(database=name).render_as_string(hide_password=False)
        finally:
            self._say(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _say(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextlib.contextmanager
def running_postgresql(folder: Path) -> Iterator[Postgresql]:
    """Give the server that the environment names, or start one on a socket, without the network.

    Args:
        folder: where its data goes.
    """
    if named := os.environ.get(VARIABLE):
        yield Postgresql(make_url(named))
        return
    programs = _programs()
    if programs is None:
        pytest.skip(f"no PostgreSQL here: install its server, or name one in {VARIABLE}")
    # The path of a socket holds 108 bytes, and pytest's folders are longer.
    with tempfile.TemporaryDirectory(prefix="pg") as socket:
        data, user = folder / "data", _owner(folder, Path(socket))
        _run(user, str(programs / "initdb"), "-D", str(data), "-U", "glasswork", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{socket}' -c fsync=off -c max_connections=50"
        control = (str(programs / "pg_ctl"), "-D", str(data), "-w")
        _run(user, *control, "-l", str(folder / "log"), "-o", options, "start")
        try:
            url = URL.create("postgresql+psycopg", "glasswork", database="postgres", query={"host": socket})
            yield Postgresql(url)
        finally:
            # Where its folder was cleared away meanwhile, the server has ended by itself.
            with contextlib.suppress(subprocess.CalledProcessError):
                _run(user, *control, "-m", "immediate", "stop")


def _programs() -> Path | None:
    """Return the folder with the server's programs: Debian keeps them off the path."""
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "initdb").exists()), None)


def _owner(*folders: Path) -> str | None:
    """Return the user that the server has to run as: it refuses root, so that root gives the folders to another."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    for folder in folders:
        os.chown(folder, user.pw_uid, user.pw_gid)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and str(parent).startswith(tempfile.gettempdir() + "/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    return user.pw_name


def _run(user: str | None, *command: str) -> None:
    prefix = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups") if user else ()
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")
