"""Code both ways: an edit that settings can express moves them, any other is kept as custom code."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final, get_args

from glasswork_sdk.analysis import Node
from glasswork_sdk.document import CustomCode, Document
from glasswork_sdk.errors import InvalidSettings, PluginFailed
from glasswork_sdk.settings import Settings

from glasswork_codegen.core.custom import UNREADABLE
from glasswork_codegen.core.render import Renderer

MAX_CHANGES: Final = 16


@dataclass(frozen=True)
class CodeEdit:
    """What became of an edit.

    Args:
        document: the document after it.
        settings: the settings that it moved, with their new values.
        custom: whether the text is kept as custom code.
    """

    document: Document
    settings: Mapping[str, Any] = field(default_factory=dict)
    custom: bool = False


def apply_edit(document: Document, node: Node, renderer: Renderer, text: str, *, resolved: bool = False) -> CodeEdit:
    """Take in the text that a user made of a component's code.

    Nothing that was typed is lost: the settings are moved only where rendering them again gives exactly the text.

    Args:
        document: the document.
        node: the component, of a type that is installed and with valid settings.
        renderer: renders the document's components.
        text: the whole code of the component as edited.
        resolved: whether it was written with the present template in view, so that the next merge begins there.
    """
    text = _normal(text)
    template = renderer.rendered(node)
    if text == template:
        return CodeEdit(_with(document, node.id, code=None))
    moved = _moved_settings(node, renderer, template, text)
    if moved is not None:
        settings = {**node.component.settings, **moved}
        return CodeEdit(_with(document, node.id, code=None, settings=settings), moved)
    kept = node.component.code
    base = kept.base if kept is not None and kept.base and not resolved else template
    return CodeEdit(_with(document, node.id, code=CustomCode(text=text, base=base)), custom=True)


def _normal(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.expandtabs(4).strip("\n").split("\n"))


def _with(document: Document, component: str, **changes: Any) -> Document:
    changed = document.components[component].model_copy(update=changes)
    return document.model_copy(update={"components": {**document.components, component: changed}})


def _moved_settings(node: Node, renderer: Renderer, template: str, text: str) -> dict[str, Any] | None:
    """Return the settings that give exactly the text, or None where none do."""
    try:
        before, after = ast.parse(template), ast.parse(text)
    except UNREADABLE:
        return None
    changes = list(_literal_changes(before, after))
    moved: dict[str, Any] = {}
    if None not in changes and 0 < len(changes) <= MAX_CHANGES:
        for change in changes:
            found = change and _setting_for(node, renderer, template, moved, change[0], change[1])
            if not found:
                return None
            moved.update(found)
        return moved if _renders(node, renderer, moved) == text else None
    return _other_choice(node, renderer, text)


def _literal_changes(before: ast.AST, after: ast.AST) -> Iterator[tuple[Any, Any] | None]:
    """Yield old and new value of each literal that differs, and None for any other difference."""
    old, new = _value(before), _value(after)
    if old is not _NO_LITERAL and new is not _NO_LITERAL:
        if repr(old) != repr(new):
            yield old, new
        return
    if type(before) is not type(after):
        yield None
        return
    for name in before._fields:
        yield from _field_changes(getattr(before, name, None), getattr(after, name, None))


def _field_changes(left: Any, right: Any) -> Iterator[tuple[Any, Any] | None]:
    if isinstance(left, ast.AST) and isinstance(right, ast.AST):
        yield from _literal_changes(left, right)
    elif isinstance(left, list) and isinstance(right, list):
        for a, b in zip_longest(left, right):
            yield from _field_changes(a, b)
    elif left != right:
        yield None


_NO_LITERAL: Final = object()


def _value(node: ast.AST) -> Any:
    if not isinstance(node, ast.expr):
        return _NO_LITERAL
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _NO_LITERAL


def _setting_for(
    node: Node, renderer: Renderer, template: str, moved: Mapping[str, Any], old: Any, new: Any
) -> dict[str, Any] | None:
    """Return the setting that writes the literal `old`, with the value `new`."""
    for name in _settings(node):
        current = getattr(node.settings, name)
        if name not in moved and repr(current) == repr(old):
            value = list(new) if isinstance(new, tuple) else new
            text = _renders(node, renderer, {name: value})
            if text is not None and text != template:
                return {name: value}
    return None


def _other_choice(node: Node, renderer: Renderer, text: str) -> dict[str, Any] | None:
    """Return a switch or a choice whose other value gives exactly the text (Conv2D made Conv1D, max made average)."""
    for name, info in _settings(node).items():
        current = getattr(node.settings, name)
        for choice in get_args(info.annotation) if not isinstance(current, bool) else (True, False):
            plain = isinstance(choice, str | int)
            if plain and choice != current and _renders(node, renderer, {name: choice}) == text:
                return {name: choice}
    return None


def _settings(node: Node) -> Mapping[str, Any]:
    return {} if node.settings is None else type(node.settings).model_fields


def _renders(node: Node, renderer: Renderer, changes: Mapping[str, Any]) -> str | None:
    if node.type is None or node.settings is None:
        return None
    try:
        settings: Settings = node.type.settings_of({**node.component.values, **changes})
        return renderer.rendered(node, settings)
    except (InvalidSettings, PluginFailed):
        return None
