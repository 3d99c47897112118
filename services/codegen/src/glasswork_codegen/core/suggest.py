"""Suggestion of whole graphs: a plugin makes the components, and the settings follow the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from glasswork_sdk.analysis import Analysis, analyse
from glasswork_sdk.boundary import Failure, error_text
from glasswork_sdk.document import LONGEST_NAME, DatasetReference, Document, FeatureReference, Split
from glasswork_sdk.errors import FieldViolation, InvalidInput, PluginFailed
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.suggestion import SuggestedGraph

HOOK: Final = "glasswork_suggest_graph"
MANY: Final = 4
"""Components of one type, above which their settings are not explained one by one."""


def suggest_graph(
    catalogue: Catalogue,
    profile: DatasetProfile,
    source: str,
    inputs: Sequence[str] = (),
    targets: Sequence[str] = (),
    split: Split | None = None,
) -> tuple[Document, list[tuple[str, str]]]:
    """Make a complete graph for a dataset.

    Args:
        catalogue: the plugins that are asked, in the order of their names.
        profile: what the dataset holds.
        source: how the document shall name it.
        inputs: columns that the model sees; empty for all others.
        targets: columns that it predicts; empty for what the dataset declares.
        split: how to divide the rows; None for 70/20/10.

    Returns:
        The document, free of errors, and component and sentence for each choice.

    Raises:
        InvalidInput: a column is not there, none is left, or nobody can make a model for their types.
        PluginFailed: nobody made a model, and a plugin failed when it was asked.
    """
    targets = _columns(profile, targets or profile.targets, "targets")
    if not targets:
        raise InvalidInput(
            f"Which column shall be predicted? The dataset has {_names(profile)} and declares none. Name one as "
            "target.",
            fields=[FieldViolation("targets", "expected at least one column")],
        )
    others = [name for name in profile.features if name not in targets and profile.features[name].type != "unknown"]
    left_out = {name: reason for name in others if not inputs and (reason := _unusable(profile.features[name]))}
    chosen = _columns(profile, inputs or [name for name in others if name not in left_out], "inputs")
    for field, names in (("inputs", chosen), ("targets", targets)):
        _check_usable(profile, names, field)
    # An image may be what the model sees and what it makes: an autoencoder.
    both = sorted(name for name in set(chosen) & set(targets) if profile.features[name].type != "image")
    if both or not chosen:
        told = f"'{both[0]}' is both" if both else "there is no column left as input"
        raise InvalidInput(
            f"Inputs and targets are different columns (but for images), at least one of each; {told}.",
            fields=[FieldViolation("inputs", told)],
        )
    failed: list[PluginFailed] = []
    for plugin, make in catalogue.implementations(HOOK):
        work = partial(make, profile=profile, inputs=chosen, targets=targets)
        try:
            graph = catalogue.ledger.call(plugin, HOOK, HOOK, work)
            if graph is not None:
                document, explanation = _checked(catalogue, plugin, graph, profile, source, (*chosen, *targets), split)
                missed = [
                    ("", f"The column '{name[:100]}' is left out: {reason}.") for name, reason in left_out.items()
                ]
                return document, [*missed, *explanation]
        except PluginFailed as problem:
            failed.append(problem)
    if failed:
        raise failed[0]
    types = ", ".join(f"'{name}' ({profile.features[name].type})" for name in (*chosen, *targets))
    raise InvalidInput(
        f"No installed plugin makes a model of these columns: {types}. Choose other columns or types, or draw "
        "the model.",
        fields=[FieldViolation("targets", "no model for these types")],
    )


def _unusable(feature: FeatureProfile) -> str:
    """Return why no model can use a column; empty for one that can be used."""
    if feature.statistics.count == 0 and feature.statistics.missing > 0:
        return "it has no values"
    if len(feature.name) > LONGEST_NAME:
        return f"its name has {len(feature.name):,} characters, and a document holds {LONGEST_NAME}"
    return ""


def _check_usable(profile: DatasetProfile, names: Sequence[str], field: str) -> None:
    for name in names:
        reason = _unusable(profile.features[name])
        if reason:
            message = f"The column '{name[:100]}' cannot be used: {reason}. Choose another column, or change the data."
            raise InvalidInput(message, fields=[FieldViolation(field, reason)])


def _checked(
    catalogue: Catalogue,
    plugin: str,
    graph: SuggestedGraph,
    profile: DatasetProfile,
    source: str,
    columns: Sequence[str],
    split: Split | None,
) -> tuple[Document, list[tuple[str, str]]]:
    """Return the graph of a plugin with the settings that follow the data.

    Raises:
        PluginFailed: it is no graph, or has an error.
    """
    try:
        document = _document(catalogue, graph, profile, source, columns, split)
        analysis = analyse(document, catalogue, profile, suggest=True)
        wrong = "" if analysis.sound else analysis.diagnostics[0].message
        explanation = [*graph.explanation, *_fresh(analysis, graph)]
        if not all(isinstance(text, str) for component, reason in explanation for text in (component, reason)):
            raise TypeError("its explanation is a list of component and sentence")
    except Exception as problem:  # the plugin fills in the graph as it likes
        wrong = error_text(problem)
    if wrong:
        failure = Failure(plugin, HOOK, f"the graph that it suggests has an error: {wrong.rstrip('.')}")
        catalogue.ledger.note(failure)
        raise PluginFailed(failure.message)
    return analysis.document, explanation


def _columns(profile: DatasetProfile, names: Sequence[str], field: str) -> list[str]:
    for name in names:
        if name not in profile.features:
            message = f"The dataset has no column '{name}'; it has {_names(profile)}. Name one of those."
            raise InvalidInput(message, fields=[FieldViolation(field, f"no column '{name}'")])
    return list(dict.fromkeys(names))


def _names(profile: DatasetProfile) -> str:
    names = [f"'{name}'" for name in profile.features]
    return (
        ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "") if names else "no columns"
    )


def _document(
    catalogue: Catalogue,
    graph: SuggestedGraph,
    profile: DatasetProfile,
    source: str,
    columns: Sequence[str],
    split: Split | None,
) -> Document:
    used = sorted({item["type"].partition(".")[0] for item in graph.components.values()})
    dataset = DatasetReference(
        source=source,
        hash=profile.hash,
        table=profile.table,
        features={name: FeatureReference(type=profile.features[name].type) for name in columns},
        split=split or Split(),
    )
    document = Document.parse(
        {
            "format": 1,
            "dataset": None,
            "components": graph.components,
            "connections": [{"from": start, "to": end} for start, end in graph.connections],
            "plugins": {name: catalogue.plugins[name].version for name in used},
        }
    )
    return document.model_copy(update={"dataset": dataset})


def _fresh(analysis: Analysis, graph: SuggestedGraph) -> list[tuple[str, str]]:
    """Return the reasons of suggested settings, but for those that the many columns repeat."""
    told = {(component, text) for component, text in graph.explanation}
    counts = Counter(item["type"] for item in graph.components.values())
    return [
        (component, text)
        for component, text in dict.fromkeys(analysis.explanation)
        if (component, text) not in told and counts[analysis.nodes[component].component.type] <= MANY
    ]


def with_types(profile: DatasetProfile, document: Document) -> DatasetProfile:
    """Return the profile with the types that the document chose."""
    if document.dataset is None:
        return profile
    chosen = document.dataset.features
    features = {
        name: replace(feature, type=chosen[name].type) if name in chosen else feature
        for name, feature in profile.features.items()
    }
    return replace(profile, features=features)
