"""Running a component's code: from text to a function, a layer or a class."""

from __future__ import annotations

import inspect
import sys
import types
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np

from glasswork_executor.core.keys import digest_of
from glasswork_executor.core.program import DATA, EXPRESSION, SOURCE, Component, Sample
from glasswork_executor.worker.failures import PRELUDE, Refused, file_name

MODULE = "glasswork_preview"
PRELUDES = 4
TABLES = 2
COMPILED = 256


class Script:
    """The start of a script, run once, and the tables that its functions have read.

    Args:
        text: its Python text.

    Raises:
        Refused: it cannot be run.
    """

    def __init__(self, text: str) -> None:
        self._module = types.ModuleType(MODULE)
        self._tables: OrderedDict[str, Any] = OrderedDict()
        # Dataclasses and the like look their module up by its name.
        sys.modules[MODULE] = self._module
        try:
            exec(compile(text, PRELUDE, "exec"), self._module.__dict__)  # noqa: S102 - what this process is for
        except Exception as error:
            raise Refused(f"The start of the script cannot be run: {type(error).__name__}: {error}") from error

    def namespace(self) -> dict[str, Any]:
        """Return a namespace for one component: it sees the start of the script and cannot change it for others."""
        return dict(self._module.__dict__)

    def rows(self, folder: str, sample: Sample) -> tuple[Any, Any]:
        """Return the table of the dataset, and the numbers of the sample's rows.

        Raises:
            Refused: the split has no such rows.
        """
        table = self._table(folder)
        splits = self._module.__dict__["split_rows"](len(table))
        split = splits.get(sample.split)
        if split is None:
            raise Refused(f"There is no split {sample.split!r}; expected train, validation or test.")
        rows = np.asarray(split)[sample.index : sample.index + sample.count]
        if not len(rows):
            raise Refused(
                f"Row {sample.index + 1} of the {sample.split} split was asked for, which has {len(split)} rows."
            )
        return table, rows

    def _table(self, folder: str) -> Any:
        if folder not in self._tables:
            self._tables[folder] = self._module.__dict__["read_table"](Path(folder))
            if len(self._tables) > TABLES:
                self._tables.popitem(last=False)
        return self._tables[folder]


class Scripts:
    """The last few starts of scripts that were run."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Script] = OrderedDict()

    def get(self, text: str) -> Script:
        """Return the start of a script, run now where it is new."""
        key = digest_of(text)
        if key not in self._known:
            self._known[key] = Script(text)
            if len(self._known) > PRELUDES:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]


def read_data(component: Component, script: Script, folder: str, sample: Sample) -> Any:
    """Run a data component on the rows of the sample.

    Raises:
        Refused: there is no dataset, or it has no such rows.
    """
    if not folder:
        raise Refused(f"'{component.id}' reads a column, and the graph has no dataset. Choose one.")
    function = _defined(component, script)
    table, rows = script.rows(folder, sample)
    return function(table, rows, Path(folder))


def make_rows(component: Component, script: Script, sample: Sample, seed: int) -> Any:
    """Run a source component, which makes rows of its own."""
    return _defined(component, script)(sample.count, (seed + sample.index) & 0x7FFFFFFF)


def make_layer(component: Component, script: Script) -> keras.Layer:
    """Run the code of a layer's component and return its layer.

    Raises:
        Refused: the code makes no Keras layer.
    """
    if component.kind == EXPRESSION:
        layer = eval(_compiled(component.code, component.id, "eval"), script.namespace())  # noqa: S307 - what this process is for
    else:
        layer = _defined(component, script)(name=component.id)
    if not isinstance(layer, keras.Layer):
        raise Refused(f"The code of '{component.id}' makes a {type(layer).__name__}, expected a keras.Layer.")
    return layer


def run_training(component: Component, script: Script) -> None:
    """Run the code of a training component; it is not asked to train."""
    _execute(component, script)


def define_training(component: Component, script: Script) -> Callable[..., keras.Model]:
    """Run the code of a training component and return its `assemble`.

    Raises:
        Refused: the code does not define it.
    """
    found = _execute(component, script).get("assemble")
    if not callable(found):
        raise Refused(f"The code of '{component.id}' must define the function 'assemble'.")
    result: Callable[..., keras.Model] = found
    return result


def takes_no_input(layer: keras.Layer) -> bool:
    """Return whether a layer is meant to be called without any input."""
    parameters = inspect.signature(layer.call).parameters.values()
    return all(
        item.default is not item.empty or item.kind in {item.VAR_POSITIONAL, item.VAR_KEYWORD} for item in parameters
    )


def _defined(component: Component, script: Script) -> Callable[..., Any]:
    namespace = _execute(component, script)
    found = namespace.get(component.symbol)
    if not callable(found):
        what = "function" if component.kind in {DATA, SOURCE} else "class"
        raise Refused(f"The code of '{component.id}' must define the {what} '{component.symbol}'.")
    result: Callable[..., Any] = found
    return result


def _execute(component: Component, script: Script) -> dict[str, Any]:
    namespace = script.namespace()
    exec(_compiled(component.code, component.id, "exec"), namespace)  # noqa: S102
    return namespace


@lru_cache(maxsize=COMPILED)
def _compiled(code: str, component: str, mode: str) -> types.CodeType:
    # A component whose input has changed runs again with the code that it had.
    compiled: types.CodeType = compile(code, file_name(component), mode)
    return compiled
