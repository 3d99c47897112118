"""Datasets that are on this machine already: the examples that ship, and paths below the allowed roots."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glasswork_sdk.errors import FieldViolation, Forbidden, InvalidDataset, InvalidInput, NotFound
from glasswork_servicekit.paging import Page, decode_token, encode_token, make_page, page_size

from glasswork_registry.core.datasets import DatasetStore
from glasswork_registry.core.records import Dataset, Example, Template
from glasswork_registry.core.sources import folder

_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@dataclass(frozen=True)
class Importer:
    """Takes in datasets from this machine.

    Args:
        datasets: where they go.
        roots: the folders below which a path may be read.
        examples: the folder of the examples.
        templates: the folder of the ready models.
    """

    datasets: DatasetStore
    roots: Sequence[Path] = ()
    examples: Path = _EXAMPLES
    templates: Path = _TEMPLATES

    def list_examples(self, size: int, token: str) -> Page[Example]:
        """Return a page of the examples, by name.

        Raises:
            InvalidInput: a bad size or token.
        """
        limit, key = page_size(size), decode_token("examples", token, (str,))
        templates = self._templates()
        found = [_example(facts, templates) for facts in self._facts() if key is None or facts["name"] > key[0]]
        return make_page(found[: limit + 1], limit, lambda example: encode_token("examples", example.name))

    def take_example(self, name: str) -> Dataset:
        """Take in an example.

        Raises:
            NotFound: there is no example of that name.
        """
        facts = next((facts for facts in self._facts() if facts["name"] == name), None)
        if facts is None:
            known = ", ".join(facts["name"] for facts in self._facts())
            raise NotFound(f"There is no example {name[:80]!r}. There are: {known}.")
        return self.datasets.take_file(self.examples / name / facts["file"], facts["file"], name, facts["targets"])

    def take_path(self, path: str) -> Dataset:
        """Take in a file or a folder below the allowed roots.

        Raises:
            Forbidden: the path, with links followed, is outside the roots.
            InvalidDataset: it cannot be read as a dataset.
            InvalidInput: an empty or impossible path.
            NotFound: there is nothing at the path.
        """
        real = self._resolve(path)
        if real.is_dir():
            return self.datasets.take(folder(real), real.name)
        return self.datasets.take_file(real, real.name)

    def _resolve(self, path: str) -> Path:
        if not path or "\0" in path:
            raise InvalidInput("The path of a dataset is empty or no path.", fields=[FieldViolation("path", "no path")])
        with _followed(path):
            real = Path(path).resolve()
        if not any(real.is_relative_to(root.resolve()) for root in self.roots):
            allowed = os.pathsep.join(map(str, self.roots)) or "none"
            raise Forbidden(
                f"The path {path[:200]!r} is outside the folders that may be read ({allowed}). Upload the file, or add "
                "its folder to GLASSWORK_DATA_ROOTS."
            )
        with _followed(path):
            if not real.exists():
                raise NotFound(f"There is nothing at {path[:200]!r}.")
            if not real.is_dir() and not real.is_file():
                raise InvalidDataset(f"{path[:200]!r} is a pipe, a socket or a device. Give a plain file or a folder.")
        return real

    def _templates(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(self.templates.glob("*.json"))]

    def _facts(self) -> list[dict[str, Any]]:
        files = sorted(self.examples.glob("*/example.json"))
        return [json.loads(path.read_bytes()) for path in files]


@contextmanager
def _followed(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # too long a name, a circle of links, a folder that is closed
        told = getattr(error, "strerror", None) or "its links lead in a circle"
        text = f"The path {path[:200]!r} cannot be followed: {told}."
        raise InvalidInput(text, fields=[FieldViolation("path", "cannot be followed")]) from None


def _example(facts: dict[str, Any], templates: Sequence[dict[str, Any]]) -> Example:
    ready = tuple(_template(item) for item in templates if item["example"] == facts["name"])
    return Example(facts["name"], facts["title"], facts["summary"], tuple(facts["targets"]), facts["licence"], ready)


def _template(facts: dict[str, Any]) -> Template:
    return Template(
        facts["name"], facts["title"], facts["teaches"], facts["metric"], facts["lower_is_better"], facts["goal"],
        facts["baseline"]["value"], facts["baseline"]["name"], facts["graph"],
    )  # fmt: skip
