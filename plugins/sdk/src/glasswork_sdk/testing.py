"""The conformance suite that every component type passes; plugin authors run it on theirs.

Example:
    A test file of a plugin::

        CASES = [Case("tiny.noise", {"size": 4}), Case("tiny.scale", {}, {"input": TensorSpec((None, 4))})]

        @pytest.mark.parametrize("case", CASES, ids=str)
        def test_component_type_conforms(case):
            verify(load_plugins(), case)

        def test_every_component_type_has_a_case():
            verify_covered(load_plugins(), "tiny", CASES)

`verify` without TensorFlow checks all but the numbers; `verify_with_tensorflow` calls the layer too.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glasswork_sdk.component import ComponentType, DataType, Kind
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.literals import python_literal
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.rendering import RESERVED, render_component, settings_values
from glasswork_sdk.settings import Settings, validate
from glasswork_sdk.specs import TensorSpec


@dataclass(frozen=True)
class Case:
    """One use of a component type to be verified.

    Args:
        type: `plugin.name`.
        settings: settings that differ from the defaults.
        inputs: specs by input port.
        feature_type: type of the column, for data component types.
    """

    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, TensorSpec] = field(default_factory=dict)
    feature_type: str = "numerical"

    def __str__(self) -> str:
        told = ",".join(f"{name}={value}" for name, value in self.settings.items())
        return f"{self.type}({told})"


class Nonconforming(AssertionError):
    """A component type breaks the contract; the text says which part and how."""


def verify(catalogue: Catalogue, case: Case) -> None:
    """Check texts, settings, template and inference of a component type.

    Raises:
        Nonconforming: what it breaks.
    """
    kind = _type(catalogue, case)
    _verify_texts(case, kind)
    _verify_settings(case, kind)
    settings = validate(kind.Settings, case.settings)
    _verify_ports(case, kind, settings)
    outputs = infer(kind, settings, case)
    if set(outputs) - {port.name for port in kind.outputs(settings)}:
        raise Nonconforming(f"{case}: infer names outputs that are no ports: {sorted(outputs)}")
    _verify_code(case, kind, settings, code_of(catalogue, case))


def verify_covered(catalogue: Catalogue, plugin: str, cases: Iterable[Case]) -> None:
    """Check that each component type of a plugin has a case.

    Raises:
        Nonconforming: names those that have none, or why the plugin is broken.
    """
    info = catalogue.plugins.get(plugin)
    if info is None or info.error:
        raise Nonconforming(f"the plugin {plugin!r} is {'not installed' if info is None else 'broken: ' + info.error}")
    missing = sorted(set(info.component_types) - {case.type for case in cases})
    if missing:
        raise Nonconforming(f"no conformance case for {', '.join(missing)}")


def verify_with_tensorflow(catalogue: Catalogue, case: Case) -> None:
    """Check that the layer of a case gives what `infer` says, eagerly and symbolically.

    Raises:
        Nonconforming: the specs differ.
    """
    import keras

    kind = _type(catalogue, case)
    if kind.kind is not Kind.LAYER:
        return
    settings = validate(kind.Settings, case.settings)
    expected = infer(kind, settings, case)
    layer = make_layer(code_of(catalogue, case), "Verified", "verified")
    concrete = {name: keras.ops.zeros((2, *_sizes(spec)), dtype=spec.dtype) for name, spec in case.inputs.items()}
    symbolic = {
        name: keras.KerasTensor((None, *spec.shape[1:]), dtype=spec.dtype) for name, spec in case.inputs.items()
    }
    for how, given in (("symbolically", symbolic), ("eagerly", concrete)):
        values = list(given.values())
        result = layer(values[0] if len(values) == 1 else values)
        outputs = result if isinstance(result, Mapping) else {"output": result}
        for name, tensor in outputs.items():
            received = TensorSpec((None, *tuple(tensor.shape)[1:]), keras.backend.standardize_dtype(tensor.dtype))
            if not _agree(expected[name], received):
                raise Nonconforming(f"{case}: infer says {expected[name]}, the layer called {how} gives {received}")


def infer(kind: ComponentType[Any], settings: Settings, case: Case) -> Mapping[str, TensorSpec]:
    """Return what the component type infers for a case."""
    if isinstance(kind, DataType):
        return {"output": kind.infer_feature(settings, case.feature_type)}
    return kind.infer(settings, case.inputs)


def code_of(catalogue: Catalogue, case: Case) -> str:
    """Return the rendered template of a case, for a component with the id `verified`."""
    kind = _type(catalogue, case)
    return render_component(
        catalogue.templates,
        case.type,
        kind,
        validate(kind.Settings, case.settings),
        case.inputs,
        component_id="verified",
        class_name="Verified",
        values={"feature_type": case.feature_type, "stored": "files"},
    )


def make_layer(code: str, class_name: str, name: str) -> Any:
    """Return the Keras layer that a component's code makes; it runs the code, so only for code that is trusted."""
    import keras
    import numpy as np
    import tensorflow as tf

    namespace: dict[str, Any] = {"keras": keras, "np": np, "tf": tf}
    try:
        expression = compile(code, "<component>", "eval")
    except SyntaxError:
        exec(compile(code, "<component>", "exec"), namespace)  # noqa: S102 - the plugin's own template, in its own test
        return namespace[class_name](name=name)
    return eval(expression, namespace)  # noqa: S307 - as above


def _type(catalogue: Catalogue, case: Case) -> ComponentType[Any]:
    kind = catalogue.types.get(case.type)
    if kind is None:
        raise Nonconforming(f"no installed plugin offers {case.type}")
    return kind


def _verify_texts(case: Case, kind: ComponentType[Any]) -> None:
    if not kind.summary.endswith(".") or not kind.summary[0].isupper():
        raise Nonconforming(f"{case}: the summary is one sentence, received {kind.summary!r}")
    if not type(kind).__doc__:
        raise Nonconforming(f"{case}: the class has no docstring, which is its documentation")
    for name, setting in kind.Settings.model_fields.items():
        if name in RESERVED:
            raise Nonconforming(f"{case}: no setting may be called {name!r}, which templates use for something else")
        if not setting.description:
            raise Nonconforming(f"{case}: the setting {name!r} has no help")


def _verify_settings(case: Case, kind: ComponentType[Any]) -> None:
    json.dumps(kind.Settings.model_json_schema())
    try:
        validate(kind.Settings, {**case.settings, "no_such_setting": 1})
    except InvalidSettings:
        return
    raise Nonconforming(f"{case}: settings that nobody declared are accepted; derive them from glasswork_sdk Settings")


def _verify_ports(case: Case, kind: ComponentType[Any], settings: Settings) -> None:
    for ports in (kind.inputs(settings), kind.outputs(settings)):
        names = [port.name for port in ports]
        if len(set(names)) != len(names):
            raise Nonconforming(f"{case}: two ports have one name: {names}")
    if kind.kind is Kind.TRAINING and kind.outputs(settings):
        raise Nonconforming(f"{case}: a training component ends the graph and has no outputs")


def _verify_code(case: Case, kind: ComponentType[Any], settings: Settings, code: str) -> None:
    try:
        tree = ast.parse(code)
    except SyntaxError as problem:
        raise Nonconforming(f"{case}: line {problem.lineno} of its code is no Python: {problem.msg}\n{code}") from None
    defined = {item.name for item in tree.body if isinstance(item, ast.FunctionDef | ast.ClassDef)}
    wanted = {
        Kind.DATA: {"read_verified"},
        Kind.SOURCE: {"sample_verified"},
        Kind.TRAINING: {"assemble", "train"},
        Kind.LAYER: set(),
    }[kind.kind]
    if not wanted <= defined:
        raise Nonconforming(f"{case}: its code must define {sorted(wanted)}, and defines {sorted(defined)}")
    expression = len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)
    if kind.kind is Kind.LAYER and not expression and "Verified" not in defined:
        raise Nonconforming(f"{case}: its code must be one expression or define the class that class_name names")
    for name in case.settings:
        value = settings_values(settings)[name]
        if isinstance(value, int | float) and not isinstance(value, bool) and python_literal(value) not in code:
            raise Nonconforming(f"{case}: the setting {name!r} does not reach the code as the literal {value!r}")


def _sizes(spec: TensorSpec) -> tuple[int, ...]:
    return tuple(5 if size is None else size for size in spec.shape[1:])


def _agree(expected: TensorSpec, received: TensorSpec) -> bool:
    if expected.dtype != received.dtype or expected.rank != received.rank:
        return False
    pairs = zip(expected.shape[1:], received.shape[1:], strict=True)
    return all(left is None or right is None or left == right for left, right in pairs)
