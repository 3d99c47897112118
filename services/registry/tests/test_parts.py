"""Small parts: pointers, commit texts, tokens, settings, the shipped examples' script."""

from __future__ import annotations

from pathlib import Path

import pytest
from glasswork_registry.core.commits import clean_author, clean_message, compose, decompose
from glasswork_registry.core.database import Database, sqlite_url
from glasswork_registry.core.large import parse_pointer, pointer
from glasswork_registry.core.tables import METADATA
from glasswork_registry.settings import read_settings
from glasswork_sdk.errors import InvalidInput
from glasswork_servicekit.paging import decode_token, encode_token, page_size
from sqlalchemy import inspect

OID = "ab" * 32


def test_a_pointer_comes_back() -> None:
    assert parse_pointer(pointer(OID, 7)) == (OID, 7)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        f"version https://git-lfs.github.com/spec/v1\nsize 7\noid sha256:{OID}\n".encode(),
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize -1\n".encode(),
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 07\n".encode(),
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 9999999999999\n".encode(),
        f"version https://git-lfs.github.com/spec/v1\noid sha256:../../{OID[:58]}\nsize 7\n".encode(),
        pointer(OID, 7) + b"ext-0 x\n",
    ],
)
def test_anything_but_an_exact_pointer_is_none(data: bytes) -> None:
    assert parse_pointer(data) is None


@pytest.mark.parametrize("message", ["Saved", "a\n\nb", "Schema: 1", "Op-Id: x"])
def test_a_message_comes_back_with_its_operation(message: str) -> None:
    operation = "0" * 32 + "-" + "1" * 16
    assert decompose(compose(message, operation).decode()) == (message, operation)


@pytest.mark.parametrize(
    ("given", "kept"), [("", "Glasswork"), ("<>", "Glasswork"), (" A  B\n", "A B"), ("Zoë", "Zoë")]
)
def test_an_author_is_kept_as_git_keeps_it(given: str, kept: str) -> None:
    assert clean_author(given) == kept


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\x7f", "\x85", "\ud800"])
def test_a_control_character_is_refused_and_never_dropped(letter: str) -> None:
    with pytest.raises(InvalidInput, match=rf"U\+{ord(letter):04X} at position 4"):
        clean_message(f"nul{letter}x")
    with pytest.raises(InvalidInput, match="The author has the control character"):
        clean_author(f"Zoë{letter}")


@pytest.mark.parametrize("message", ["a\n\tb", "👩\u200d👩\u200d👧", "\u202emirrored", "\u00a0wide"])
def test_every_other_letter_of_a_message_is_kept(message: str) -> None:
    assert clean_message(f"x{message}x") == f"x{message}x"


def test_a_token_belongs_to_its_list() -> None:
    token = encode_token("models", 5, "wine")
    assert decode_token("models", token, (int, str)) == [5, "wine"]
    with pytest.raises(InvalidInput, match="page token"):
        decode_token("versions", token, (int, str))


def test_a_page_has_a_sound_size() -> None:
    assert [page_size(size) for size in (0, 7, 5000)] == [50, 7, 1000]
    with pytest.raises(InvalidInput, match="received page_size -1"):
        page_size(-1)


def test_the_migrations_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "x.db"))
    database.migrate()
    with database.reading() as connection:
        found = inspect(connection)
        for table in METADATA.sorted_tables:
            assert {column["name"] for column in found.get_columns(table.name)} == set(table.c.keys())
            assert {item["name"] for item in found.get_indexes(table.name)} >= {item.name for item in table.indexes}
    database.close()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("s" * 32)
    secret.chmod(0o600)
    return {
        "GLASSWORK_REGISTRY_ADDRESS": f"unix:{tmp_path}/r.sock",
        "GLASSWORK_SECRET_FILE": str(secret),
        "GLASSWORK_DATA_DIR": str(tmp_path),
    }


def test_settings_are_read_from_the_environment(environ: dict[str, str]) -> None:
    settings = read_settings({**environ, "GLASSWORK_DATA_ROOTS": "/a:/b", "GLASSWORK_MAX_DATASET_BYTES": "5"})
    assert (settings.data_roots, settings.dataset_limit) == ((Path("/a"), Path("/b")), 5)
    assert read_settings(environ).data_roots == ()


def test_the_password_of_the_database_may_stand_in_a_file(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/word\n")
    address = {"GLASSWORK_DATABASE_URL": "postgresql+psycopg://me@db/glasswork"}
    settings = read_settings({**environ, **address, "GLASSWORK_DATABASE_PASSWORD_FILE": str(tmp_path / "password")})
    assert settings.database_url == "postgresql+psycopg://me:p%40ss%2Fword@db/glasswork"
    with pytest.raises(InvalidInput, match=r"GLASSWORK_DATABASE_PASSWORD_FILE is .*nothing"):
        read_settings({**environ, **address, "GLASSWORK_DATABASE_PASSWORD_FILE": str(tmp_path / "nothing")})


def test_a_bad_address_of_the_database_is_not_repeated(environ: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="GLASSWORK_DATABASE_URL") as caught:
        read_settings({**environ, "GLASSWORK_DATABASE_URL": "my secret"})
    assert "my secret" not in caught.value.message


@pytest.mark.parametrize(("key", "value"), [("GLASSWORK_DATA_ROOTS", "a:/b"), ("GLASSWORK_MAX_DATASET_BYTES", "-1")])
def test_a_bad_setting_is_named_with_its_value(environ: dict[str, str], key: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=f"{key} is '{value}'"):
        read_settings({**environ, key: value})
