"""One faulty plugin after the other beside the core plugin: named, and without harm to anything else."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from glasswork_sdk.analysis import Analysis, analyse
from glasswork_sdk.boundary import MOST_FAILURES
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidInput, PluginFailed
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.rendering import render_component
from glasswork_sdk.review import review

Load = Callable[..., Catalogue]

HEAD = """
from pydantic import field_validator
from glasswork_sdk.component import ComponentType, NoSettings, Port, Suggestion
from glasswork_sdk.diagnostics import Diagnostic, Severity, SpecError
from glasswork_sdk.errors import InvalidSettings, PluginFailed
from glasswork_sdk.hookspecs import hookimpl
from glasswork_sdk.rules import Finding, Rule
from glasswork_sdk.settings import Settings, setting
from glasswork_sdk.specs import TensorSpec


class Unnamed(Exception):
    def __str__(self):
        raise RuntimeError('no text')


class Odd(ComponentType):
    name, title, summary, category = "odd", "Odd", "An odd layer.", "layers"
    Settings = NoSettings
"""
TAIL = """

@hookimpl
def glasswork_component_types():
    return [Odd]
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Load a plugin with this text beside the core plugin; its layer has the template given."""

    def make(text: str, template: str = "keras.layers.Identity(name={{ name }})") -> Catalogue:
        module = f"odd_plugin_{abs(hash((text, template)))}"
        (tmp_path / module / "templates").mkdir(parents=True)
        (tmp_path / module / "__init__.py").write_text(text)
        (tmp_path / module / "templates" / "odd.j2").write_text(template)
        monkeypatch.syspath_prepend(str(tmp_path))
        sys.modules.pop(module, None)
        core = EntryPoint("core", "glasswork_core.plugin", "glasswork")
        return load_plugins([EntryPoint("odd", module, "glasswork"), core])

    return make


def checked(catalogue: Catalogue, document: Document, **more: Any) -> Analysis:
    return review(analyse(document, catalogue, **more), catalogue)


METHODS = {
    "typo_in_infer": "    def infer(self, settings, inputs):\n        return inputz",
    "typo_in_inputs": "    def inputs(self, settings):\n        return [Port(nome='input')]",
    "exit_in_outputs": "    def outputs(self, settings):\n        raise SystemExit(4)",
    "typo_in_check": "    def check(self, settings, inputs, outputs):\n        return [outputs['no such port']]",
    "typo_in_suggest": "    def suggest(self, settings, inputs, around):\n        return {'units': around.nothing}",
    "list_from_infer": "    def infer(self, settings, inputs):\n        return list(inputs)",
    "sizes_from_infer": "    def infer(self, settings, inputs):\n        return {'output': TensorSpec((None, 2.5))}",
    "texts_from_inputs": "    def inputs(self, settings):\n        return ['input']",
    "text_from_check": "    def check(self, settings, inputs, outputs):\n        return 'fine'",
    "numbers_from_suggest": "    def suggest(self, settings, inputs, around):\n        return {'units': 3}",
    "recursion_in_infer": "    def infer(self, settings, inputs):\n        return self.infer(settings, inputs)",
    "unnamed_exception_in_infer": "    def infer(self, settings, inputs):\n        raise Unnamed",
    "surrogate_in_infer": "    def infer(self, settings, inputs):\n        raise OSError('\\udcff')",
    "size_from_infer": "    def infer(self, settings, inputs):\n        return {'output': TensorSpec((None, 2**70))}",
    "empty_error_in_infer": "    def infer(self, settings, inputs):\n        raise SpecError(None)",
    "bad_fix_in_infer": "    def infer(self, settings, inputs):\n        raise SpecError('it is odd', fix=7)",
    "own_failure_in_infer": "    def infer(self, settings, inputs):\n        raise PluginFailed('core failed')",
    "number_from_outputs": "    def outputs(self, settings):\n        return [Port(3)]",
    "no_fields_in_settings_of": "    def settings_of(self, values):\n        raise InvalidSettings('odd')",
    "text_as_line_in_check": (
        "    def check(self, settings, inputs, outputs):\n        return [Diagnostic(Severity.TIP, 'a', 'b', line='1')]"
    ),
    "object_from_suggest": (
        "    def suggest(self, settings, inputs, around):\n        return {'units': Suggestion(object(), 'odd')}"
    ),
    "typo_in_validator": (
        "    class Settings(Settings):\n        size: int = setting(1, 'Size.', validate_default=True)\n"
        "        @field_validator('size')\n        def odd(cls, value):\n            return value.nothing"
    ),
}


def test_each_method_that_fails_is_one_finding_on_its_component(
    load: Load, digits: dict[str, Any], profile: DatasetProfile
) -> None:
    classes = [f"\n\nclass T{name}(Odd):\n    name = {name!r}\n{body}\n" for name, body in METHODS.items()]
    listed = ", ".join(f"T{name}" for name in METHODS)
    catalogue = load(HEAD + "".join(classes) + TAIL.replace("[Odd]", f"[Odd, {listed}]"))
    for name in METHODS:
        digits["components"][name] = {"type": f"odd.{name}"}
        digits["connections"].append({"from": "conv1.output", "to": f"{name}.input"})
    digits["components"]["dense1"]["settings"]["units"] = -1
    analysis = checked(catalogue, Document.parse(digits), profile=profile, suggest=True)
    found = [item for item in analysis.diagnostics if item.code == "plugin-failed"]
    assert sorted(item.component for item in found) == sorted(METHODS)
    for item in found:
        assert f"Odd '{item.component}': the plugin 'odd' failed in T{item.component}." in item.message
        assert re.search(r"odd_plugin_\d+/__init__\.py:\d+", item.message)
        assert "core failed" not in item.message or "PluginFailed: core failed" in item.message
        lenient = item.component.endswith(("check", "suggest"))
        assert item.severity is (Severity.WARNING if lenient else Severity.ERROR)
    # The rest of the graph is judged as ever, and the plugin's record names each fault.
    assert "bad-setting" in {item.code for item in analysis.diagnostics}
    assert analysis.nodes["conv1"].outputs["output"].rank == 4
    assert len(catalogue.ledger.failures("odd")) == min(len(METHODS), MOST_FAILURES)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("keras.layers.Dense({{ units }", "TemplateSyntaxError"),
        ("keras.layers.Dense({{ no_such_name }})", "UndefinedError"),
        ("{% include 'odd/none.j2' %}", "TemplateNotFound"),
        ("{{ name.nothing() }}", "UndefinedError"),
    ],
)
def test_template_that_fails_names_the_plugin(load: Load, template: str, text: str) -> None:
    catalogue = load(HEAD + TAIL, template)
    kind = catalogue.types["odd.odd"]
    with pytest.raises(PluginFailed, match=rf"The plugin 'odd' failed in Odd\.template: {text}"):
        render_component(
            catalogue.templates, "odd.odd", kind, kind.settings_of({}), {}, component_id="odd1", class_name="Odd1"
        )


RULE = "@hookimpl\ndef glasswork_rules():\n    return [Rule('odd', 'tip', 'Odd', '', '', {})]"


@pytest.mark.parametrize(
    "functions",
    [
        "check=lambda view: [view.nothing]",
        "check=lambda view: ['a text']",
        "check=lambda view: (1 / 0 for _ in range(3))",
        "check=lambda view: [Finding('', 'x', fix=({'op': 'remove'},))]",
    ],
)
def test_rule_that_fails_is_one_finding_and_hides_nothing(load: Load, digits: dict[str, Any], functions: str) -> None:
    catalogue = load(HEAD + RULE.format(functions))
    digits["components"]["conv1"]["settings"]["filters"] = 0
    found = checked(catalogue, Document.parse(digits)).diagnostics
    named = [item for item in found if item.code == "plugin-failed"]
    assert ["the rule 'odd'" in item.message for item in named] == [True]
    assert named[0].severity is Severity.WARNING
    assert "bad-setting" in {item.code for item in found}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("import os\nos._exit(3)", "ended the process that imported it, with exit code 3"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "with signal 11"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        (HEAD + "@hookimpl\ndef glasswork_component_types():\n    return 7", "received 7"),
        (
            HEAD + "@hookimpl\ndef glasswork_component_types():\n    return [Odd, Odd]",
            "types have the name 'odd.odd'",
        ),
        (HEAD + "@hookimpl\ndef glasswork_component_types():\n    return [int]", "classes derived from ComponentType"),
        (HEAD + "    keywords = 7" + TAIL, "'keywords'"),
        (HEAD + "    Settings = dict" + TAIL, "'Settings'"),
        (HEAD + "    follows = ('size',)" + TAIL, "'size', which is none of its settings"),
        (HEAD + "    summary = '\\udcff'" + TAIL, "UnicodeEncodeError"),
        ("class Own(BaseException):\n    pass\nraise Own", "Own"),
        (HEAD + "    def __init__(self):\n        raise OSError('no disk')" + TAIL, "OSError: no disk"),
    ],
)
def test_plugin_that_cannot_be_loaded_is_listed_with_its_reason(load: Load, text: str, reason: str) -> None:
    catalogue = load(text)
    assert reason in catalogue.plugins["odd"].error
    assert "core.dense" in catalogue.types
    assert not [name for name in catalogue.types if name.startswith("odd.")]


def test_plugin_that_hangs_at_import_is_given_up(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSWORK_PLUGIN_SECONDS", "1")
    catalogue = load("import threading\nthreading.Event().wait()")
    assert catalogue.plugins["odd"].error == "TimeoutError: it was not imported within 1 s"
    assert "core.dense" in catalogue.types


def test_traceback_of_a_plugin_that_cannot_be_loaded_is_kept_and_logged(
    load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    info = load("def inner():\n    return {}['licence']\ninner()").plugins["odd"]
    assert "in inner" in info.traceback
    assert "in inner" in caplog.text


@pytest.mark.parametrize("value", ["soon", "0", "-1", "inf"])
def test_bad_time_limit_is_refused_by_name(load: Load, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("GLASSWORK_PLUGIN_SECONDS", value)
    with pytest.raises(InvalidInput, match=f"GLASSWORK_PLUGIN_SECONDS is '{value}', expected a number of seconds"):
        load("")


SOUND = (
    HEAD
    + """
    class Settings(Settings):
        sizes: list[int] = setting([1, 2], 'Sizes.')

    @staticmethod
    def inputs(settings):
        return [Port('input')]

    @classmethod
    def outputs(cls, settings):
        return [Port('output')]

    def infer(self, settings, inputs):
        return {'output': inputs.pop('input')}

    def suggest(self, settings, inputs, around):
        self.infer(settings=settings, inputs=dict(inputs))
        return {}
"""
)


def test_unusual_plugin_that_keeps_the_contract_is_not_blamed(
    load: Load, digits: dict[str, Any], profile: DatasetProfile
) -> None:
    catalogue = load(SOUND + TAIL)
    digits["components"]["odd1"] = {"type": "odd.odd"}
    digits["connections"].append({"from": "conv1.output", "to": "odd1.input"})
    analysis = checked(catalogue, Document.parse(digits), profile=profile, suggest=True)
    assert "plugin-failed" not in {item.code for item in analysis.diagnostics}
    node = analysis.nodes["odd1"]
    # What it took out of the mapping that it was given is there for everybody else.
    assert node.inputs["input"] == node.outputs["output"]
    assert node.type is not None
    assert node.settings is not None
    code = render_component(
        catalogue.templates, "odd.odd", node.type, node.settings, node.inputs, component_id="odd1", class_name="Odd1"
    )
    assert code == 'keras.layers.Identity(name="odd1")'


def test_descriptor_is_looked_at_once(load: Load) -> None:
    text = """
    class Title:
        def __get__(self, instance, owner):
            assert instance is None
            return 'A title'

    title = Title()
"""
    assert load(HEAD + text + TAIL).types["odd.odd"].title == "A title"


def test_template_without_an_end_is_cut_off(load: Load) -> None:
    catalogue = load(HEAD + TAIL, "{% for number in range(10**9) %}{{ name }}{% endfor %}")
    kind = catalogue.types["odd.odd"]
    with pytest.raises(PluginFailed, match=r"Odd\.template: ValueError: a template gives at most 1,000,000 characters"):
        render_component(
            catalogue.templates, "odd.odd", kind, kind.settings_of({}), {}, component_id="odd1", class_name="Odd1"
        )


def test_plugin_of_one_module_without_templates_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + RULE.format("check=lambda view: []")
    (tmp_path / "lone_plugin.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    catalogue = load_plugins([EntryPoint("lone", "lone_plugin", "glasswork")])
    assert catalogue.plugins["lone"].error == ""
    assert "odd" in catalogue.rules


def test_object_of_a_module_that_hangs_when_it_is_asked_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import time\nclass Plugin:\n    def glasswork_rules(self):\n        time.sleep(60)\nplugin = Plugin()\n"
    (tmp_path / "object_plugin.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("GLASSWORK_PLUGIN_SECONDS", "3")
    catalogue = load_plugins([EntryPoint("object", "object_plugin:plugin", "glasswork")])
    assert catalogue.plugins["object"].error == "TimeoutError: it was not imported within 3 s"


def test_what_an_import_changes_for_everybody_is_put_back(load: Load) -> None:
    before = (sys.getrecursionlimit(), sys.stdout, Path.cwd())
    load("import os, sys\nsys.setrecursionlimit(400)\nsys.stdout = None\nos.chdir('/')")
    assert (sys.getrecursionlimit(), sys.stdout, Path.cwd()) == before


def test_method_of_a_derived_rule_is_not_called(load: Load, digits: dict[str, Any]) -> None:
    derived = "class Own(Rule):\n    def diagnostic(self, finding):\n        raise ValueError('odd')\n\n\n"
    rule = RULE.format("check=lambda view: [Finding('', 'told')]").replace("[Rule(", "[Own(")
    catalogue = load(HEAD + "\n\n" + derived + rule)
    assert "told" in [item.message for item in checked(catalogue, Document.parse(digits)).diagnostics]
