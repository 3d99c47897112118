from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from glasswork_registry.core.large import object_path
from glasswork_registry.core.records import Draft, Version
from glasswork_registry.core.registry import Registry
from glasswork_sdk.document import Document
from glasswork_sdk.errors import Conflict, Exhausted, InvalidInput, NotFound

from services.registry.tests.postgresql import on_both_databases

MakeDocument = Callable[..., Document]
Save = Callable[..., Version]


@pytest.fixture(autouse=True)
def model(registry: Registry, document: MakeDocument) -> str:
    return registry.models.create("Wine", document(0)).slug


def test_a_version_gives_back_what_was_saved(registry: Registry, save: Save, document: MakeDocument) -> None:
    draft = Draft("wine", "first\n\nwith reasons", "Ada <ada>", document(1), "print(1)\n", metrics={"loss": 0.5})
    version = save(draft)
    read = registry.versions.get("wine", version.id)
    assert (read.version, read.document, read.script) == (version, document(1), "print(1)\n")
    assert (version.message, version.author, version.metrics) == ("first\n\nwith reasons", "Ada ada", {"loss": 0.5})


def test_the_working_copy_is_saved_where_no_document_comes(
    registry: Registry, save: Save, document: MakeDocument
) -> None:
    version = save(Draft("wine"))
    assert registry.versions.get("wine", version.id).document == document(0)
    assert registry.models.get("wine").base == version.id
    assert (version.message, version.author, version.metrics) == ("Saved", "Glasswork", None)


def test_a_version_of_another_document_leaves_the_base_alone(
    registry: Registry, save: Save, document: MakeDocument
) -> None:
    save(Draft("wine", document=document(1)))
    assert registry.models.working_copy("wine").base == ""


def test_weights_lie_where_git_lfs_looks_for_them(
    registry: Registry, save: Save, weights_bytes: Callable[[int], bytes], tmp_path: Path
) -> None:
    data = weights_bytes(1000)
    sha256 = hashlib.sha256(data).hexdigest()
    version = save(Draft("wine", script="print(1)\n", weights=sha256), data)
    folder = registry.layout.model("wine")
    assert version.weights == sha256
    assert object_path(folder.large_objects, sha256).read_bytes() == data
    subprocess.run(["git", "clone", "-q", str(folder.repository), str(tmp_path / "clone")], check=True)
    text = (tmp_path / "clone" / "weights.safetensors").read_text()
    assert text == f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(data)}\n"
    assert "filter=lfs" in (tmp_path / "clone" / ".gitattributes").read_text()


def test_a_clone_runs_its_script(registry: Registry, save: Save, tmp_path: Path) -> None:
    save(Draft("wine", script="import json; print(json.load(open('model.json'))['format'])\n"))
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(registry.layout.model("wine").repository), str(clone)], check=True)
    ran = subprocess.run(["python3", "model.py"], cwd=clone, check=True, capture_output=True, text=True)
    assert ran.stdout == "1\n"
    assert {path.name for path in clone.iterdir()} == {".git", ".gitattributes", "README.md", "model.json", "model.py"}


@on_both_databases
def test_the_second_save_on_the_same_base_is_a_conflict(registry: Registry, save: Save, document: MakeDocument) -> None:
    first = save(Draft("wine", expected_head=""))
    second = save(Draft("wine", document=document(1), expected_head=first.id))
    with pytest.raises(Conflict, match="somebody else saved first") as caught:
        save(Draft("wine", document=document(2), expected_head=first.id))
    assert caught.value.metadata == {"head": second.id}
    assert [version.id for version in registry.versions.list("wine", 0, "").items] == [second.id, first.id]


@on_both_databases
def test_of_many_savers_on_one_base_exactly_one_wins(registry: Registry, save: Save, document: MakeDocument) -> None:
    base = save(Draft("wine")).id
    outcomes: list[str] = []

    def attempt(number: int) -> None:
        try:
            outcomes.append(save(Draft("wine", document=document(number), expected_head=base)).id)
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("conflict") == 5
    assert len(registry.versions.list("wine", 0, "").items) == 2


@on_both_databases
def test_a_repeated_key_makes_one_version(registry: Registry, save: Save, document: MakeDocument) -> None:
    draft = Draft("wine", "once", document=document(1), key="k1")
    first, again = save(draft), save(draft)
    assert first == again
    assert registry.reindex().versions == 1
    assert save(draft) == first


def test_a_key_used_for_other_content_is_refused(save: Save, document: MakeDocument) -> None:
    save(Draft("wine", document=document(1), key="k1"))
    with pytest.raises(InvalidInput, match="used before") as caught:
        save(Draft("wine", document=document(2), key="k1"))
    assert caught.value.fields[0].field == "idempotency_key"


@on_both_databases
@pytest.mark.parametrize(
    "text", ["Op-Id: " + "a" * 32 + "-" + "b" * 16 + "\nSchema: 1", "a\u200db", "é\r\nü\t", "\n\nx\n\n", "--all"]
)
def test_hostile_messages_and_authors_come_back_the_same_from_git(registry: Registry, save: Save, text: str) -> None:
    save(Draft("wine", message=text, author=text))
    save(Draft("wine", message="next", author="-.,<>'\" x \\;"))
    before = registry.versions.list("wine", 0, "").items
    registry.reindex()
    assert registry.versions.list("wine", 0, "").items == before


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft("wine", message="x" * 20_000), "message"),
        (Draft("wine", message="a\0b"), "message"),
        (Draft("wine", author="x" * 300), "author"),
        (Draft("wine", author="a\x1bb"), "author"),
        (Draft("wine", key="x" * 300), "idempotency_key"),
        (Draft("wine", weights="0" * 64), "weights_sha256"),
    ],
)
def test_a_bad_field_is_named(save: Save, draft: Draft, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        save(draft)
    assert caught.value.fields[0].field == field


def test_weights_of_another_format_are_refused(save: Save) -> None:
    data = b"\x80\x04pickle"
    with pytest.raises(InvalidInput, match="safetensors"):
        save(Draft("wine", weights=hashlib.sha256(data).hexdigest()), data)


@on_both_databases
def test_metrics_that_are_not_finite_become_their_names(registry: Registry, save: Save) -> None:
    version = save(Draft("wine", metrics={"loss": float("nan"), "best": [float("inf")]}))
    assert version.metrics == {"loss": "NaN", "best": ["Infinity"]}


@on_both_databases
@pytest.mark.parametrize("version", ["", "HEAD", "main", "--help", "0" * 40, "abc", "../x", "f" * 41])
def test_an_unknown_version_is_not_found(registry: Registry, save: Save, version: str) -> None:
    save(Draft("wine"))
    with pytest.raises(NotFound, match="has no version"):
        registry.versions.get("wine", version)


@on_both_databases
def test_a_beginning_of_the_commit_is_enough(registry: Registry, save: Save) -> None:
    version = save(Draft("wine"))
    assert registry.versions.get("wine", version.id[:8]).version == version


def test_restoring_brings_the_document_back_on_top_of_the_last_version(
    registry: Registry, save: Save, document: MakeDocument
) -> None:
    first = save(Draft("wine"))
    second = save(Draft("wine", document=document(5)))
    registry.models.put_working_copy("wine", document(9), "")
    copy = registry.versions.restore("wine", first.id, registry.models.get("wine").etag)
    assert (copy.document, copy.base) == (document(0), second.id)
    with pytest.raises(Conflict):
        registry.versions.restore("wine", second.id, "0" * 64)


@on_both_databases
def test_pages_of_versions_hold_each_once(registry: Registry, save: Save, document: MakeDocument) -> None:
    saved = [save(Draft("wine", document=document(number))).id for number in range(5)]
    first = registry.versions.list("wine", 3, "")
    second = registry.versions.list("wine", 3, first.next_token)
    assert [version.id for version in [*first.items, *second.items]] == saved[::-1]
    assert [version.parents for version in second.items] == [(saved[0],), ()]


def test_a_failed_save_leaves_nothing_behind(registry: Registry, save: Save) -> None:
    (registry.layout.model("wine").repository / "objects").chmod(0o700)
    (registry.layout.model("wine").repository / "refs/heads/main.lock").touch()
    with pytest.raises(Exception, match="could not be moved"):
        save(Draft("wine"))
    (registry.layout.model("wine").repository / "refs/heads/main.lock").unlink()
    assert registry.versions.list("wine", 0, "").items == []
    assert save(Draft("wine")).position == 1


def test_a_stream_over_the_limit_is_stopped_while_it_comes(registry: Registry) -> None:
    with registry.datasets.stage() as staged:
        staged._limit = 10
        with pytest.raises(Exhausted, match="more than 10 bytes"):
            staged.write(b"x" * 11)
    assert list(registry.layout.staging.iterdir()) == []


@on_both_databases
def test_a_commit_pushed_by_other_tools_is_listed(registry: Registry, save: Save, tmp_path: Path) -> None:
    save(Draft("wine", metrics={"loss": 1}))
    repository = str(registry.layout.model("wine").repository)
    identity = ["-c", "user.name=Bob", "-c", "user.email=bob@example.org"]
    subprocess.run(["git", "clone", "-q", repository, "w"], cwd=tmp_path, check=True)
    subprocess.run(["git", *identity, "commit", "-q", "--allow-empty", "-m", "by hand"], cwd=tmp_path / "w", check=True)
    subprocess.run(["git", "push", "-q", "origin", "HEAD:main"], cwd=tmp_path / "w", check=True)
    listed = registry.versions.list("wine", 0, "").items
    assert [(version.message, version.author, version.position) for version in listed] == [
        ("by hand", "Bob", 2),
        ("Saved", "Glasswork", 1),
    ]
