"""Predicting rows that a user brings, read by the very functions that read the training data."""

from __future__ import annotations

import base64
import binascii
import io
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pandas as pd
from glasswork_sdk.errors import FieldViolation, InvalidInput, WrongState
from PIL import Image

from glasswork_trainer.core.program import DATA, Program
from glasswork_trainer.worker.evaluation import classes_of, is_classified, probabilities
from glasswork_trainer.worker.forward import forward
from glasswork_trainer.worker.networks import Arrays

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
MOST_PIXELS = 25_000_000
BATCH = 256

Row = Mapping[str, Any]
Profile = Mapping[str, Any]


def predict(
    module: ModuleType, model: keras.Model, program: Program, profile: Profile, dataset: Path, rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """Return a prediction for each row: target to value, and `probabilities` where there are classes.

    Args:
        module: the script.
        model: its model with the trained weights.
        program: says which columns are inputs and what the targets are.
        profile: says the types and classes of the columns.
        dataset: folder of the dataset; classes are those of the whole data.
        rows: column to value; an image as base64 of its file.

    Raises:
        InvalidInput: a row lacks a column or has a value that cannot be read; the message names both.
        WrongState: the model does not predict from rows.
    """
    if not program.targets() or not hasattr(module, "read_table"):
        raise WrongState("This model does not predict columns of a dataset from rows.")
    with tempfile.TemporaryDirectory() as scratch:
        inputs = _read(module, program, profile, dataset, rows, Path(scratch))
    outputs: list[dict[str, Any]] = [{} for _ in rows]
    for begin in range(0, len(rows), BATCH):
        part = forward(model, {name: values[begin : begin + BATCH] for name, values in inputs.items()})
        for target in program.targets():
            if target.port in part:
                classes = classes_of(target, profile)
                for number, answer in enumerate(_answers(target.feature, part[target.port], classes)):
                    _merge(outputs[begin + number], answer)
    return outputs


def predict_samples(
    module: ModuleType,
    model: keras.Model,
    program: Program,
    profile: Profile,
    dataset: Path,
    split: str,
    first: int,
    count: int,
) -> dict[str, Any]:
    """Return rows of a split with what is true of them and what the model says of them.

    Args:
        module: the script.
        model: its model with the trained weights.
        program: says which columns are inputs and what the targets are.
        profile: says the types and classes of the columns.
        dataset: folder of the dataset.
        split: train, validation or test.
        first: the first row of the split, from 0.
        count: at most so many rows.

    Returns:
        `total`, the rows of the split, and `samples`: `index`, `row` as `predict` takes it, `truth`, `prediction`.

    Raises:
        WrongState: the model does not predict columns of a dataset.
    """
    if not program.targets() or not hasattr(module, "read_table"):
        raise WrongState("This model does not predict columns of a dataset from rows.")
    table = module.read_table(dataset)
    order = module.split_rows(len(table))[split]
    numbers = order[first : first + count]
    cells = _Written(table, profile, dataset)
    features = sorted({component.feature for component in program.inputs()})
    rows = [{name: cells.value(int(number), name) for name in features} for number in numbers]
    said = predict(module, model, program, profile, dataset, rows) if rows else []
    wanted = [target.feature for target in program.targets()]
    samples = [
        {"index": int(number), "row": row, "truth": {name: cells.truth(int(number), name) for name in wanted}, **answer}
        for number, row, answer in zip(numbers, rows, ({"prediction": item} for item in said), strict=True)
    ]
    return {"total": len(order), "samples": samples}


class _Written:
    """Writes cells of the table as `predict` reads them."""

    def __init__(self, table: pd.DataFrame, profile: Profile, dataset: Path) -> None:
        self._table = table
        self._features = profile.get("features", {})
        self._dataset = dataset

    def value(self, number: int, feature: str) -> Any:
        """Return the cell of an input; an image as base64 of its file."""
        cell = self._table[feature].iloc[number]
        if self._features.get(feature, {}).get("type") != "image":
            return cell.item() if isinstance(cell, np.generic) else cell
        if isinstance(cell, str):
            return base64.b64encode((self._dataset / cell).read_bytes()).decode()
        stored = io.BytesIO()
        Image.fromarray(np.asarray(cell).squeeze().astype(np.uint8)).save(stored, "PNG")
        return base64.b64encode(stored.getvalue()).decode()

    def truth(self, number: int, feature: str) -> Any:
        """Return the cell of a target as predictions are written: a class by its name, a number as it is."""
        cell = self._table[feature].iloc[number]
        if self._features.get(feature, {}).get("type") not in ("categorical", "binary"):
            return cell.item() if isinstance(cell, np.generic) else cell
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _read(
    module: ModuleType, program: Program, profile: Profile, dataset: Path, rows: Sequence[Row], scratch: Path
) -> Arrays:
    """Append the rows to the dataset's table and read them with the script's functions."""
    table = module.read_table(dataset)
    features = {component.feature for component in program.inputs()}
    reader = _Cells(table, profile, scratch)
    columns = {
        str(name): [reader.cell(number, row, str(name)) for number, row in enumerate(rows)]
        if name in features
        # What is to be predicted has any value that its column can have; it is not looked at.
        else [table[name].iloc[0]] * len(rows)
        for name in table.columns
    }
    added = pd.DataFrame({name: pd.Series(values, dtype=table[name].dtype) for name, values in columns.items()})
    whole = pd.concat([table, added], ignore_index=True)
    numbers = np.arange(len(table), len(whole))
    readers = {c.id: getattr(module, c.symbol) for c in program.components if c.kind == DATA and c in program.inputs()}
    return {name: np.asarray(read(whole, numbers, dataset)) for name, read in readers.items()}


class _Cells:
    """Turns values of rows into cells of the table."""

    def __init__(self, table: pd.DataFrame, profile: Profile, scratch: Path) -> None:
        self._table = table
        self._profile = profile
        self._scratch = scratch
        self._known: dict[str, dict[str, Any]] = {}

    def cell(self, number: int, row: Row, feature: str) -> Any:
        """Return the cell of a column for row `number` (from 0)."""
        value = row.get(feature)
        if value is None:
            raise _bad(number, feature, f"expected a value, received none; the row has {', '.join(row) or 'nothing'}")
        kind = self._profile.get("features", {}).get(feature, {}).get("type", "numerical")
        if kind == "image":
            return self._image(number, feature, value)
        if kind in ("categorical", "binary"):
            return self._category(number, feature, value)
        return self._number(number, feature, value)

    def _number(self, number: int, feature: str, value: Any) -> Any:
        try:
            found = float(value)
        except (TypeError, ValueError):
            found = math.nan
        if not math.isfinite(found):
            raise _bad(number, feature, f"expected a number, received {value!r}")
        whole = found.is_integer() and pd.api.types.is_integer_dtype(self._table[feature].dtype)
        if pd.api.types.is_integer_dtype(self._table[feature].dtype) and not whole:
            # The column has whole numbers only so far; a fraction is a number all the same.
            self._table[feature] = self._table[feature].astype(float)
        return int(found) if whole else found

    def _category(self, number: int, feature: str, value: Any) -> Any:
        if feature not in self._known:
            self._known[feature] = {str(item): item for item in self._table[feature].unique()}
        known = self._known[feature]
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        found = next((known[name] for name in (text, str(value), f"{text}.0") if name in known), None)
        if found is None:
            names = ", ".join(sorted(known)[:20])
            raise _bad(number, feature, f"expected one of {names}, received {value!r}")
        return found

    def _image(self, number: int, feature: str, value: Any) -> Any:
        try:
            content = base64.b64decode(str(value).rpartition("base64,")[2], validate=True)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError(f"more than {MOST_PIXELS} pixels")
                image.load()
                extension = str(image.format).lower()
                if not isinstance(self._table[feature].iloc[0], str):
                    return np.asarray(image)
        except (binascii.Error, OSError, ValueError, Image.DecompressionBombError) as error:
            raise _bad(number, feature, f"expected base64 of a {', '.join(FORMATS)} file ({error})") from None
        path = self._scratch / f"{number}-{len(list(self._scratch.iterdir()))}.{extension}"
        path.write_bytes(content)
        # An absolute path: below the dataset's folder nothing is written.
        return str(path)


def _answers(feature: str, output: Any, classes: list[str]) -> list[dict[str, Any]]:
    if is_classified(output, classes):
        shares = probabilities(output)
        return [
            {feature: classes[int(row.argmax())], "probabilities": dict(zip(classes, map(float, row), strict=True))}
            for row in shares
        ]
    flat = np.asarray(output, float).reshape(len(output), -1)
    return [{feature: float(row[0]) if len(row) == 1 else [float(value) for value in row]} for row in flat]


def _merge(answer: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add a target's answer; the probabilities of the first target stay on top, others get a name of their own."""
    feature = next(iter(more))
    answer[feature] = more[feature]
    if "probabilities" in more:
        answer["probabilities" if "probabilities" not in answer else f"probabilities_{feature}"] = more["probabilities"]


def _bad(number: int, feature: str, text: str) -> InvalidInput:
    field = f"rows[{number}].{feature}"
    return InvalidInput(f"Row {number + 1}, column '{feature}': {text}.", fields=[FieldViolation(field, text)])
