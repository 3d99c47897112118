from __future__ import annotations

import pytest
from glasswork_codegen.core.documentation import documentation
from glasswork_sdk.plugins import Catalogue, load_plugins

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
