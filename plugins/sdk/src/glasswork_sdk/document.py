"""The model document: `model.json` as typed values, read strictly and written canonically."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError, model_validator

from glasswork_sdk.errors import FieldViolation, InvalidDocument, UnsupportedFormat
from glasswork_sdk.names import ID_PATTERN, is_component_id
from glasswork_sdk.validation import violations

FORMAT: Final = 1
MAX_BYTES: Final = 5 * 1024 * 1024
# Between the services a level of an object is three levels of a message, of which there may be 100.
MAX_DEPTH: Final = 24
MAX_COMPONENTS: Final = 10_000
MAX_CONNECTIONS: Final = 30_000
_MAX_INTEGER: Final = 2**53
# Plain types first: whether something is a Mapping takes long to say.
_OBJECTS: Final = (dict, Mapping)
_NESTED: Final = (list, tuple, *_OBJECTS)
_NUMBERS: Final = (int, float)
_Place: TypeAlias = "tuple[_Place, str | int] | None"
_ENDPOINT: Final = re.compile(r"[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}")

LONGEST_NAME: Final = 512
"""Characters of the name of a column."""
Fraction = Annotated[float, Field(ge=0.0, le=1.0, strict=True)]
ColumnName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Coordinate = Annotated[float, Field(ge=-1e7, le=1e7, strict=True)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class Split(_Model):
    """How rows are divided; the three fractions sum to 1.

    Args:
        train: fraction of rows that the model learns from, 0 to 1, default 0.7.
        validation: fraction of rows on which it is watched, 0 to 1, default 0.2.
        test: fraction of rows on which it is judged at the end, 0 to 1, default 0.1.
        seed: seed of the permutation of the rows, 0 to 2^31 - 1, default 123.
    """

    train: Fraction = 0.7
    validation: Fraction = 0.2
    test: Fraction = 0.1
    seed: Annotated[StrictInt, Field(ge=0, lt=2**31)] = 123

    @model_validator(mode="after")
    def _sums_to_one(self) -> Split:
        total = self.train + self.validation + self.test
        if not math.isclose(total, 1.0, abs_tol=1e-6):
            raise ValueError(f"the fractions of train, validation and test must sum to 1, received {total:g}")
        if self.train == 0:
            raise ValueError("the train fraction must be above 0: a model learns from no other rows")
        return self


class FeatureReference(_Model):
    """How one column is read: `numerical`, `binary`, `categorical` or `image`."""

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class DatasetReference(_Model):
    """Which dataset a document uses, and how its columns are read and split."""

    source: Annotated[str, Field(min_length=1, max_length=1024)]
    hash: Annotated[str, Field(pattern=r"^(sha256:[0-9a-f]{64})?$")] = ""
    table: Annotated[str, Field(pattern=r"^[^/\\\x00-\x1f]{0,255}$")] = ""
    features: dict[ColumnName, FeatureReference] = Field(default_factory=dict)
    split: Split = Field(default_factory=Split)


class CustomCode(_Model):
    """Custom code of a component and the rendered template that it was made from."""

    text: Annotated[str, Field(max_length=262_144)]
    base: Annotated[str, Field(max_length=262_144)] = ""


class CustomPorts(_Model):
    """Ports that custom code adds to those of the component type."""

    inputs: tuple[Annotated[str, Field(pattern=ID_PATTERN)], ...] = ()
    outputs: tuple[Annotated[str, Field(pattern=ID_PATTERN)], ...] = ()


class Component(_Model):
    """One use of a component type; `settings` holds what the user set, `suggested` what suggestion filled in.

    One that is `bypassed` is left out of what is computed; `collapsed` is how the canvas shows it.
    """

    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$")]
    settings: dict[str, Any] = Field(default_factory=dict)
    suggested: dict[str, Any] = Field(default_factory=dict)
    shares: Annotated[str, Field(pattern=ID_PATTERN)] | None = None
    code: CustomCode | None = None
    ports: CustomPorts | None = None
    position: tuple[Coordinate, Coordinate] | None = None
    bypassed: StrictBool = False
    collapsed: StrictBool = False

    @property
    def values(self) -> dict[str, Any]:
        """The settings over the suggested ones; defaults are the component type's affair."""
        return {**self.suggested, **self.settings}


class Connection(_Model):
    """A wire from an output port to an input port, both written `component.port`."""

    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]

    @model_validator(mode="after")
    def _names_ports(self) -> Connection:
        for end in (self.source, self.target):
            if not _ENDPOINT.fullmatch(end):
                raise ValueError(f"an end of a connection is written component.port, received {end!r}")
        return self

    @property
    def from_component(self) -> str:
        """Id of the component that the value comes from."""
        return self.source.partition(".")[0]

    @property
    def from_port(self) -> str:
        """Output port that the value comes from."""
        return self.source.partition(".")[2]

    @property
    def to_component(self) -> str:
        """Id of the component that the value goes to."""
        return self.target.partition(".")[0]

    @property
    def to_port(self) -> str:
        """Input port that the value goes to."""
        return self.target.partition(".")[2]


class Document(_Model):
    """A model document of format 1.

    Example:
        >>> document = Document.parse('{"format": 1, "dataset": null, "components": {}, "connections": []}')
        >>> Document.parse(document.canonical()) == document
        True
    """

    format: StrictInt = FORMAT
    dataset: DatasetReference | None = None
    components: Annotated[dict[str, Component], Field(max_length=MAX_COMPONENTS)] = Field(default_factory=dict)
    connections: Annotated[tuple[Connection, ...], Field(max_length=MAX_CONNECTIONS)] = ()
    plugins: dict[str, str] = Field(default_factory=dict)
    notes: tuple[dict[str, Any], ...] = ()
    groups: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _ids_are_names(self) -> Document:
        for component_id in self.components:
            if not is_component_id(component_id):
                raise ValueError(
                    f"a component id matches {ID_PATTERN} and is no Python keyword, received {component_id!r}"
                )
        return self

    @classmethod
    def parse(cls, source: bytes | str | Mapping[str, Any]) -> Document:
        """Read a document.

        Args:
            source: the JSON text (UTF-8, at most 5 MiB, nested at most 24 deep), or the decoded object, in which parts
                may stand as they were read before.

        Raises:
            UnsupportedFormat: the document is of a newer format.
            InvalidDocument: it is no document; `fields` names every bad place.
        """
        data = source if isinstance(source, Mapping) else _decode(source)
        _check_values(data)
        _check_format(data)
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise _as_invalid(error) from None

    def without_bypassed(self) -> Document:
        """Return the document as it is computed: what feeds a bypassed component feeds what that one feeds.

        Of several inputs the first one that is connected counts. Where nothing is bypassed it is the same document.
        """
        gone = {name for name, item in self.components.items() if item.bypassed}
        if not gone:
            return self
        components = {name: item for name, item in self.components.items() if name not in gone}
        behind = _fed(self.connections, gone)
        healed = (_healed(wire, behind, gone) for wire in self.connections if wire.to_component not in gone)
        return self.model_copy(
            update={"components": components, "connections": tuple(wire for wire in healed if wire is not None)}
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON values in canonical key order, numbers without a fraction as integers."""
        document: dict[str, Any] = {
            "format": self.format,
            "dataset": None if self.dataset is None else _dataset_json(self.dataset),
            "components": {name: _component_json(self.components[name]) for name in sorted(self.components)},
            "connections": [{"from": wire.source, "to": wire.target} for wire in self.connections],
            "plugins": dict(sorted(self.plugins.items())),
        }
        if self.notes:
            document["notes"] = [_canonical(note) for note in self.notes]
        if self.groups:
            document["groups"] = [_canonical(group) for group in self.groups]
        return document

    def canonical(self) -> str:
        """Return the text of `model.json`: fixed key order, two spaces, short lists on one line, final newline."""
        return _format(self.to_json(), 0) + "\n"

    def etag(self) -> str:
        """Return the sha256 of the canonical text, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def _fed(connections: tuple[Connection, ...], gone: set[str]) -> dict[str, str | None]:
    """Return, for each component that is gone, the output that its first input comes from; None where none does."""
    first: dict[str, str] = {}
    for item in connections:
        if item.to_component in gone:
            first.setdefault(item.to_component, item.source)
    found: dict[str, str | None] = {}
    for name in gone:
        passed: dict[str, None] = {}
        component = name
        while component in gone and component not in found and component not in passed:
            passed[component] = None
            component = first.get(component, "").partition(".")[0]
        # What ends in nothing, or comes back to itself, is fed by nothing.
        end = first.get(next(reversed(passed), ""), "") if component not in passed else ""
        source = found.get(component, end or None)
        found.update(dict.fromkeys(passed, source))
    return found


def _healed(wire: Connection, fed: Mapping[str, str | None], gone: set[str]) -> Connection | None:
    """Return a wire that begins before the components that are gone; None where nothing does."""
    if wire.from_component not in gone:
        return wire
    source = fed[wire.from_component]
    return None if source is None else wire.model_copy(update={"source": source})


def _decode(source: bytes | str) -> Mapping[str, Any]:
    size = len(source)
    if size > MAX_BYTES:
        raise InvalidDocument(f"A model document has at most {MAX_BYTES} bytes, received {size}.")
    try:
        data = json.loads(source, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except RecursionError:
        raise InvalidDocument(f"The model document is nested too deeply, more than {MAX_DEPTH} levels.") from None
    except ValueError as error:
        raise InvalidDocument(f"The model document is no valid JSON: {error}.") from None
    if not isinstance(data, dict):
        raise InvalidDocument(f"A model document is a JSON object, received {type(data).__name__}.")
    return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice in one object")
    return found


def _check_values(data: Mapping[str, Any]) -> None:
    waiting: list[tuple[Any, _Place, int]] = [(data, None, 0)]
    while waiting:
        value, place, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise InvalidDocument(f"The model document is nested more than {MAX_DEPTH} deep at {_path(place)}.")
        for key, item in value.items() if isinstance(value, _OBJECTS) else enumerate(value):
            if isinstance(item, str):
                if not item.isascii() and not _is_unicode(item):
                    path = _path((place, key))
                    message = f"The text at {path} is no valid Unicode."
                    raise InvalidDocument(message, fields=[FieldViolation(path, "lone surrogate")])
            elif isinstance(item, _NUMBERS):
                if not (math.isfinite(item) if isinstance(item, float) else abs(item) <= _MAX_INTEGER):
                    path = _path((place, key))
                    message = "Numbers in a model document are finite, and integers at most 2^53"
                    violation = FieldViolation(path, "not a finite number, or an integer above 2^53")
                    raise InvalidDocument(f"{message}; received {item} at {path}.", fields=[violation])
            elif isinstance(item, _NESTED) and not isinstance(item, _Model):
                waiting.append((item, (place, key), depth + 1))


def _path(place: _Place) -> str:
    """Return a place in words; it is put together only where something is wrong with it."""
    names: list[str] = []
    while place is not None:
        place, name = place
        names.append(str(name))
    return ".".join(reversed(names))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_format(data: Mapping[str, Any]) -> None:
    received = data.get("format")
    if isinstance(received, float) and received.is_integer():
        received = int(received)
    if isinstance(received, bool) or not isinstance(received, int) or received < 1:
        raise InvalidDocument(
            f'A model document says its "format", a whole number from 1; received {received!r}.',
            fields=[FieldViolation("format", "expected a whole number from 1")],
        )
    if received > FORMAT:
        raise UnsupportedFormat(
            f"This model document has format {received}; this Glasswork reads formats up to {FORMAT}. "
            "Open it with a newer Glasswork.",
            fields=[FieldViolation("format", f"expected at most {FORMAT}, received {received}")],
        )


def _as_invalid(error: ValidationError) -> InvalidDocument:
    fields = violations(error, Document, whole="document")[:20]
    told = "; ".join(f"{field.field}: {field.description}" for field in fields[:3])
    more = f" (and {error.error_count() - 3} more)" if error.error_count() > 3 else ""
    return InvalidDocument(f"The model document has a bad value at {told}{more}.", fields=fields)


def _dataset_json(dataset: DatasetReference) -> dict[str, Any]:
    result: dict[str, Any] = {"source": dataset.source}
    if dataset.hash:
        result["hash"] = dataset.hash
    if dataset.table:
        result["table"] = dataset.table
    result["features"] = {name: {"type": dataset.features[name].type} for name in sorted(dataset.features)}
    split = dataset.split
    shares = {"train": split.train, "validation": split.validation, "test": split.test}
    result["split"] = {**{name: _canonical(share) for name, share in shares.items()}, "seed": split.seed}
    return result


def _component_json(component: Component) -> dict[str, Any]:
    result: dict[str, Any] = {"type": component.type, "settings": _canonical(component.settings)}
    if component.suggested:
        result["suggested"] = _canonical(component.suggested)
    if component.shares is not None:
        result["shares"] = component.shares
    if component.code is not None:
        result["code"] = {"text": component.code.text, "base": component.code.base}
    if component.ports is not None:
        result["ports"] = {"inputs": list(component.ports.inputs), "outputs": list(component.ports.outputs)}
    if component.position is not None:
        result["position"] = _canonical(list(component.position))
    for flag in ("bypassed", "collapsed"):
        if getattr(component, flag):
            result[flag] = True
    return result


def _canonical(value: Any) -> Any:
    """Sort the keys of free objects and write numbers without a fraction as integers."""
    if isinstance(value, Mapping):
        return {key: _canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= _MAX_INTEGER:
        return int(value)
    return value


def _format(value: Any, indent: int) -> str:
    """Lay out JSON with one line for what is short and flat, so that one edit is one line of a diff."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or (_is_flat(value) and len(flat) + indent <= 100):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [
            f"{inner}{json.dumps(key, ensure_ascii=False)}: {_format(item, indent + 2)}" for key, item in value.items()
        ]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    parts = [inner + _format(item, indent + 2) for item in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"


def _is_flat(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return not any(isinstance(item, dict | list) and item for item in items)
