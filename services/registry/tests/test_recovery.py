"""Killed at any moment while saving: no version lost, none twice, and the index can always be made anew."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from glasswork_registry.core import index
from glasswork_registry.core.plumbing import NewCommit
from glasswork_registry.core.records import Draft, Version
from glasswork_registry.core.registry import Registry, open_registry
from glasswork_sdk.document import Document
from glasswork_sdk.errors import Unavailable
from sqlalchemy.exc import OperationalError

from services.registry.tests.postgresql import SQLITE, on_both_databases
from tests.volume import KILLS, SERVER_KILLS

DEADLINE = 120.0
LONGEST_DELAY = 0.08

# Imports once, then forks a saver for each line it reads: a kill takes 0.1 s instead of a second.
SAVER = """
import hashlib, os, sys
from pathlib import Path
from glasswork_registry.core.records import Draft
from glasswork_registry.core.registry import open_registry
from glasswork_sdk.document import Document

from services.registry.tests.postgresql import SQLITE, on_both_databases
from tests.volume import KILLS, SERVER_KILLS

root, acks = Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND)

def save_for_ever(cycle):
    os.setsid()
    registry = open_registry(root, database_url=os.environ["GLASSWORK_DATABASE_URL"])
    print("ready", os.getpid(), flush=True)
    for number in range(1000):
        key = f"{cycle}-{number}" if number or not cycle else f"{cycle - 1}-retry"
        document = Document.parse({"format": 1, "components": {"a": {"type": "core.dense", "settings": {"n": number}}},
                                   "dataset": None, "connections": []})
        body = key.encode()
        data = (2).to_bytes(8, "little") + b"{}" + body
        with registry.versions.stage_weights() as staged:
            staged.write(data)
            staged.finish()
            draft = Draft("wine", key, document=document, key=key, weights=staged.sha256)
            version = registry.versions.save(draft, staged)
        os.write(acks, f"{key} {version.id}\\n".encode())

for cycle, line in enumerate(sys.stdin):
    child = os.fork()
    if child == 0:
        try:
            save_for_ever(cycle)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@pytest.mark.parametrize(
    ("database_url", "kills"),
    [(SQLITE, KILLS), pytest.param("postgresql", SERVER_KILLS, marks=pytest.mark.postgresql)],
    indirect=["database_url"],
)
def test_random_kills_lose_no_version_and_make_none_twice(tmp_path: Path, database_url: str, kills: int) -> None:
    root, acks = tmp_path / "data", tmp_path / "acks"
    with_model = open_registry(root, database_url=database_url)
    with_model.models.create("Wine")
    with_model.close()
    acks.touch()
    chance = random.Random(4)
    with _spawner(root, acks, database_url) as spawner:
        for number in range(kills):
            # Every second one comes behind a whole save, however long that takes on a busy machine.
            _kill_once(spawner, acks if number % 2 else None, chance.uniform(0, LONGEST_DELAY))
    acknowledged = dict(line.split() for line in acks.read_text().splitlines())
    registry = open_registry(root, database_url=database_url)
    try:
        _expect_whole(registry, acknowledged)
    finally:
        registry.close()
    assert acknowledged, "no save was ever acknowledged: the test proves nothing"


def _expect_whole(registry: Registry, acknowledged: dict[str, str]) -> None:
    versions = _all_versions(registry)
    by_key = {version.message: version.id for version in versions}
    assert len(by_key) == len(versions), "a version was saved twice"
    assert {key: by_key.get(key) for key in acknowledged} == acknowledged
    assert registry.check() == []
    registry.reindex()
    assert _all_versions(registry) == versions


def _all_versions(registry: Registry) -> list[Version]:
    found: list[Version] = []
    token = "start"
    while token:
        page = registry.versions.list("wine", 1000, "" if token == "start" else token)
        found += page.items
        token = page.next_token
    return found


def _spawner(root: Path, acks: Path, database_url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SAVER, str(root), str(acks)]
    environment = {**os.environ, "GLASSWORK_DATABASE_URL": database_url}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    )


def _kill_once(spawner: subprocess.Popen[str], acks: Path | None, delay: float) -> None:
    assert spawner.stdin is not None
    assert spawner.stdout is not None
    before = acks.stat().st_size if acks else 0
    spawner.stdin.write("go\n")
    word, pid = spawner.stdout.readline().split()
    assert word == "ready"
    deadline = time.monotonic() + DEADLINE
    while acks is not None and acks.stat().st_size == before:
        assert time.monotonic() < deadline, "nothing is saved any more"
        time.sleep(0.005)
    time.sleep(delay)  # nothing is waited for: this is the random moment of the kill
    os.killpg(int(pid), signal.SIGKILL)
    assert spawner.stdout.readline() == "gone\n"


@on_both_databases
def test_a_save_killed_behind_its_commit_point_is_finished(
    tmp_path: Path, document: Callable[..., Document], database_url: str
) -> None:
    registry = open_registry(tmp_path, database_url=database_url)
    registry.models.create("Wine", document(1))
    folder = registry.layout.model("wine")
    git = registry.models.git(folder)
    with registry.database.writing() as connection:
        index.put_intent(connection, "a" * 32 + "-" + "b" * 16, "wine", "", "", 0)
    files = {"model.json": folder.document.read_bytes()}
    commit = git.write_commit(NewCommit(files, (), b"by a killed registry\n", "Ada", 1_700_000_000))
    git.advance(commit, "")
    registry.close()
    reopened = open_registry(tmp_path, database_url=database_url)
    assert [version.id for version in reopened.versions.list("wine", 0, "").items] == [commit]
    assert reopened.models.get("wine").base == commit
    reopened.close()


def test_stale_locks_and_half_written_files_are_removed(tmp_path: Path) -> None:
    registry = open_registry(tmp_path)
    folder = registry.models.layout.model(registry.models.create("Wine").slug)
    registry.close()
    stale = [
        folder.repository / "refs/heads/main.lock",
        folder.repository / "HEAD.lock",
        folder.document.with_name(".model.json.x.tmp"),
        registry.layout.staging / "half",
    ]
    for path in stale:
        path.write_text("x")
    reopened = open_registry(tmp_path)
    assert not any(path.exists() for path in stale)
    assert reopened.versions.save(Draft("wine")).position == 1
    reopened.close()


@on_both_databases
def test_a_second_registry_on_the_same_directory_is_refused_by_pid(registry: Registry) -> None:
    with pytest.raises(Unavailable, match=rf"process {os.getpid()}\)"):
        open_registry(registry.layout.root, wait=0.1)


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 1000])
def test_a_lost_or_broken_index_is_made_anew(tmp_path: Path, document: Callable[..., Document], damage: bytes) -> None:
    registry = open_registry(tmp_path)
    registry.models.create("Wine", document(1))
    registry.importer.take_example("wine")
    saved: list[Version] = [registry.versions.save(Draft("wine", document=document(n))) for n in range(3)]
    registry.close()
    registry.layout.database.write_bytes(damage) if damage else registry.layout.database.unlink()
    reopened = open_registry(tmp_path)
    assert reopened.versions.list("wine", 0, "").items == saved[::-1]
    assert reopened.datasets.get("wine").targets == ("cultivar",)
    assert bool(list(tmp_path.glob("registry.db.broken-*"))) == bool(damage)
    reopened.close()


@on_both_databases
def test_a_version_whose_index_was_lost_with_the_database_is_found_by_a_second_try(
    registry: Registry, document: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.models.create("Wine", document(1))

    def fail(*_: object) -> None:
        raise OperationalError("INSERT", None, Exception("server closed the connection\nunexpectedly"))

    with monkeypatch.context() as patch:
        patch.setattr(index, "add_versions", fail)
        with pytest.raises(Unavailable, match=r"does not answer \(server closed the connection\)"):
            registry.versions.save(Draft("wine", "first", key="once"))
    again = registry.versions.save(Draft("wine", "first", key="once"))
    assert [version.id for version in registry.versions.list("wine", 0, "").items] == [again.id]


@on_both_databases
def test_reindex_gives_the_same_rows(registry: Registry, document: Callable[..., Document]) -> None:
    for name in ("A", "B"):
        registry.models.create(name, document(1))
    registry.models.rename("a", "Renamed")
    registry.models.put_working_copy("b", document(2), "")
    for number in range(4):
        registry.versions.save(Draft("a", f"v{number}", "Zoë", document(number), metrics={"loss": number}))
    registry.importer.take_example("diabetes")
    before = _rows(registry)
    counts = registry.reindex()
    assert _rows(registry) == before
    assert (counts.models, counts.versions, counts.datasets) == (2, 4, 1)


def _rows(registry: Registry) -> list[object]:
    versions = [registry.versions.list(slug, 0, "").items for slug in ("a", "b")]
    return [registry.models.list(0, "").items, *versions, registry.datasets.list(0, "").items]
