"""The code of one component: its template with typed values."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

from glasswork_sdk.component import ComponentType, Kind
from glasswork_sdk.guarded import guarding
from glasswork_sdk.literals import Code
from glasswork_sdk.settings import Settings
from glasswork_sdk.specs import TensorSpec
from glasswork_sdk.templates import Templates

RESERVED: Final = frozenset({"name", "class_name", "reader", "feature_type", "stored"})
"""What a template gets besides settings; no setting may have such a name."""


def render_component(
    templates: Templates,
    full_type: str,
    component_type: ComponentType[Any],
    settings: Settings,
    inputs: Mapping[str, TensorSpec],
    *,
    component_id: str,
    class_name: str,
    owner: str = "",
    values: Mapping[str, Any] | None = None,
) -> str:
    """Return the code of a component.

    Args:
        templates: the templates of the loaded plugins.
        full_type: `plugin.name`.
        component_type: its component type.
        settings: valid settings.
        inputs: specs by input port, as far as they are known.
        component_id: id of the component.
        class_name: name for a class that the template may define.
        owner: id of the component whose layer it is; empty for the component itself.
        values: further names, as `feature_type` and `stored` (`files` or `arrays`) of data components.

    Raises:
        PluginFailed: the component type is guarded, and its template is missing or broken or its `context` failed.
        jinja2.TemplateError: the template of one that is not guarded is missing or broken.
    """
    verb = "read" if component_type.kind is Kind.DATA else "sample"
    own = {"name": owner or component_id, "class_name": Code(class_name), "reader": Code(f"{verb}_{component_id}")}

    given = guarding(component_type, "Settings", lambda: settings_values(settings))

    def make() -> str:
        names = {**given, **component_type.context(settings, inputs), **(values or {}), **own}
        plugin = full_type.partition(".")[0]
        file = f"{plugin}/{component_type.name}.j2"
        return guarding(component_type, "template", lambda: templates.render(file, names))

    # Of the values, for a plugin may give its settings a hash or an equality of their own.
    chosen = tuple(given.items())
    if not guarding(component_type, "Settings", lambda: _has_hash(chosen)):
        return make()
    key = (full_type, chosen, tuple(inputs.items()), tuple((values or {}).items()), *own.values())
    return templates.remembered(key, make)


def _has_hash(values: Hashable) -> bool:
    """Return whether values have a hash: those that hold a list have none."""
    try:
        hash(values)
    except TypeError:
        return False
    return True


def settings_values(settings: Settings) -> dict[str, Any]:
    """Return the settings by name, as typed Python values."""
    return {name: getattr(settings, name) for name in type(settings).model_fields}
