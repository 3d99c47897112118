"""What only a database server can do: be started on by two registries, be stopped, be another than SQLite."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from glasswork_registry.core.database import Database
from glasswork_registry.core.registry import open_registry
from glasswork_sdk.errors import InvalidInput, Unavailable
from sqlalchemy import inspect, text

from services.registry.tests.postgresql import Postgresql

pytestmark = pytest.mark.postgresql


def test_migrations_run_once_where_registries_start_together(postgresql: Postgresql) -> None:
    with postgresql.database() as url:
        databases = [Database(url) for _ in range(4)]
        failures: list[Exception] = []

        def migrate(database: Database) -> None:
            try:
                database.migrate()
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=migrate, args=(database,)) for database in databases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        with databases[0].reading() as connection:
            assert "versions" in inspect(connection).get_table_names()
        for database in databases:
            database.close()


def test_a_database_that_was_started_anew_is_used_again(postgresql: Postgresql, tmp_path: Path) -> None:
    with postgresql.database() as url:
        registry = open_registry(tmp_path, database_url=url)
        registry.models.create("Wine")
        other = Database(url)
        with other.writing() as connection:
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
            connection.execute(text(end + "current_database()"))
        other.close()
        assert registry.models.get("wine").name == "Wine"
        registry.close()


def test_a_database_that_is_not_there_is_said_to_be_so(postgresql: Postgresql, tmp_path: Path) -> None:
    url = postgresql.url.set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(Unavailable, match="does not answer"):
        open_registry(tmp_path, database_url=url)


def test_a_lost_database_is_filled_from_git(postgresql: Postgresql, tmp_path: Path) -> None:
    with postgresql.database() as first:
        registry = open_registry(tmp_path, database_url=first)
        registry.models.create("Wine")
        registry.importer.take_example("wine")
        registry.close()
    with postgresql.database() as second:
        registry = open_registry(tmp_path, database_url=second)
        assert registry.models.get("wine").name == "Wine"
        assert registry.datasets.get("wine").targets == ("cultivar",)
        registry.close()


def test_a_name_with_a_nul_is_refused_as_bad_input(postgresql: Postgresql, tmp_path: Path) -> None:
    with postgresql.database() as url:
        registry = open_registry(tmp_path, database_url=url)
        with pytest.raises(InvalidInput):
            registry.models.create("Wi\x00ne")
        registry.close()
