"""Commands about a model document: suggest, check, code, preview."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any, Final

import click
from glasswork_sdk.document import Document

from glasswork_cli import display, options
from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.documents import graph_for, read_document, write_aside
from glasswork_cli.failures import Failure
from glasswork_cli.services import services

_KNOWN: Final = ("example:", "dataset:")


@click.command(epilog=options.example("glasswork suggest wine.csv --target cultivar -o model.json"))
@click.argument("data")
@click.option("targets", "--target", multiple=True, help="Column to predict; may be repeated.")
@click.option("inputs", "--input", multiple=True, help="Column to learn from; default all others.")
@click.option("-o", "output", type=options.NewFile(), default="model.json", show_default=True)
@options.as_json
@options.data_dir
def suggest(
    directory: DataDirectory, data: str, targets: tuple[str, ...], inputs: tuple[str, ...], output: Path, machine: bool
) -> None:
    """Make a model for DATA: a file, or example:NAME."""
    if not data.startswith(_KNOWN) and not Path(data).is_file():
        raise Failure(f"{data} is no file. Name a CSV, Parquet, NPZ or zip file, or example:digits.")
    with services(directory) as client:
        dataset = _dataset(client, data)
        body: dict[str, Any] = {"dataset": dataset["id"]}
        if targets:
            body["targets"] = list(targets)
        if inputs:
            body["inputs"] = list(inputs)
        answer = client.post("/suggest", body)
    write_aside(output, Document.parse(answer["graph"]).canonical())
    if machine:
        options.print_json({**answer, "file": str(output)})
        return
    for warning in dataset.get("warnings", []):
        click.echo(f"warning {warning['message']}", err=True)
    for item in answer["explanation"]:
        click.echo(f"{item['component'] or 'model'}: {item['text']}")
    click.echo(f"The model is in {output}. Train it with `glasswork train {output}`.")


def _dataset(client: Client, data: str) -> dict[str, Any]:
    if data.startswith("example:"):
        return client.post("/datasets", {"example": data.partition(":")[2]})
    if data.startswith("dataset:"):
        return client.get(f"/datasets/{data.partition(':')[2]}")
    return client.upload(Path(data))


@click.command(epilog=options.example("glasswork check model.json"))
@options.model_file
@options.as_json
@options.data_dir
def check(directory: DataDirectory, model: Path, machine: bool) -> None:
    """Say what is wrong with a model; exit 1 if something is."""
    from glasswork_cli.stateless import analysed

    findings = analysed(directory, model).diagnostics
    if machine:
        options.print_json({"diagnostics": findings})
    elif not findings:
        click.echo(f"{model}: nothing is wrong.")
    failed = any(item["severity"] == "error" for item in findings) if machine else display.diagnostics(findings)
    sys.exit(1 if failed else 0)


@click.command(epilog=options.example("glasswork code model.json -o model.py"))
@options.model_file
@click.option("-o", "output", type=options.NewFile(), help="File to write; default the terminal.")
@options.as_json
@options.data_dir
def code(directory: DataDirectory, model: Path, output: Path | None, machine: bool) -> None:
    """Write the code of a model."""
    from glasswork_cli.stateless import analysed

    answer = analysed(directory, model)
    if machine:
        options.print_json(
            {"script": answer.script, "components": answer.components, "diagnostics": answer.diagnostics}
        )
        sys.exit(0 if answer.script else 1)
    if not answer.script:
        display.diagnostics(answer.diagnostics)
        raise Failure(f"{model} has errors, so there is no code yet. Mend what stands above.")
    if output is None:
        click.echo(answer.script, nl=False)
    else:
        write_aside(output, answer.script)
        click.echo(f"The code is in {output}.")


@click.command(epilog=options.example("glasswork preview model.json --component conv1 --image conv1.png"))
@options.model_file
@click.option("--component", help="Only this one.")
@click.option("--image", type=options.NewFile(), help="Write its picture as PNG.")
@options.as_json
@options.data_dir
def preview(directory: DataDirectory, model: Path, component: str | None, image: Path | None, machine: bool) -> None:
    """Show what each component does to the first training row; exit 1 if one fails."""
    if image and not component:
        raise click.UsageError("--image needs --component, whose picture it writes")
    known = read_document(model).components
    if component and component not in known:
        raise Failure(f"{model} has no component '{component}'; it has {', '.join(known)}.")
    with services(directory) as client:
        previews: dict[str, Any] = client.post("/preview", {"graph": graph_for(client, model)})["components"]
    if component:
        previews = {component: previews[component]}
    if image and component:
        _write_image(previews[component], component, image)
    if machine:
        options.print_json({"components": previews})
    else:
        _show_previews(previews)
    sys.exit(0 if all(item["state"] == "ok" for item in previews.values()) else 1)


def _write_image(item: dict[str, Any], component: str, image: Path) -> None:
    picture = (item.get("visualization") or {}).get("png")
    if not picture:
        raise Failure(f"'{component}' has no picture: its output is shown as values. See `--json`.")
    image.write_bytes(base64.b64decode(picture))


def _show_previews(previews: dict[str, Any]) -> None:
    rows = []
    for name, item in previews.items():
        figures = item.get("statistics") or {}
        bounds = f"{figures['min']:.3g} to {figures['max']:.3g}" if figures.get("min") is not None else ""
        error = item.get("error") or {}
        line = f"line {error['line']}: " if error.get("line") else ""
        shape = "×".join(str(size) for size in item.get("shape") or []) or "-"
        rows.append(
            [
                name,
                item["state"],
                shape,
                item.get("dtype") or "",
                item.get("parameter_count") or 0,
                bounds,
                f"{line}{error.get('message', '')}",
            ]
        )
    display.table(["component", "state", "shape", "dtype", "parameters", "values", ""], rows)
