"""Commands about runs: train, test, export, predict, runs."""

from __future__ import annotations

import base64
import csv
import math
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import click

from glasswork_cli import display, options
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.documents import graph_for
from glasswork_cli.failures import Failure
from glasswork_cli.services import services

SUFFIXES = {"savedmodel": ".zip", "keras": ".keras", "tflite": ".tflite", "onnx": ".onnx"}
# The gateway takes 1,000 rows a request; images are large, and a request of theirs must stay below its limit.
ROWS = 250
IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}


@click.command(epilog=options.example("glasswork train model.json --epochs 20"))
@options.model_file
@click.option("--epochs", type=click.IntRange(1), help="How often every row is seen, in place of what the model says.")
@options.as_json
@options.data_dir
def train(directory: DataDirectory, model: Path, epochs: int | None, machine: bool) -> None:
    """Train a model, test it, and keep the run."""
    with services(directory) as client:
        graph = graph_for(client, model)
        if epochs is not None:
            _set_epochs(graph, epochs)
        run = client.post("/runs", {"graph": graph})
        ended = display.watch(client, run, quiet=machine)
    if machine:
        options.print_json(ended)
        return
    click.echo(f"run {ended['id']} {ended['state']} ({ended['end_reason']}) after {ended['epoch']} epochs")
    if ended.get("test"):
        display.results(ended["test"])
    click.echo(f"Export it with `glasswork export {ended['id']} --format tflite -o model.tflite`.")


def _set_epochs(graph: dict[str, Any], epochs: int) -> None:
    fed = {wire["from"].partition(".")[0] for wire in graph["connections"]}
    for name, component in graph["components"].items():
        known = {**component.get("suggested", {}), **component["settings"]}
        if name not in fed and ("epochs" in known or component["type"] in {"core.classification", "core.regression"}):
            component["settings"]["epochs"] = epochs


@click.command(epilog=options.example("glasswork test r20260101-120000-ab12 --split validation"))
@click.argument("run")
@click.option("--split", type=click.Choice(["train", "validation", "test"]), default="test", show_default=True)
@options.as_json
@options.data_dir
def test(directory: DataDirectory, run: str, split: str, machine: bool) -> None:
    """Test a run on rows that it has not learnt from."""
    with services(directory) as client:
        job = client.post(f"/runs/{run}/tests", {"split": split})
        job = client.job(f"/runs/{run}/tests/{job['id']}")
    if machine:
        options.print_json(job)
    else:
        display.results(job["results"])


@click.command(epilog=options.example("glasswork export r20260101-120000-ab12 --format onnx -o model.onnx"))
@click.argument("run")
@click.option("form", "--format", type=click.Choice(list(SUFFIXES)), default="keras", show_default=True)
@click.option("-o", "output", type=options.NewFile(), help="File to write; default model with the format's ending.")
@options.as_json
@options.data_dir
def export(directory: DataDirectory, run: str, form: str, output: Path | None, machine: bool) -> None:
    """Export a run, compared with the model before it is called done."""
    target = output or Path("model").with_suffix(SUFFIXES[form])
    with services(directory) as client:
        job = client.post(f"/runs/{run}/exports", {"format": form})
        job = client.job(f"/runs/{run}/exports/{job['id']}")
        client.download(f"/runs/{run}/exports/{job['id']}/file", target)
    if machine:
        options.print_json({**job, "path": str(target)})
    else:
        difference = f"its answers differ from the model's by at most {job['max_difference']:.2g}"
        click.echo(f"{target}: {job['bytes']:,} bytes; {difference}.")


@click.command(epilog=options.example("glasswork predict r20260101-120000-ab12 rows.csv"))
@click.argument("run")
@click.argument("rows", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.as_json
@options.data_dir
def predict(directory: DataDirectory, run: str, rows: Path, machine: bool) -> None:
    """Predict the rows of a CSV file; images are named relative to it."""
    given = _read_rows(rows)
    with services(directory) as client:
        answers = [
            client.post(f"/runs/{run}/predict", {"rows": given[first : first + ROWS]})["predictions"]
            for first in range(0, len(given), ROWS)
        ]
    found = list(chain.from_iterable(answers))
    if machine:
        options.print_json({"predictions": found})
        return
    writer = csv.writer(sys.stdout)
    predictions = [{k: v for k, v in item.items() if k != "probabilities"} for item in found]
    writer.writerow(list(predictions[0]) if predictions else [])
    writer.writerows(item.values() for item in predictions)


def _read_rows(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            table = list(csv.DictReader(handle))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failure(f"{path} is no CSV in UTF-8: {error}.") from None
    if not table:
        raise Failure(f"{path} has no rows below its header. Give at least one.")
    return [{name: _value(path, text) for name, text in row.items() if name is not None} for row in table]


def _value(path: Path, text: str | None) -> Any:
    if text is None:
        return None
    if Path(text).suffix.lower() in IMAGES:
        image = path.parent / text
        if not image.is_file():
            raise Failure(f"{path}: the image {text} is not there. Images are named relative to the file.")
        return base64.b64encode(image.read_bytes()).decode()
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


@click.command(epilog=options.example("glasswork runs --model digits"))
@click.option("--model", help="Only runs of this model.")
@options.as_json
@options.data_dir
def runs(directory: DataDirectory, model: str | None, machine: bool) -> None:
    """List the runs, the newest first."""
    with services(directory) as client:
        items = list(client.items("/runs", model=model))
    if machine:
        options.print_json({"items": items})
        return
    rows = [
        [
            item["id"],
            item["model"] or "-",
            item["state"],
            f"{item['epoch']}/{item['epochs']}",
            display.metrics_text(item["metrics"]),
        ]
        for item in items
    ]
    display.table(["run", "model", "state", "epochs", "metrics"], rows)
