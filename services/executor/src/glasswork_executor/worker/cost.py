"""What a model is made of: its weights, and the operations of one call, counted on the model that its script builds."""

from __future__ import annotations

import importlib.util
import logging
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from glasswork_executor.core.cost import SIZES
from glasswork_executor.core.program import CLASS, EXPRESSION
from glasswork_executor.worker.failures import failure_of
from glasswork_executor.worker.flops import NotCounted, flops_of_call, flops_of_model

MODULE = "model"
FILE = "model.py"
Send = Callable[[Mapping[str, Any]], None]


def count(request: Mapping[str, Any], send: Send) -> None:
    """Tell the weights of a model, then the operations of one call of it.

    Args:
        request: script and components (id, kind, shared owner).
        send: told each part; a part that cannot be known is told with its reason.
    """
    silence()
    try:
        model = load(request["script"]).build_model()
    except Exception as error:
        send(unknown(SIZES, reason_of(error)))
        return
    layers = {name: layer for network in _networks(model) for name, layer in _layers(network)}
    send({"kind": "cost", "parameters": int(model.count_params()), "components": _parameters(request, layers)})
    send(_flops(request["components"], layers, model))


def silence() -> None:
    """Keep notices about old interfaces, of which there is no newer one, out of the log."""
    warnings.simplefilter("ignore")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def load(script: str) -> types.ModuleType:
    """Write a script into the working folder and import it, as a run does: AutoGraph reads the file.

    Raises:
        Exception: whatever it raises.
    """
    sys.setrecursionlimit(20_000)
    sys.dont_write_bytecode = True
    file = Path(FILE)
    file.write_text(script)
    spec = importlib.util.spec_from_file_location(MODULE, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"expected a Python source file, received {file.name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    spec.loader.exec_module(module)
    return module


def _networks(model: keras.Model) -> list[keras.Model]:
    others = [item for item in vars(model).values() if isinstance(item, keras.Model) and item is not model]
    return [model, *others]


def _layers(network: keras.Model) -> Iterator[tuple[str, keras.Layer]]:
    for layer in network._flatten_layers(include_self=False):
        yield layer.name, layer


def _own(components: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [item for item in components if item["kind"] in {EXPRESSION, CLASS}]


def _parameters(request: Mapping[str, Any], layers: Mapping[str, keras.Layer]) -> dict[str, int]:
    found = dict.fromkeys((item["id"] for item in request["components"]), 0)
    for item in _own(request["components"]):
        if item["id"] in layers:
            found[item["id"]] = int(layers[item["id"]].count_params())
    return found


def _flops(
    components: Sequence[Mapping[str, Any]], layers: Mapping[str, keras.Layer], model: keras.Model
) -> dict[str, Any]:
    """Return the operations of each component and of the model, and why those that are not known are not."""
    found, reasons = dict.fromkeys((item["id"] for item in components), 0), dict[str, str]()
    calls: dict[str, int] = {}
    for item in _own(components):
        owner = item["shares"] or item["id"]
        number = calls[owner] = calls.get(owner, -1) + 1
        if owner not in layers:
            continue  # it leads to the targets, which are made before the model
        try:
            layer = layers[owner]
            found[item["id"]] = flops_of_call(layer, layer._inbound_nodes[number])
        except Exception as error:
            del found[item["id"]]
            reasons[item["id"]] = reason_of(error)
    part: dict[str, Any] = {"kind": "cost", "component_flops": found, "component_reasons": reasons}
    if reasons:
        first = next(iter(reasons))
        return {**part, "unknown": {"flops": f"those of '{first}' are not known: {reasons[first]}"}}
    try:
        return {**part, "flops": flops_of_model(model)}
    except Exception as error:
        return {**part, "unknown": {"flops": reason_of(error)}}


def unknown(what: Sequence[str], reason: str) -> dict[str, Any]:
    """Return the part of an answer that says why figures are not known."""
    return {"kind": "cost", "unknown": dict.fromkeys(what, reason)}


def reason_of(error: Exception) -> str:
    """Return what is told of an error in the user's script."""
    return str(error) if isinstance(error, NotCounted) else failure_of(error, FILE).message
