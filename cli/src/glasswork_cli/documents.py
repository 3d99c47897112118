"""Model documents in files: read, and made ready for the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidDocument

from glasswork_cli.client import Client
from glasswork_cli.failures import Failure


def read_document(path: Path) -> Document:
    """Read a model document from a file.

    Raises:
        Failure: it is none; the text says what and where.
    """
    try:
        return Document.parse(path.read_bytes())
    except InvalidDocument as error:
        raise Failure(f"{path}: {error.message}") from None
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None


def data_file(document: Document, path: Path) -> Path | None:
    """Return the file that a document's dataset names relative to it, or None where it names no file.

    Raises:
        Failure: it names one that is not there.
    """
    source = document.dataset.source if document.dataset else ""
    if not source or source.startswith(("example:", "dataset:")):
        return None
    found = path.parent / source
    if found.is_dir():
        tables = sorted(item for item in found.iterdir() if item.suffix in {".csv", ".parquet", ".npz", ".zip"})
        found = tables[0] if len(tables) == 1 else found
    if not found.is_file():
        raise Failure(f"{path}: its dataset '{source}' is no file beside it. Put it there, or change \"source\".")
    return found


def graph_for(client: Client, path: Path) -> dict[str, Any]:
    """Return the document of a file with a dataset that the gateway knows, uploaded if it lies beside the document."""
    document = read_document(path)
    graph = document.to_json()
    file = data_file(document, path)
    if file is not None:
        graph["dataset"]["source"] = f"dataset:{client.upload(file)['id']}"
    return graph


def write_aside(path: Path, text: str) -> None:
    """Write a text file whole or not at all; what is no file, as /dev/stdout, is written to as it is."""
    if path.exists() and not path.is_file():
        path.write_text(text)
        return
    aside = path.with_name(path.name + ".part")
    aside.write_text(text)
    aside.replace(path)
