"""What a user should know of a dataset before training on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from glasswork_executor.worker.data.tables import Table
from glasswork_executor.worker.data.types import BINARY, CATEGORICAL, IMAGE, NUMERICAL, is_usable

IMBALANCE = 10
NEARLY_ALL = 0.999


def findings(table: Table, features: Sequence[Mapping[str, Any]], targets: Sequence[str]) -> list[dict[str, str]]:
    """Return the warnings about a dataset.

    Args:
        table: the data.
        features: the profiles of its columns.
        targets: the columns that are to be predicted; only with them leaks can be found.
    """
    found = [finding for feature in features for finding in _of_feature(feature, table)]
    found += _duplicates(table)
    kinds = {feature["name"]: feature["type"] for feature in features}
    for target in targets:
        found += [_leak(name, target) for name in kinds if _leaks(table, name, target, kinds)]
    return found


def _of_feature(feature: Mapping[str, Any], table: Table) -> list[dict[str, str]]:
    name, figures = feature["name"], feature["statistics"]
    found = []
    if figures["missing"]:
        share = figures["missing"] / (figures["missing"] + figures["count"])
        text = f"{figures['missing']} values of '{name}' are missing ({share:.1%}). Rows without it are left out."
        found.append(_finding("missing-values", text, name))
    if figures["unique"] <= 1:
        found.append(
            _finding("constant", f"'{name}' has the same value in every row: nothing can be learnt from it.", name)
        )
    elif not is_usable(table.columns[name]):
        text = f"'{name}' holds {figures['unique']} different texts: it looks like names or free text. Leave it out."
        found.append(_finding("unusable", text, name))
    counts = figures.get("class_counts", [])
    if len(counts) > 1 and max(counts) >= IMBALANCE * min(counts) and is_usable(table.columns[name]):
        rare, common = figures["classes"][int(np.argmin(counts))], figures["classes"][int(np.argmax(counts))]
        text = (
            f"'{common}' is in {max(counts)} rows of '{name}' and '{rare}' in {min(counts)}. "
            "To predict it well, use class weights or collect more rows of the rare classes."
        )
        found.append(_finding("imbalance", text, name))
    return found


def _duplicates(table: Table) -> list[dict[str, str]]:
    single = {name: column for name, column in table.columns.items() if isinstance(column, pd.Series)}
    if len(single) < len(table.columns):
        return []
    count = int(pd.DataFrame(single).duplicated().sum())
    if not count:
        return []
    text = f"{count} rows are exact copies of others. Copies on both sides of the split make a model look too good."
    return [_finding("duplicates", text)]


def _leaks(table: Table, name: str, target: str, kinds: Mapping[str, str]) -> bool:
    if name == target or target not in kinds or IMAGE in {kinds[name], kinds[target]}:
        return False
    pair = pd.DataFrame({"x": table.columns[name], "y": table.columns[target]}).dropna()
    if len(pair) < 20 or pair["x"].nunique() < 2 or pair["y"].nunique() < 2:
        return False
    if kinds[name] == NUMERICAL:
        return _number_leaks(pair, kinds[target])
    if kinds[target] == NUMERICAL or 2 * pair["x"].nunique() > len(pair):
        return False
    commonest = pair.groupby("x")["y"].agg(lambda values: values.value_counts().iloc[0]).sum()
    return bool(commonest / len(pair) >= NEARLY_ALL)


def _number_leaks(pair: pd.DataFrame, target_kind: str) -> bool:
    if target_kind in {BINARY, CATEGORICAL}:
        # Sorted by the number, each class is one run.
        ordered = pair.sort_values("x", kind="stable")["y"].to_numpy()
        runs = 1 + int(np.sum(ordered[1:] != ordered[:-1]))
        return runs == len(np.unique(ordered))
    with np.errstate(all="ignore"):
        correlation = np.corrcoef(pair["x"].to_numpy(np.float64), pair["y"].to_numpy(np.float64))[0, 1]
    return bool(abs(correlation) > NEARLY_ALL)


def _leak(name: str, target: str) -> dict[str, str]:
    text = f"'{name}' nearly determines '{target}'. If it is not known before '{target}' is, leave it out."
    return _finding("leaking", text, name)


def _finding(code: str, message: str, feature: str = "") -> dict[str, str]:
    return {"code": code, "message": message, "feature": feature}
