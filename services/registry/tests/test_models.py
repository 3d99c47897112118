from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from glasswork_registry.core.registry import Registry
from glasswork_sdk.document import Document
from glasswork_sdk.errors import Conflict, InvalidDocument, InvalidInput, NotFound
from glasswork_servicekit.paging import encode_token

from services.registry.tests.postgresql import on_both_databases

MakeDocument = Callable[..., Document]


@on_both_databases
def test_a_new_model_has_a_slug_of_its_name(registry: Registry) -> None:
    model = registry.models.create("Ziffern: größer & schöner!")
    assert model.slug == "ziffern-groer-schoner"
    assert model.base == ""
    assert registry.models.get(model.slug) == model


@on_both_databases
def test_equal_names_get_numbered_slugs(registry: Registry) -> None:
    slugs = [registry.models.create(name).slug for name in ("Wine", "wine!", "WINE")]
    assert slugs == ["wine", "wine-2", "wine-3"]


@on_both_databases
@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\nb", "nul\0"])
def test_a_bad_name_is_refused_with_its_field(registry: Registry, name: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 200 printable") as caught:
        registry.models.create(name)
    assert caught.value.fields[0].field == "name"


def test_a_name_without_ascii_letters_still_gets_a_slug(registry: Registry) -> None:
    assert registry.models.create("数字").slug == "model"


@on_both_databases
@pytest.mark.parametrize("slug", ["../x", "", ".", "..", "a/b", "/etc", "A", "a\0b", "-a", "a" * 64, "missing"])
def test_a_hostile_or_unknown_slug_is_not_found(registry: Registry, slug: str) -> None:
    for ask in (registry.models.get, registry.models.working_copy, registry.models.delete):
        with pytest.raises(NotFound, match="There is no model"):
            ask(slug)


@on_both_databases
def test_renaming_keeps_the_slug(registry: Registry) -> None:
    model = registry.models.create("First")
    renamed = registry.models.rename(model.slug, "Second")
    assert (renamed.slug, renamed.name, renamed.created) == ("first", "Second", model.created)
    assert registry.models.list(0, "").items == [renamed]


@on_both_databases
def test_a_deleted_model_is_in_the_trash_and_its_slug_is_not_given_away(registry: Registry) -> None:
    registry.models.create("Wine")
    registry.models.delete("wine")
    assert registry.models.list(0, "").items == []
    assert len(list(registry.layout.trash.glob("wine.*/repo.git"))) == 1
    assert registry.models.create("Wine").slug == "wine-2"


def test_a_copy_has_the_working_copy_and_a_history_of_its_own(registry: Registry, document: MakeDocument) -> None:
    registry.models.create("Wine", document(7))
    copy = registry.models.duplicate("wine", "")
    assert (copy.name, copy.slug) == ("Wine copy", "wine-copy")
    assert registry.models.working_copy(copy.slug).document == document(7)


@on_both_databases
def test_pages_hold_every_model_once_the_last_changed_first(registry: Registry, document: MakeDocument) -> None:
    for number in range(5):
        registry.models.create(f"m{number}")
    registry.models.put_working_copy("m1", document(1), "")
    first = registry.models.list(2, "")
    second = registry.models.list(2, first.next_token)
    third = registry.models.list(2, second.next_token)
    found = [model.slug for page in (first, second, third) for model in page.items]
    assert found == ["m1", "m4", "m3", "m2", "m0"]
    assert third.next_token == ""


# Of the right types, and no number that a database holds.
HUGE = encode_token("models", 2**70, "x")


@on_both_databases
@pytest.mark.parametrize("token", ["x", "bm8=", "WyJvdGhlciIsMV0=", "é", "W10=", HUGE])
def test_a_token_that_was_not_given_out_is_refused(registry: Registry, token: str) -> None:
    with pytest.raises(InvalidInput, match="page token"):
        registry.models.list(0, token)


def test_the_etag_is_the_hash_of_the_bytes_on_disk(registry: Registry, document: MakeDocument) -> None:
    registry.models.create("Wine")
    copy = registry.models.put_working_copy("wine", document(3), "")
    data = registry.layout.model("wine").document.read_bytes()
    assert copy.etag == hashlib.sha256(data).hexdigest() == registry.models.get("wine").etag


@on_both_databases
def test_a_lost_update_is_a_conflict_that_tells_the_present_etag(registry: Registry, document: MakeDocument) -> None:
    read = registry.models.create("Wine").etag
    written = registry.models.put_working_copy("wine", document(1), read)
    with pytest.raises(Conflict, match="changed by somebody else") as caught:
        registry.models.put_working_copy("wine", document(2), read)
    assert caught.value.metadata == {"etag": written.etag}
    assert registry.models.working_copy("wine").document == document(1)


def test_a_broken_working_copy_says_so(registry: Registry) -> None:
    registry.models.create("Wine")
    registry.layout.model("wine").document.write_bytes(b"{")
    with pytest.raises(InvalidDocument, match="no valid JSON"):
        registry.models.working_copy("wine")
