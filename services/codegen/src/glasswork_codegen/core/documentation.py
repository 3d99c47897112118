"""The documentation page of a component type, made from its class: texts, ports, settings, and the code it writes."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import Any, Final

from glasswork_sdk.component import ComponentType, Kind, TrainingType
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.rendering import render_component
from glasswork_sdk.settings import Settings
from glasswork_sdk.specs import Port

_WRITTEN: Final = re.compile(r"\b(?:keras|tf|np)(?:\.[A-Za-z_]\w*)+")
_LIMITS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minLength": "at least {} letters",
    "maxItems": "at most {} values",
    "pattern": "matching `{}`",
}


def documentation(full: str, kind: ComponentType[Any], catalogue: Catalogue) -> str:
    """Return the page of a component type as Markdown.

    Args:
        full: `plugin.name`.
        kind: the component type.
        catalogue: the templates.
    """
    settings = default_settings(kind)
    parts = [f"# {kind.title}", f"`{full}`, in {kind.category}. {kind.summary}", _details(kind)]
    if settings is not None:
        parts += ["## Ports", _ports(kind, settings)]
    parts += ["## Settings", _settings(kind)]
    if isinstance(kind, TrainingType):
        parts += ["## Metrics", ", ".join(f"`{name}`" for name in kind.metrics)]
    code = example_code(full, kind, settings, catalogue)
    if code:
        names = sorted(set(_WRITTEN.findall(code)))
        parts += ["## What it writes", ", ".join(f"`{name}`" for name in names), f"```python\n{code}\n```"]
    if kind.keywords:
        parts += ["## Also known as", ", ".join(f"`{word}`" for word in kind.keywords)]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _details(kind: ComponentType[Any]) -> str:
    """Return what the class says of itself besides its first sentence, whose place the summary takes."""
    return (inspect.getdoc(type(kind)) or "").partition("\n\n")[2]


def default_settings(kind: ComponentType[Any]) -> Settings | None:
    """Return the default settings, required texts filled with their name; None where that is not possible."""
    required = {name: name for name, field in kind.Settings.model_fields.items() if field.is_required()}
    try:
        settings: Settings = kind.settings_of(required)
    except InvalidSettings:
        return None
    return settings


def example_code(full: str, kind: ComponentType[Any], settings: Settings | None, catalogue: Catalogue) -> str:
    """Return what the template gives for the default settings; empty where it needs more than those."""
    if settings is None:
        return ""
    write = partial(
        render_component,
        catalogue.templates,
        full,
        kind,
        settings,
        {},
        component_id="example",
        class_name="Example",
        values={"feature_type": "numerical", "stored": "files"},
    )
    try:
        # Templates may ask for inputs, of which there are none here: that is no fault of theirs.
        return catalogue.ledger.call(full.partition(".")[0], type(kind).__name__, "example", write, (Exception,))
    except Exception:
        return ""


def _ports(kind: ComponentType[Any], settings: Settings) -> str:
    lines = [*_port_lines("input", kind.inputs(settings)), *_port_lines("output", kind.outputs(settings))]
    return "\n".join(lines) or ("None: it begins a graph." if kind.kind is not Kind.TRAINING else "None.")


def _port_lines(direction: str, ports: Any) -> list[str]:
    return [f"- {direction} `{port.name}`{_port_text(port, direction)}" for port in ports]


def _port_text(port: Port, direction: str) -> str:
    told = [f"rank {port.rank}"] * bool(port.rank) + [port.dtype] * bool(port.dtype)
    told += ["may be repeated"] * port.repeated + ["what is to be predicted"] * port.target
    told += ["optional"] * (direction == "input" and not port.required)
    return f": {', '.join(told)}" if told else ""


def _settings(kind: ComponentType[Any]) -> str:
    schema = kind.settings_schema()
    properties: dict[str, Any] = schema.get("properties", {})
    if not properties:
        return "None."
    lines = ["| Setting | Values | Default | Unit | What it does |", "|---|---|---|---|---|"]
    for name, item in properties.items():
        default = f"`{item['default']}`" if "default" in item else "required"
        unit, help_text = item.get("unit", ""), item.get("description", "")
        lines.append(f"| `{name}` | {_values(item)} | {default} | {unit} | {help_text} |")
    return "\n".join(lines)


def _values(item: dict[str, Any]) -> str:
    if "enum" in item:
        return ", ".join(f"`{value}`" for value in item["enum"])
    if "anyOf" in item:
        return " or ".join(_values(choice) for choice in item["anyOf"])
    limits = [text.format(item[key]) for key, text in _LIMITS.items() if key in item]
    inner = f" of {_values(item['items'])}" if isinstance(item.get("items"), dict) else ""
    told = f"{item.get('type', 'value')}{inner}{' ' + ', '.join(limits) if limits else ''}"
    return told.replace("|", "\\|")
