"""A register for one kind of thing that plugins bring; two of one name are refused with both owners named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from glasswork_sdk.boundary import Ledger

T = TypeVar("T")


@dataclass
class Register(Generic[T]):
    """All things of one kind by their key.

    Args:
        hook: the hook by which plugins bring them.
        noun: how messages call one of them.
        accept: returns key and entry of what a plugin named first brought; raises TypeError or ValueError for what is
            none of that kind.
        key: how messages call the key.
        entries: what is there already.
        owners: the plugin that brought each; those that are there already belong to Glasswork.
    """

    hook: str
    noun: str
    accept: Callable[[str, Any, Ledger], tuple[str, T]]
    key: str = "name"
    entries: dict[str, T] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def brought(self, plugin: str, module: Any, ledger: Ledger) -> dict[str, T]:
        """Return what a plugin brings of this kind, without taking it.

        Args:
            plugin: name of the plugin.
            module: its module.
            ledger: where calls of what it brings are recorded.

        Raises:
            TypeError: the hook returns something else.
            ValueError: two have one key.
        """
        function = getattr(module, self.hook, None)
        if function is None:
            return {}
        items = function()
        if isinstance(items, str) or not isinstance(items, Iterable):
            raise TypeError(f"{self.hook} returns the plugin's {self.noun}s as a list, received {items!r:.80}")
        found: dict[str, T] = {}
        for item in items:
            key, entry = self.accept(plugin, item, ledger)
            if key in found or key in self.entries:
                owner = plugin if key in found else self.owners.get(key, "glasswork")
                raise ValueError(
                    f"two {self.noun}s have the {self.key} '{key}': one of the plugin '{owner}' and one of the plugin "
                    f"'{plugin}'. Choose another {self.key}"
                )
            found[key] = entry
        return found

    def take(self, plugin: str, found: Mapping[str, T]) -> None:
        """Take what a plugin brings."""
        self.entries.update(found)
        self.owners.update(dict.fromkeys(found, plugin))
