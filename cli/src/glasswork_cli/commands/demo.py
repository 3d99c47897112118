"""The main job, shown: real digits, suggested model, previews, training, test, exports, a saved version."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from glasswork_sdk.document import Document

from glasswork_cli import display, options
from glasswork_cli.client import Client
from glasswork_cli.commands.training import SUFFIXES
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.documents import write_aside
from glasswork_cli.failures import Failure
from glasswork_cli.services import services


@click.command(epilog=options.example("glasswork demo --json"))
@options.as_json
@options.data_dir
def demo(directory: DataDirectory, machine: bool) -> None:
    """Do the main job on 1,797 hand-written digits, with nothing else running."""
    started = time.monotonic()
    with services(directory) as client:
        answer = _Demo(client, directory, quiet=machine).run()
    answer["seconds"] = round(time.monotonic() - started, 1)
    if machine:
        options.print_json(answer)
    else:
        click.echo(f"\nAll of it took {answer['seconds']:.0f} s. Everything is in {directory.path}.")
        click.echo("See it with `glasswork up`.")


class _Demo:
    def __init__(self, client: Client, directory: DataDirectory, quiet: bool) -> None:
        self.client = client
        self.quiet = quiet
        self.folder = directory.path / "demo"
        self.folder.mkdir(exist_ok=True)

    def say(self, text: str) -> None:
        if not self.quiet:
            click.echo(text)

    def run(self) -> dict[str, Any]:
        graph = self.suggest()
        self.preview(graph)
        model = self.client.post("/models", {"name": "Digits", "graph": graph})
        run = self.train(model["id"])
        exports = [self.export(run["id"], form) for form in SUFFIXES]
        body = {"message": "Suggested model, trained", "run": run["id"]}
        version = self.client.post(f"/models/{model['id']}/versions", body)
        self.say(
            f"\n6. Saved as version {version['id']} of the model '{model['id']}', a git repository with its weights."
        )
        return {
            "model": model["id"],
            "run": run["id"],
            "test": run["test"],
            "version": version["id"],
            "exports": exports,
            "weights": run["weights"],
            "files": str(self.folder),
        }

    def suggest(self) -> dict[str, Any]:
        dataset = self.client.post("/datasets", {"example": "digits"})
        self.say(f"1. The data: {dataset['rows']:,} rows with {', '.join(dataset['features'])}.")
        answer = self.client.post("/suggest", {"dataset": dataset["id"]})
        graph: dict[str, Any] = answer["graph"]
        self.say("\n2. The suggested model:")
        if not self.quiet:
            display.graph(graph)
            for item in answer["explanation"][:6]:
                click.echo(f"     {item['text']}")
        write_aside(self.folder / "model.json", Document.parse(graph).canonical())
        write_aside(self.folder / "model.py", self.client.post("/code", {"graph": graph})["script"])
        return graph

    def preview(self, graph: dict[str, Any]) -> None:
        previews = self.client.post("/preview", {"graph": graph})["components"]
        failed = {name: item for name, item in previews.items() if item["state"] != "ok"}
        if failed:
            name, item = next(iter(failed.items()))
            raise Failure(f"The preview of '{name}' is {item['state']}: {(item.get('error') or {}).get('message', '')}")
        self.say("\n3. What each component makes of the first training image:")
        for name, item in previews.items():
            shape = "×".join(str(size) for size in item["shape"] or []) or "1"
            self.say(
                f"  {name:24} {shape:>12}  {item['parameter_count']:>8,} parameters  {item['milliseconds']:7.1f} ms"
            )

    def train(self, model: str) -> dict[str, Any]:
        self.say("\n4. Training, live:")
        run = display.watch(self.client, self.client.post("/runs", {"model": model}), quiet=self.quiet)
        self.say(f"  run {run['id']} ended ({run['end_reason']}) after {run['epoch']} epochs; weights {run['weights']}")
        if not self.quiet:
            display.results(run["test"])
        return run

    def export(self, run: str, form: str) -> dict[str, Any]:
        if form == "savedmodel":
            self.say("\n5. Exports, each loaded back and compared with the model on the whole test split:")
        job = self.client.post(f"/runs/{run}/exports", {"format": form})
        job = self.client.job(f"/runs/{run}/exports/{job['id']}")
        path: Path = self.folder / f"digits{SUFFIXES[form]}"
        self.client.download(f"/runs/{run}/exports/{job['id']}/file", path)
        self.say(f"  {path}  {job['bytes']:>9,} bytes, largest difference {job['max_difference']:.1e}")
        return {"format": form, "path": str(path), "bytes": job["bytes"], "max_difference": job["max_difference"]}
