"""Custom code as text: parsed, never run; what it defines, what it asks for, and what is wrong with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from glasswork_sdk.diagnostics import Diagnostic, error

VARIABLES: Final = "X"
"""The parameter of `call` that gets the variables of the components before it."""


@dataclass(frozen=True)
class CustomLayer:
    """What custom code of a layer says about itself.

    Args:
        class_name: the class that is the layer, the last one; empty for an expression.
        names: names that the code defines at its top, with the line of each.
        declares: whether `call` has the parameter `X`.
        undeclared: line on which `X` is used without being declared; 0 for none.
    """

    class_name: str
    names: dict[str, int]
    declares: bool
    undeclared: int


UNREADABLE: Final = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python's parser raises: no Python, characters that no code has, or too deep or too large for it."""


def parse(text: str) -> ast.Module:
    """Return the syntax tree of custom code.

    Raises:
        SyntaxError: it is no valid Python; a keyword that a call is given twice, which Python's compiler would be the
            first to see, counts too: keeping both sides of a conflict makes one easily.
        ValueError, RecursionError, MemoryError: it has characters, or is as deep or large, as no code is.
    """
    tree = ast.parse(text)
    for call in ast.walk(tree):
        seen = set[str]()
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg in seen:
                place = ("", keyword.lineno, keyword.col_offset + 1, None)
                raise SyntaxError(f"keyword argument repeated: {keyword.arg}", place)
            if keyword.arg is not None:
                seen.add(keyword.arg)
    return tree


def inspect_layer(text: str) -> CustomLayer:
    """Return what the code of a layer says about itself; it must be valid Python."""
    tree = ast.parse(text)
    classes = [item for item in tree.body if isinstance(item, ast.ClassDef)]
    calls = [part for part in classes[-1].body if _is_call(part)] if classes else []
    declares = any(VARIABLES in _parameters(call) for call in calls)
    names = dict(_defined(tree))
    used = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == VARIABLES and isinstance(node.ctx, ast.Load)
    ]
    bound = declares or VARIABLES in names or _binds(tree)
    return CustomLayer(classes[-1].name if classes else "", names, declares, min(used, default=0) if not bound else 0)


def missing_functions(text: str, wanted: tuple[str, ...]) -> list[str]:
    """Return those of the wanted functions that the code does not define at its top."""
    names = {name for name, _ in _defined(ast.parse(text))}
    return [name for name in wanted if name not in names]


def clashes(
    defined: Mapping[str, Mapping[str, int]], reserved: frozenset[str], labels: Mapping[str, str]
) -> list[Diagnostic]:
    """Return what is wrong where two components define one name, or custom code hides a name of the file.

    Args:
        defined: names at the top of each component's code, with their lines.
        reserved: names of the file that nobody may define.
        labels: how messages name each component.
    """
    owners: dict[str, str] = {}
    found = []
    for component, names in defined.items():
        for name, line in names.items():
            other = labels[owners[name]] if name in owners else "the generated file" if name in reserved else ""
            owners.setdefault(name, component)
            if other:
                message = (
                    f"{labels[component]} defines '{name}' in line {line}, and so does {other}. Choose another name."
                )
                found.append(error("name-clash", message, component=component, line=line))
    return found


def _defined(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for item in tree.body:
        if isinstance(item, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield item.name, item.lineno
        elif isinstance(item, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = item.targets if isinstance(item, ast.Assign) else [item.target]
            for node in (node for target in targets for node in ast.walk(target)):
                if isinstance(node, ast.Name):
                    yield node.id, item.lineno


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "call"


def _parameters(node: ast.stmt) -> set[str]:
    if not isinstance(node, ast.FunctionDef):
        return set()
    arguments = node.args
    return {item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _binds(tree: ast.Module) -> bool:
    """Whether some function has a parameter X or assigns it, so that a use of X means that."""
    return any(
        (isinstance(node, ast.arg) and node.arg == VARIABLES)
        or (isinstance(node, ast.Name) and node.id == VARIABLES and isinstance(node.ctx, ast.Store))
        for node in ast.walk(tree)
    )
