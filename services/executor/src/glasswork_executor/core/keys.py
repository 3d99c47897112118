"""Content keys: what a component's result depends on, and nothing else.

A component's layer depends on its code, on the parts of the script's start that the code uses, and on the layers
before it; its value depends on the rows as well. So an edit of a training component's batch size, which the script's
start holds as a constant, changes no layer's key.
"""

from __future__ import annotations

import ast
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from glasswork_executor.core.program import DATA, Component, Job

# A data component's function is given a table and rows by these.
READERS = frozenset({"read_table", "split_rows"})
REMEMBERED_TEXTS = 8192


@dataclass(frozen=True)
class Key:
    """What identifies a component's result.

    Args:
        own: hash of the component's own code and of what it uses.
        inputs: hash of what is connected.
        layer: hash of both: what its output depends on but for the rows.
        value: hash of the layer and of the rows.
    """

    own: str
    inputs: str
    layer: str
    value: str

    @property
    def seed(self) -> int:
        """Seed of the random numbers of this component, from its own code alone; below 2^31."""
        return seed_of(self.own)


def seed_of(digest: str) -> int:
    """Return the seed that belongs to a hash."""
    return int(digest[:8], 16) & 0x7FFFFFFF


def digest_of(*parts: object) -> str:
    """Return a hash of the parts, in which their borders count."""
    state = hashlib.sha256()
    for part in parts:
        data = str(part).encode(errors="surrogatepass")
        state.update(len(data).to_bytes(8, "big") + data)
    return state.hexdigest()


@dataclass(frozen=True)
class _Context:
    """What all components of a job have in common."""

    prelude: Prelude
    sample: str
    dataset: str


@dataclass(frozen=True)
class _Entry:
    """The key of a component, and what it was made from."""

    component: Component
    upstream: frozenset[str]
    key: Key


class Keys:
    """Computes the keys of jobs; remembers those of the job before, which rarely change from edit to edit."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._context: _Context | None = None
        self._prelude: tuple[str, Prelude] | None = None
        self._before: dict[str, _Entry] = {}

    def of(self, job: Job) -> dict[str, Key]:
        """Return the key of every component of `job`, by id.

        Args:
            job: the program, in topological order, with its sample.
        """
        context = _Context(self.prelude(job.program.prelude), digest_of(job.dataset, job.sample), job.dataset)
        if context != self._context:
            self._context, self._before = context, {}
        known, before = job.program.known, self._before
        entries: dict[str, _Entry] = {}
        # Whatever comes or goes is a change for what is connected to it.
        changed = set(known.keys() ^ before.keys())
        for component in job.program.components:
            self._add(component, known, entries, changed, context)
        self._before = entries
        return {name: entry.key for name, entry in entries.items()}

    def prelude(self, text: str) -> Prelude:
        """Return what is known of the start of a script."""
        if self._prelude is None or self._prelude[0] != text:
            self._prelude = (text, Prelude(text))
        return self._prelude[1]

    def _add(
        self,
        component: Component,
        known: Mapping[str, Component],
        entries: dict[str, _Entry],
        changed: set[str],
        context: _Context,
    ) -> None:
        if component.id in entries:
            return
        # A component may call a layer of one that stands after it.
        shared = known.get(component.shares) if component.shares else None
        if shared is not None and shared is not component and not shared.shares:
            self._add(shared, known, entries, changed, context)
        before = self._before.get(component.id)
        if before is not None and before.component is component and changed.isdisjoint(before.upstream):
            entries[component.id] = before
            return
        key = self._key(component, entries, context)
        entries[component.id] = _Entry(component, frozenset(component.upstream()), key)
        if before is None or before.key.layer != key.layer:
            changed.add(component.id)

    def _key(self, component: Component, entries: Mapping[str, _Entry], context: _Context) -> Key:
        reads = component.kind == DATA
        used = self._used(component.code) | (READERS if reads else frozenset())
        own = digest_of(
            *(component.id, component.kind, component.code, component.symbol),
            *(component.keyed_inputs, component.uses_variables),
            *(component.outputs, _layer(entries, component.shares)),
            *(context.prelude.digest(used), context.dataset if reads else ""),
        )
        bound = [(item.port, item.output, _layer(entries, item.component)) for item in component.inputs]
        inputs = digest_of(*bound)
        layer = digest_of(own, inputs)
        return Key(own, inputs, layer, digest_of(layer, context.sample, *_looks(component)))

    def _used(self, code: str) -> frozenset[str]:
        found = self._names.get(code)
        if found is None:
            found = self._names[code] = names_in(code)
            if len(self._names) > REMEMBERED_TEXTS:
                self._names.popitem(last=False)
        return found


class Prelude:
    """The start of a script, as definitions that depend on each other.

    Args:
        text: its Python text.
    """

    def __init__(self, text: str) -> None:
        self._whole = digest_of(text)
        self._texts: dict[str, str] = {}
        self._uses: dict[str, frozenset[str]] = {}
        self._digests: dict[frozenset[str], str] = {}
        self._sound = self._read(text)

    def digest(self, names: frozenset[str]) -> str:
        """Return a hash of the definitions that code with these names depends on."""
        if not self._sound:
            return self._whole
        wanted = frozenset(names & self._texts.keys())
        if wanted not in self._digests:
            self._digests[wanted] = digest_of(*(self._texts[name] for name in sorted(self._closure(wanted))))
        return self._digests[wanted]

    def _read(self, text: str) -> bool:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        for statement in tree.body:
            source = ast.unparse(statement)
            uses = _names(statement)
            for name in _defined(statement):
                self._texts[name] = self._texts.get(name, "") + source
                self._uses[name] = self._uses.get(name, frozenset()) | uses
        return True

    def _closure(self, names: frozenset[str]) -> set[str]:
        found: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += self._uses[name] & self._texts.keys()
        return found


def names_in(code: str) -> frozenset[str]:
    """Return every name that occurs in `code`; none where it cannot be parsed."""
    try:
        return _names(ast.parse(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def _names(tree: ast.AST) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(name.asname or name.name).partition(".")[0] for name in statement.names]
    # Whatever else stands there: the names that it binds.
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _looks(component: Component) -> tuple[str, ...]:
    return (component.visualization, *component.labels)


def _layer(entries: Mapping[str, _Entry], component: str) -> str:
    return entries[component].key.layer if component in entries else ""
