from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from glasswork_sdk.plugins import Catalogue, load_plugins


def catalogue_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str = "strange") -> Catalogue:
    module = f"strange_plugin_{abs(hash(text))}"
    package = tmp_path / module
    (package / "templates").mkdir(parents=True)
    (package / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop(module, None)
    core = EntryPoint("core", "glasswork_core.plugin", "glasswork")
    return load_plugins([EntryPoint(name, module, "glasswork"), core])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("import no_such_module_anywhere", "ModuleNotFoundError"),
        ("import sys\nsys.exit(3)", "SystemExit"),
        (
            "from glasswork_sdk.hookspecs import hookimpl\n@hookimpl\ndef glasswork_component_type():\n    return []",
            "glasswork_component_type",
        ),
        (
            "from glasswork_sdk.hookspecs import hookimpl\nfrom glasswork_sdk.component import ComponentType\n"
            "class Half(ComponentType):\n    name = 'half'\n"
            "@hookimpl\ndef glasswork_component_types():\n    return [Half]",
            "must set 'title'",
        ),
        (
            "from glasswork_sdk.hookspecs import hookimpl\n@hookimpl\ndef glasswork_rules():\n    return ['rule']",
            "glasswork_rules returns Rule objects",
        ),
        (
            "from glasswork_sdk.hookspecs import hookimpl\nfrom glasswork_sdk.rules import Rule\n"
            "@hookimpl\ndef glasswork_rules():\n    return [Rule('softmax-twice', 'tip', 'Mine', '', '')]",
            "two rules have the code 'softmax-twice'",
        ),
    ],
)
def test_broken_plugin_is_listed_with_its_reason_and_the_others_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    catalogue = catalogue_of(tmp_path, monkeypatch, text)
    assert reason in catalogue.plugins["strange"].error
    assert "core.dense" in catalogue.types
    assert catalogue.plugins["core"].error == ""


def test_two_plugins_of_one_name_are_refused_with_both_owners_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = catalogue_of(tmp_path, monkeypatch, "", name="core")
    told = [info.error for info in catalogue.plugins.values() if info.error]
    assert any("two plugins have the name 'core'" in text for text in told)
