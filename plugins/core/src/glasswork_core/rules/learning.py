"""Rules about how a model learns: optimizer, schedule, epochs, batches, classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.rules import Finding, Rule, rule
from glasswork_sdk.view import View

from glasswork_core.optimizers import USED_SETTINGS, USUAL_RATES
from glasswork_core.rules.common import CLASSIFICATION, MULTITASK, REGRESSION, is_training


def _supervised(view: View) -> Node | None:
    known = any(is_training(view, name) for name in (CLASSIFICATION, REGRESSION, MULTITASK))
    return view.training if known else None


def _on(view: View, node: Node, setting: str, message: str, **fix: Any) -> Finding:
    return Finding(node.id, message, setting=setting, fix=view.fixes.assign(node.id, **fix) if fix else ())


@rule(
    "learning-rate-high", Severity.WARNING, "The learning rate is very high for the optimizer",
    why="Steps that are too long jump over every minimum: the loss goes up and down, or becomes no number.",
    remedy="Begin with the optimizer's usual rate.",
)  # fmt: skip
def _learning_rate_high(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is not None:
        usual = USUAL_RATES[learning.optimizer]
        if learning.learning_rate > usual.high:
            told = f"{node.label} has the learning rate {learning.learning_rate:g}; {learning.optimizer} usually needs"
            yield _on(view, node, "learning_rate", f"{told} about {usual.usual:g}.", learning_rate=usual.usual)


@rule(
    "learning-rate-low", Severity.WARNING, "The learning rate is very low for the optimizer",
    why="Steps that are too short get nowhere in the epochs that there are.",
    remedy="Begin with the optimizer's usual rate.",
)  # fmt: skip
def _learning_rate_low(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is not None:
        usual = USUAL_RATES[learning.optimizer]
        if learning.learning_rate < usual.low:
            told = f"{node.label} has the learning rate {learning.learning_rate:g}; {learning.optimizer} usually needs"
            yield _on(view, node, "learning_rate", f"{told} about {usual.usual:g}.", learning_rate=usual.usual)


@rule(
    "batch-larger-than-data", Severity.WARNING, "A step sees all rows at once",
    why="With a batch larger than the data there is one step in an epoch: few steps, and none of the chance that helps "
    "to find good weights.",
    remedy="Use a batch size of 16 to 128.",
)  # fmt: skip
def _batch_larger_than_data(view: View) -> Iterator[Finding]:
    size, rows = getattr(view.learning, "batch_size", 0), view.train_rows
    if view.training is not None and rows > 1 and size > rows:
        fitting = max(1, min(32, rows // 4))
        message = f"Steps of {size} rows are more than the {rows} rows there are to learn from. Use {fitting}."
        yield _on(view, view.training, "batch_size", message, batch_size=fitting)


@rule(
    "early-stopping-without-validation", Severity.WARNING, "Early stopping has nothing to look at",
    why="It watches a metric of the validation rows, and the split has none: training never stops early.",
    remedy="Put rows aside for validation, or watch loss.",
)  # fmt: skip
def _early_stopping_without_validation(view: View) -> Iterator[Finding]:
    node, learning, split = _supervised(view), view.learning, view.split
    if node is None or split is None or split.validation > 0 or not learning.early_stopping:
        return
    if learning.monitor.startswith("val_"):
        message = f"{node.label} stops by '{learning.monitor}', and there are no validation rows. Watch loss."
        yield _on(view, node, "monitor", message, monitor="loss")


@rule(
    "patience-beyond-epochs", Severity.WARNING, "Early stopping waits longer than training lasts",
    why="With a patience of as many epochs as there are, training can never stop early.",
    remedy="Use a patience of a tenth to a fifth of the epochs.",
)  # fmt: skip
def _patience_beyond_epochs(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is None or not {"patience", "early_stopping"} & node.component.settings.keys():
        return  # a suggestion that epochs have overtaken is nobody's mistake
    if learning.early_stopping and 1 < learning.epochs <= learning.patience:
        message = f"{node.label} waits {learning.patience} epochs for something better, and trains {learning.epochs}."
        yield _on(view, node, "patience", message, patience=max(1, learning.epochs // 5))


@rule(
    "unknown-metric", Severity.WARNING, "Early stopping watches a metric that is not there",
    why="A metric that nobody measures never gets better or worse.",
    remedy="Watch val_loss, or one of the metrics that the component reports.",
)  # fmt: skip
def _unknown_metric(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is None or not learning.early_stopping or len(view.heads) != 1:
        return
    known = getattr(node.type, "metrics", ())
    if learning.monitor.removeprefix("val_") not in known:
        message = f"{node.label} stops by '{learning.monitor}'; it reports {', '.join(known)}, and each with val_."
        yield _on(view, node, "monitor", message, monitor="val_loss")


@rule(
    "decay-steps-mismatch", Severity.WARNING, "The schedule does not fit the number of steps",
    why="A schedule that ends long before training leaves nothing to learn with; one that hardly begins is none.",
    remedy="Let decay_steps be about the number of steps: rows / batch size * epochs.",
)  # fmt: skip
def _decay_steps_mismatch(view: View) -> Iterator[Finding]:
    node, learning, steps = _supervised(view), view.learning, view.steps
    if node is None or not steps or learning.schedule == "constant":
        return
    cosine = learning.schedule == "cosine"
    low, high = (steps * 0.3, steps * 3) if cosine else (steps * 0.005, steps * 2)
    if not low <= learning.decay_steps <= high:
        fitting = steps if cosine else max(1, steps // 20)
        message = f"{node.label} lowers the rate over {learning.decay_steps:,} steps, and training has {steps:,}."
        yield _on(view, node, "decay_steps", f"{message} Use {fitting:,}.", decay_steps=fitting)


@rule(
    "warmup-too-long", Severity.WARNING, "The learning rate is raised for most of the training",
    why="A warm-up protects the first steps. One that lasts until the end leaves none at the full rate.",
    remedy="Use about a twentieth of the steps.",
)  # fmt: skip
def _warmup_too_long(view: View) -> Iterator[Finding]:
    node, learning, steps = _supervised(view), view.learning, view.steps
    if node is not None and steps and learning.schedule == "cosine" and learning.warmup_steps * 2 > steps:
        message = f"{node.label} warms up for {learning.warmup_steps:,} of {steps:,} steps. Use {steps // 20:,}."
        yield _on(view, node, "warmup_steps", message, warmup_steps=steps // 20)


@rule(
    "single-epoch", Severity.TIP, "The model sees each row once",
    why="One look at each row is seldom enough, unless there are millions of them.",
    remedy="Use some tens of epochs, with early stopping.",
)  # fmt: skip
def _single_epoch(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is not None and learning.epochs == 1 and 0 < view.train_rows < 100_000:
        message = f"{node.label} sees each of {view.train_rows:,} rows once. Use 20 epochs or more."
        yield _on(view, node, "epochs", message, epochs=20)


@rule(
    "no-early-stopping", Severity.TIP, "Many epochs without early stopping",
    why="Small data is soon learnt by heart. Early stopping ends training when validation gets no better, and keeps "
    "the "
    "best weights.",
    remedy="Turn early_stopping on.",
)  # fmt: skip
def _no_early_stopping(view: View) -> Iterator[Finding]:
    node, learning, split = _supervised(view), view.learning, view.split
    if node is None or split is None or split.validation == 0 or learning.early_stopping:
        return
    if learning.epochs >= 100:
        message = f"{node.label} trains {learning.epochs} epochs whatever happens. Turn early_stopping on."
        patience = {"patience": learning.epochs // 5} if learning.patience >= learning.epochs else {}
        yield _on(view, node, "early_stopping", message, early_stopping=True, **patience)


@rule(
    "setting-ignored", Severity.TIP, "A setting that the optimizer does not have",
    why="Each optimizer takes some of the settings. The others change nothing, whatever they are.",
    remedy="Take the setting back, or choose the optimizer that has it.",
)  # fmt: skip
def _setting_ignored(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is None:
        return
    every = {name for names in USED_SETTINGS.values() for name in names}
    ignored = sorted(every.difference(USED_SETTINGS[learning.optimizer]) & node.component.settings.keys())
    if ignored:
        message = f"{node.label} has {', '.join(ignored)}, which {learning.optimizer} does not use."
        yield Finding(node.id, message, setting=ignored[0], fix=view.fixes.unset(node.id, *ignored))


@rule(
    "shuffle-off", Severity.WARNING, "Rows always come in the same order",
    why="Every epoch then makes the same steps, and what rows beside each other have in common is learnt with them.",
    remedy="Turn shuffle on.",
)  # fmt: skip
def _shuffle_off(view: View) -> Iterator[Finding]:
    if view.training is not None and not getattr(view.learning, "shuffle", True):
        message = f"{view.training.label} sees the rows in the same order in every epoch. Turn shuffle on."
        yield _on(view, view.training, "shuffle", message, shuffle=True)


@rule(
    "tiny-clip-norm", Severity.WARNING, "Gradients are cut to almost nothing",
    why="A limit far below the usual length of gradients shortens every step, like a far lower learning rate.",
    remedy="Use about 1, or 0 for no limit.",
)  # fmt: skip
def _tiny_clip_norm(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is not None and 0 < learning.clip_norm < 0.01 and learning.optimizer == "sgd":
        message = f"{node.label} cuts gradients to a length of {learning.clip_norm:g}. Use 1."
        yield _on(view, node, "clip_norm", message, clip_norm=1)


@rule(
    "class-imbalance", Severity.WARNING, "Some classes are much rarer than others",
    why="A model that always answers the commonest class is right nearly always, and learns just that.",
    remedy="Give rare classes more weight, as the fix does, use the focal loss, or collect more of their rows.",
)  # fmt: skip
def _class_imbalance(view: View) -> Iterator[Finding]:
    node, learning = _supervised(view), view.learning
    if node is None or not is_training(view, CLASSIFICATION) or learning.class_weights or learning.loss == "focal":
        return
    if len(view.heads) != 1 or view.heads[0].target is None:
        return
    target = view.heads[0].target
    counts = target.statistics.class_counts
    if len(counts) < 2 or min(counts) <= 0 or max(counts) < 5 * min(counts):
        return
    weights = [round(sum(counts) / (len(counts) * count), 4) for count in counts]
    classes = target.statistics.classes
    rare, common = classes[counts.index(min(counts))], classes[counts.index(max(counts))]
    message = f"'{common}' is in {max(counts):,} rows of '{target.name}' and '{rare}' in {min(counts):,}."
    yield _on(view, node, "class_weights", f"{message} Use class weights.", class_weights=weights)


@rule(
    "rare-class", Severity.TIP, "A class with hardly any rows",
    why="Fewer than ten rows of a class, divided among three splits, are too few to learn it and too few to test it.",
    remedy="Collect more rows of it, or put it together with another class.",
)  # fmt: skip
def _rare_class(view: View) -> Iterator[Finding]:
    for head in view.heads:
        figures = head.target.statistics if head.target is not None else None
        if figures is None or head.target is None or len(figures.class_counts) != len(figures.classes):
            continue
        rare = [name for name, count in zip(figures.classes, figures.class_counts, strict=True) if count < 10]
        if rare and len(figures.classes) > 1:
            names = ", ".join(f"'{name}'" for name in rare[:5])
            yield Finding(
                head.prediction.id, f"The classes {names} of '{head.target.name}' have fewer than ten rows each."
            )


@rule(
    "plugin-version", Severity.TIP, "The document was made with another version of a plugin",
    why="Another version may write other code for the same settings, so numbers may differ.",
    remedy="Install the version that the document names, or accept the installed one, as the fix does.",
)  # fmt: skip
def _plugin_version(view: View) -> Iterator[Finding]:
    installed: Mapping[str, str] = view.versions
    for name, version in view.document.plugins.items():
        if name in installed and installed[name] != version:
            fix = ({"op": "replace", "path": f"/plugins/{name}", "value": installed[name]},)
            yield Finding(
                "", f"The document was made with '{name}' {version}; {installed[name]} is installed.", fix=fix
            )


RULES: Final[tuple[Rule, ...]] = (
    _learning_rate_high, _learning_rate_low, _batch_larger_than_data, _early_stopping_without_validation,
    _patience_beyond_epochs, _unknown_metric, _decay_steps_mismatch, _warmup_too_long, _single_epoch,
    _no_early_stopping, _setting_ignored, _shuffle_off, _tiny_clip_norm, _class_imbalance, _rare_class, _plugin_version,
)  # fmt: skip
