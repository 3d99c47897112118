"""What a terminal shows: progress bars there, plain lines elsewhere, tables and graphs as text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from glasswork_cli.client import Client
from glasswork_cli.failures import Failure

SHOWN = ("loss", "val_loss", "accuracy", "val_accuracy", "mae", "val_mae", "r2", "val_r2")


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows in columns of equal width."""
    texts = [list(headers), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[i]) for row in texts) for i in range(len(headers))]
    for row in texts:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def diagnostics(items: Iterable[dict[str, Any]]) -> bool:
    """Print findings, one a line; return whether one is an error."""
    failed = False
    for item in items:
        failed = failed or item["severity"] == "error"
        place = item.get("component") or "model"
        line = f":{item['line']}" if item.get("line") else ""
        click.echo(f"{item['severity']:8}{place}{line}: {item['message']} [{item['code']}]")
    return failed


def graph(document: dict[str, Any]) -> None:
    """Print the components of a document and what each is fed by."""
    feeds: dict[str, list[str]] = {name: [] for name in document["components"]}
    for wire in document["connections"]:
        feeds[wire["to"].partition(".")[0]].append(wire["from"].partition(".")[0])
    order: list[str] = []
    waiting = dict(feeds)
    while waiting:
        ready = [name for name, sources in waiting.items() if not set(sources) & waiting.keys()]
        for name in ready or list(waiting):
            order.append(name)
            waiting.pop(name)
    for name in order:
        component = document["components"][name]
        values = {**component.get("suggested", {}), **component["settings"]}
        told = ", ".join(f"{key}={value}" for key, value in list(values.items())[:4])
        arrow = f" ← {', '.join(feeds[name][:4])}{' …' if len(feeds[name]) > 4 else ''}" if feeds[name] else ""
        click.echo(f"  {name:24} {component['type']:26} {told}{arrow}")


def metrics_text(metrics: dict[str, Any]) -> str:
    """Return the metrics that matter most, in a few words."""
    return "  ".join(f"{name} {metrics[name]:.4f}" for name in SHOWN if isinstance(metrics.get(name), int | float))


def watch(client: Client, run: dict[str, Any], quiet: bool = False) -> dict[str, Any]:
    """Follow a run to its end; a bar on a terminal, a line an epoch elsewhere.

    Args:
        client: the gateway's client.
        run: the run as it was made.
        quiet: whether nothing is shown.

    Returns:
        The run as it ended.

    Raises:
        Failure: the run failed; the text names the component and its line.
    """
    if quiet:
        for _ in client.events(run["id"]):
            pass
    elif sys.stderr.isatty():
        _watch_bar(client, run)
    else:
        for event in client.events(run["id"]):
            if event["kind"] == "epoch":
                click.echo(f"epoch {event['epoch']:4}/{run['epochs']}  {metrics_text(event['metrics'])}", err=True)
    ended = client.get(f"/runs/{run['id']}")
    if ended["state"] == "FAILED":
        raise Failure(_error_text(ended))
    return ended


def _watch_bar(client: Client, run: dict[str, Any]) -> None:
    columns = (
        TextColumn("training"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=max(run["epochs"], 1))
        told = ""
        for event in client.events(run["id"]):
            if event["kind"] == "epoch":
                told = metrics_text(event["metrics"])
                progress.update(task, completed=event["epoch"], description=f"epoch {event['epoch']}  {told}")


def _error_text(run: dict[str, Any]) -> str:
    error = run.get("error") or {}
    place = f"'{error['component']}'" if error.get("component") else "The run"
    line = f", line {error['line']} of its code" if error.get("line") else ""
    return f"{place}{line}: {error.get('message', 'the run failed')}"


def results(test: dict[str, Any]) -> None:
    """Print the results of a test beside their baselines."""
    intervals, baselines = test.get("interval") or {}, test.get("baseline") or {}
    names = [name for name in ("accuracy", "precision", "recall", "f1", "auc", "mae", "rmse", "r2") if name in test]
    headers = ["metric", "test", "95 % interval", *baselines]
    rows = []
    for name in names:
        low_high = intervals.get(name)
        interval = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else ""
        rows.append([name, _number(test[name]), interval, *[_number(item.get(name)) for item in baselines.values()]])
    click.echo(f"test on {test.get('rows', 0)} rows that the model never saw:")
    table(headers, rows)


def _number(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) else "-"
