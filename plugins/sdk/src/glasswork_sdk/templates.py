"""Rendering of component templates: Jinja in which every expression comes out as a Python literal."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

import jinja2

from glasswork_sdk.literals import python_literal

_REMEMBERED: Final = 20_000
MOST_CHARACTERS: Final = 1_000_000
"""Of the code of one component; the longest of the core plugin has a few thousand."""


class Templates:
    """The templates of all plugins; `plugin/name.j2` is the file `name.j2` in that plugin's folder.

    Every `{{ … }}` passes through `python_literal`, so that no value can become code; there is no way
    around it in a template. `glasswork/…` names the templates that the SDK shares.
    """

    def __init__(self, folders: Mapping[str, str]) -> None:
        """Take the template folder of each plugin, name to import package."""
        loaders = {name: loader for name, package in folders.items() if (loader := _loader(package))}
        self._texts: dict[Hashable, str] = {}
        self._environment = jinja2.Environment(  # noqa: S701 - Python is written here, not HTML; see finalize
            loader=jinja2.PrefixLoader({"glasswork": jinja2.PackageLoader("glasswork_sdk", "templates"), **loaders}),
            undefined=jinja2.StrictUndefined,
            finalize=_literal,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            cache_size=-1,
            auto_reload=False,
        )

    def remembered(self, key: Hashable, make: Callable[[], str]) -> str:
        """Return the text of a key, made on first use; what has not changed is not rendered again.

        Args:
            key: everything that the text depends on.
            make: renders it.
        """
        text = self._texts.get(key)
        if text is None:
            text = make()
            if len(self._texts) >= _REMEMBERED:
                self._texts.clear()
            self._texts[key] = text
        return text

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """Return the text of a template.

        Args:
            name: `plugin/file.j2`.
            values: what the template may use.

        Raises:
            jinja2.TemplateError: the template is missing, broken, or uses what it does not get.
            ValueError: it gives more text than code can have.
        """
        parts, size = [], 0
        for part in self._environment.get_template(name).generate(values):
            parts.append(part)
            size += len(part)
            if size > MOST_CHARACTERS:
                raise ValueError(f"a template gives at most {MOST_CHARACTERS:,} characters")
        return "".join(parts).strip("\n")


def _loader(package: str) -> jinja2.PackageLoader | None:
    """Return the loader of a package's templates; None where it has none, as a plugin that brings rules alone."""
    try:
        return jinja2.PackageLoader(package, "templates")
    except (ValueError, ImportError):
        return None


def _literal(value: Any) -> str:
    if isinstance(value, jinja2.Undefined):
        return str(value)  # raises, and names what is undefined
    return python_literal(value)
