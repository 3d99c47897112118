from __future__ import annotations

from glasswork_executor.worker.cache import Cache


def test_what_was_not_used_for_longest_is_forgotten() -> None:
    cache: Cache[str] = Cache(100)
    cache.put("a", "A", 40)
    cache.put("b", "B", 40)
    assert cache.get("a") == "A"
    cache.put("c", "C", 40)

    assert [cache.get(key) for key in "abc"] == ["A", None, "C"]


def test_the_newest_is_kept_whatever_its_size() -> None:
    cache: Cache[str] = Cache(100)
    cache.put("a", "A", 10)
    cache.put("b", "B", 1000)

    assert (cache.get("a"), cache.get("b")) == (None, "B")


def test_a_key_that_is_put_again_counts_once() -> None:
    cache: Cache[str] = Cache(100)
    for _ in range(5):
        cache.put("a", "A", 90)
    cache.put("b", "B", 10)

    assert len(cache) == 2
