"""Twelve plugins, each with a fault of its own, as distributions in a folder; and what Glasswork says of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HEAD = """
from glasswork_sdk.component import ComponentType, NoSettings, Port
from glasswork_sdk.hookspecs import hookimpl
from glasswork_sdk.rules import Rule


class Layer(ComponentType):
    name, title, summary, category = "layer", "Odd layer", "A layer that passes its input on.", "layers"
    Settings = NoSettings
"""
TAIL = """

@hookimpl
def glasswork_component_types():
    return [Layer]
"""


@dataclass(frozen=True)
class Faulty:
    """A plugin with a fault.

    Args:
        text: its module.
        told: what `GET /plugins` says of it.
        component: whether a component of its type has the finding `plugin-failed`.
        template: the template of its layer.
    """

    text: str
    told: str
    component: bool = False
    template: str = "keras.layers.Identity(name={{ name }})"


def _method(name: str, body: str) -> str:
    return f"{HEAD}\n    def {name}:\n        {body}\n{TAIL}"


FAULTY = {
    "raises": Faulty("raise RuntimeError('no licence')", "RuntimeError: no licence"),
    "hangs": Faulty("import threading\nthreading.Event().wait()", "was not imported within"),
    "exits": Faulty("import os\nos._exit(3)", "exit code 3"),
    "twice": Faulty(f"{HEAD}{TAIL}".replace("[Layer]", "[Layer, Layer]"), "have the name 'twice.layer'"),
    "wrong": Faulty(f"{HEAD}{TAIL}".replace("[Layer]", "['layer']"), "received 'layer'"),
    "misspelt": Faulty(
        f"{HEAD}{TAIL}".replace("def glasswork_component_types", "def glasswork_component_type"),
        "glasswork_component_type",
    ),
    "template": Faulty(f"{HEAD}{TAIL}", "Layer.template", component=True, template="keras.layers.Identity({{ name }"),
    "infer": Faulty(_method("infer(self, settings, inputs)", "return inputz"), "Layer.infer", component=True),
    "inputs": Faulty(_method("inputs(self, settings)", "return [Port(nome='input')]"), "Layer.inputs", component=True),
    "suggest": Faulty(
        _method("suggest(self, settings, inputs, around)", "return around.nothing"), "Layer.suggest", component=True
    ),
    "rule": Faulty(
        f"{HEAD}{TAIL}\n\n@hookimpl\ndef glasswork_rules():\n"
        "    return [Rule('faulty-rule', 'tip', 'Faulty', 'Why.', 'Remedy.', check=lambda view: view.nothing)]\n",
        "the rule 'faulty-rule'",
    ),
    "slow": Faulty(
        f"import threading\n{HEAD}{TAIL}\n\n@hookimpl\ndef glasswork_suggest_graph(profile, inputs, targets):\n"
        "    threading.Event().wait()\n",
        "glasswork_suggest_graph",
    ),
}


def install(folder: Path, *without: str) -> None:
    """Write the plugins and their metadata into a folder for PYTHONPATH, as an installer would."""
    for name, plugin in FAULTY.items():
        if name in without:
            continue
        package = folder / f"faulty_{name}"
        (package / "templates").mkdir(parents=True)
        (package / "__init__.py").write_text(plugin.text)
        (package / "templates" / "layer.j2").write_text(plugin.template)
        metadata = folder / f"glasswork_faulty_{name}-0.1.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: glasswork-faulty-{name}\nVersion: 0.1\n")
        (metadata / "entry_points.txt").write_text(f"[glasswork]\n{name} = faulty_{name}\n")
