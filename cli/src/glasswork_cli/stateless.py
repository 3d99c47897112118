"""Check and code without any service: the library is called directly, so that they work with nothing running."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.suggest import with_types
from glasswork_codegen.messages import diagnostic_message, profile_of
from glasswork_sdk.analysis import analyse
from glasswork_sdk.boundary import bounded
from glasswork_sdk.document import Document
from glasswork_sdk.errors import GlassworkError
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.review import review
from glasswork_servicekit.graphs import diagnostics_to_dicts

from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.documents import data_file, read_document
from glasswork_cli.failures import Failure


@dataclass(frozen=True)
class Answer:
    """What check and code say, in the shapes of the API."""

    diagnostics: list[dict[str, Any]]
    script: str
    components: dict[str, dict[str, Any]]


def analysed(directory: DataDirectory, model: Path) -> Answer:
    """Check a document and write its code.

    The dataset is looked for beside the document and in the data directory; without it, what needs it is told.
    """
    catalogue = load_plugins()
    return bounded(catalogue.ledger, lambda: _analysed(catalogue, directory, model))


def _analysed(catalogue: Catalogue, directory: DataDirectory, model: Path) -> Answer:
    document = read_document(model)
    profile = _profile(catalogue, directory, document, model)
    result = review(analyse(document, catalogue, with_types(profile, document) if profile else None), catalogue)
    program, found = generate(result, catalogue, profile.table if profile else "")
    messages = [diagnostic_message(item) for item in (*found, *result.diagnostics)]
    components = {
        item.id: {"code": item.code, "first_line": item.first_line, "last_line": item.last_line}
        for item in (program.components if program else [])
    }
    return Answer(diagnostics_to_dicts(messages), program.script if program else "", components)


def _needs_data(catalogue: Catalogue, document: Document) -> bool:
    """Whether something that only the data says is missing: a size, or the numbers of a scaling."""
    result = analyse(document, catalogue)
    return any(item.code in {"unknown-size", "unknown-statistics"} for item in result.diagnostics)


def _profile(catalogue: Catalogue, directory: DataDirectory, document: Document, model: Path) -> DatasetProfile | None:
    if document.dataset is None or not _needs_data(catalogue, document):
        return None
    from glasswork_cli.inspection import inspect_file, inspect_folder, known_dataset

    try:
        file = data_file(document, model)
        if file is not None:
            return profile_of(inspect_file(file, document))
        with known_dataset(directory, document.dataset) as folder:
            return None if folder is None else profile_of(inspect_folder(folder, document))
    except GlassworkError as error:
        raise Failure(f"{model}: {error.message}") from None
