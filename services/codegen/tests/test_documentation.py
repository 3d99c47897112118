from __future__ import annotations

from typing import Any

import pytest
from glasswork_codegen.core.documentation import _port_text, _values, default_settings, documentation
from glasswork_codegen.messages import component_type_message
from glasswork_sdk.boundary import Ledger
from glasswork_sdk.component import ComponentType, NoSettings
from glasswork_sdk.guarded import guarded_type
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.specs import Port


class NoDescription(ComponentType[NoSettings]):
    Settings = NoSettings

    def settings_schema(self) -> dict[str, Any]:
        return {"properties": {"size": {"enum": 3}}}


TYPES = sorted(load_plugins().types)


@pytest.mark.parametrize("full", TYPES)
def test_page_names_every_setting_and_the_code(full: str, catalogue: Catalogue) -> None:
    kind = catalogue.types[full]
    page = documentation(full, kind, catalogue)
    assert page.startswith(f"# {kind.title}\n")
    assert all(f"| `{name}` |" in page for name in kind.Settings.model_fields)
    assert "```python" in page or full in {"core.normalize", "core.denormalize"}


def test_page_tells_ranges_units_ports_and_keras_names(catalogue: Catalogue) -> None:
    page = documentation("core.convolution", catalogue.types["core.convolution"], catalogue)
    assert "integer at least 1, at most 65536" in page
    assert "| pixels |" in page
    assert "- input `input`" in page
    assert "`keras.layers.Conv2D`" in page


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 8}, "integer at least 1, at most 8"),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "number above 0, below 1"),
        ({"enum": ["a", 2]}, "`a`, `2`"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": "array", "items": {"type": "number"}, "maxItems": 3}, "array of number at most 3 values"),
        ({"type": "string", "pattern": "a|b", "minLength": 1}, "string at least 1 letters, matching `a\\|b`"),
        ({}, "value"),
    ],
)
def test_values_of_a_setting_are_told_in_words(item: dict[str, Any], told: str) -> None:
    assert _values(item) == told


def test_port_is_told_by_its_demands() -> None:
    port = Port("input", rank=4, dtype="float32", required=False, repeated=True, target=True)
    assert _port_text(port, "input") == ": rank 4, float32, may be repeated, what is to be predicted, optional"
    assert _port_text(port, "output") == ": rank 4, float32, may be repeated, what is to be predicted"
    assert _port_text(Port("input"), "input") == ""


def test_required_texts_are_filled_with_their_names(catalogue: Catalogue) -> None:
    settings = default_settings(catalogue.types["core.data"])
    assert settings is not None
    assert settings.model_dump()["feature"] == "feature"


def test_type_that_cannot_be_described_comes_with_the_reason(catalogue: Catalogue) -> None:
    class Odd(NoDescription):
        name, title, summary, category = "odd", "Odd", "An odd layer.", "layers"

    kind = guarded_type(Odd, "odd", Ledger())
    told = component_type_message("odd.odd", kind, catalogue)
    assert (told.type, told.error[:51]) == ("odd.odd", "The plugin 'odd' failed in Odd.documentation: TypeE")
