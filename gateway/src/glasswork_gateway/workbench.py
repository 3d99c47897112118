"""What is done with a graph: resolved, checked, coded, previewed, suggested; services do each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from glasswork.codegen.v1 import codegen_pb2
from glasswork.executor.v1 import executor_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork_sdk.document import Document, Split
from glasswork_sdk.errors import FieldViolation, GlassworkError, NotFound
from glasswork_servicekit.graphs import diagnostics_to_dicts, graph_from_message, graph_to_message, struct_to_dict

from glasswork_gateway import translate
from glasswork_gateway.measured import Measured, merged
from glasswork_gateway.problems import GraphHasErrors
from glasswork_gateway.services import Services
from glasswork_gateway.shelf import Shelf

PREVIEW_SECONDS: Final = 120.0
CODE_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Resolved:
    """A document as the services take it: its message, with the hash of its data, and what the data holds."""

    document: Document
    graph: graph_pb2.Graph
    profile: graph_pb2.DatasetProfile | None

    @property
    def dataset_hash(self) -> str:
        """`sha256:` and the hash of the data; empty for a graph without data."""
        return self.profile.hash if self.profile else ""


@dataclass(frozen=True)
class Coded:
    """A resolved document with its program and errors."""

    resolved: Resolved
    program: graph_pb2.Program
    diagnostics: list[dict[str, Any]]


class Workbench:
    """Works on model documents.

    Args:
        services: codegen and executor.
        shelf: where datasets are found.
    """

    def __init__(self, services: Services, shelf: Shelf) -> None:
        self._services = services
        self._shelf = shelf

    async def resolve(self, document: Document) -> Resolved:
        """Find the data of a document.

        Raises:
            InvalidInput: its source is a path.
            NotFound: there is no such dataset.
        """
        graph = graph_to_message(document.to_json())
        if document.dataset is None:
            return Resolved(document, graph, None)
        profile = await self._shelf.profile_for(document.dataset)
        graph.dataset.hash = profile.hash
        return Resolved(document, graph, profile)

    async def check(self, document: Document) -> list[dict[str, Any]]:
        """Return what is wrong with a document; a dataset that is not there is one finding more."""
        try:
            resolved, missing = await self.resolve(document), []
        except GlassworkError as error:
            if error.code not in ("NOT_FOUND", "INVALID_ARGUMENT"):
                raise
            resolved, missing = (
                Resolved(document, graph_to_message(document.to_json()), None),
                [_missing_dataset(error)],
            )
        return missing + await self.findings(resolved, Measured())

    async def findings(self, resolved: Resolved, measured: Measured) -> list[dict[str, Any]]:
        """Return what is wrong with a resolved document, as far as it can be told without running it."""
        request = codegen_pb2.CheckGraphRequest(
            graph=resolved.graph, profile=resolved.profile, measured=measured.specs(resolved.document)
        )
        answer = await self._services.codegen.CheckGraph(request, timeout=CODE_SECONDS)
        return diagnostics_to_dicts(answer.diagnostics)

    async def findings_in_values(self, resolved: Resolved, measured: Measured) -> list[dict[str, Any]]:
        """Return what is wrong with the values that a document's previews have shown."""
        request = codegen_pb2.CheckValuesRequest(
            graph=resolved.graph,
            profile=resolved.profile,
            measured=measured.specs(resolved.document),
            values=measured.values(resolved.document),
        )
        answer = await self._services.codegen.CheckValues(request, timeout=CODE_SECONDS)
        return diagnostics_to_dicts(answer.diagnostics)

    async def code(self, resolved: Resolved, partial: bool = False) -> Coded:
        """Write the code of a document, errors or not: the findings say what is missing."""
        request = codegen_pb2.GenerateCodeRequest(graph=resolved.graph, profile=resolved.profile, partial=partial)
        answer = await self._services.codegen.GenerateCode(request, timeout=CODE_SECONDS)
        return Coded(resolved, answer.program, diagnostics_to_dicts(answer.diagnostics))

    async def sound_code(self, document: Document) -> Coded:
        """Write the code of a document without errors.

        Raises:
            GraphHasErrors: it has some; the first is the error's text, all are in `diagnostics`.
        """
        coded = await self.code(await self.resolve(document))
        if any(item["severity"] == "error" for item in coded.diagnostics):
            raise GraphHasErrors(coded.diagnostics)
        return coded

    async def preview(
        self,
        document: Document,
        sample: executor_pb2.Sample,
        components: Sequence[str] = (),
        variables: Sequence[executor_pb2.VariableReference] = (),
    ) -> dict[str, Any]:
        """Run a document once on a sample.

        Returns:
            `components`: previews by component; `diagnostics`: the findings about the graph and its values; `variable`:
            the last of the variables that were asked for.

        Raises:
            NotFound: one of `components` is not in the document.
        """
        unknown = [name for name in components if name not in document.components]
        if unknown:
            raise NotFound(
                f"There is no component {unknown[0]!r} in the graph. Name some of its own, or none for all.",
                fields=[FieldViolation("components", f"there is no {unknown[0]!r}")],
            )
        coded = await self.code(await self.resolve(document), partial=True)
        previews: dict[str, Any] = {}
        measured, variable = Measured(), None
        if coded.program.components:
            request = executor_pb2.PreviewRequest(
                program=coded.program,
                dataset_hash=coded.resolved.dataset_hash,
                sample=sample,
                components=components,
                variables=variables,
            )
            async for message in self._services.executor.Preview(request, timeout=PREVIEW_SECONDS):
                if message.HasField("variable"):
                    variable = translate.component_variable(message.variable)
                    continue
                if message.HasField("gradients"):
                    measured.take_gradients(message.gradients)
                    continue
                measured.take(message.preview)
                previews[message.preview.component] = translate.component_preview(message.preview)
        wanted = components or document.components
        previews |= unanswered(wanted, previews, coded.diagnostics)
        found = await self.findings(coded.resolved, measured)
        found = merged(found, await self.findings_in_values(coded.resolved, measured))
        return {"components": previews, "diagnostics": found, "variable": variable}

    async def cost(self, document: Document) -> dict[str, Any]:
        """Return what a document will cost before it is trained.

        Raises:
            GraphHasErrors: it has some.
        """
        coded = await self.sound_code(document)
        request = executor_pb2.EstimateCostRequest(program=coded.program, dataset_hash=coded.resolved.dataset_hash)
        return translate.cost(await self._services.executor.EstimateCost(request, timeout=PREVIEW_SECONDS))

    async def suggest(
        self,
        dataset: str,
        inputs: Sequence[str] = (),
        targets: Sequence[str] = (),
        split: graph_pb2.Split | None = None,
        types: Mapping[str, str] | None = None,
    ) -> tuple[Document, list[dict[str, Any]]]:
        """Make a complete graph for a dataset.

        Returns:
            The document, and one sentence for each choice.

        Raises:
            InvalidInput: a column that the dataset does not have, or no target.
            NotFound: there is no such dataset.
        """
        found = await self._shelf.read_as(dataset, types or {}, _split(split))
        source = dataset if dataset.startswith("example:") else f"dataset:{found.id}"
        profile = found.profile
        profile.targets[:] = found.targets
        request = codegen_pb2.SuggestGraphRequest(
            source=source, profile=profile, inputs=inputs, targets=targets, split=split
        )
        answer = await self._services.codegen.SuggestGraph(request, timeout=CODE_SECONDS)
        return Document.parse(graph_from_message(answer.graph)), translate.explanations(answer.explanation)

    async def follow(self, document: Document) -> tuple[Document, list[dict[str, Any]]]:
        """Let the settings that nobody touched follow the graph and the data.

        Returns:
            The document, and one sentence for each setting that follows.
        """
        resolved = await self.resolve(document)
        request = codegen_pb2.SuggestSettingsRequest(graph=resolved.graph, profile=resolved.profile)
        found = await self._services.codegen.SuggestSettings(request, timeout=CODE_SECONDS)
        return Document.parse(graph_from_message(found.graph)), translate.explanations(found.explanation)

    async def component_code(self, document: Document, component: str) -> dict[str, Any]:
        """Return the code of a component: the template's, the one in use, and the hunks of their merge.

        Raises:
            NotFound: there is no such component.
            InvalidGraph: it has no code, because its type or settings are bad.
        """
        resolved = await self.resolve(document)
        request = codegen_pb2.GetComponentCodeRequest(
            graph=resolved.graph, profile=resolved.profile, component=component
        )
        found = await self._services.codegen.GetComponentCode(request, timeout=CODE_SECONDS)
        hunks = [translate.code_hunk(hunk) for hunk in found.hunks]
        return {"template": found.template, "code": found.code, "custom": found.custom, "hunks": hunks}

    async def edit_code(self, document: Document, component: str, text: str, resolved: bool) -> dict[str, Any]:
        """Return the graph after an edit of a component's code, and the settings that moved.

        Raises:
            NotFound: there is no such component.
            InvalidGraph: it has no code, because its type or settings are bad.
        """
        found = await self.resolve(document)
        request = codegen_pb2.ApplyCodeEditRequest(
            graph=found.graph, profile=found.profile, component=component, text=text, resolved=resolved
        )
        edit = await self._services.codegen.ApplyCodeEdit(request, timeout=CODE_SECONDS)
        graph = Document.parse(graph_from_message(edit.graph)).to_json()
        return {"graph": graph, "settings": struct_to_dict(edit.settings), "custom": edit.custom}


def _split(message: graph_pb2.Split | None) -> Split:
    if message is None:
        return Split()
    return Split(train=message.train, validation=message.validation, test=message.test, seed=message.seed)


def unanswered(
    components: Sequence[str] | Mapping[str, Any],
    previews: Mapping[str, Any],
    diagnostics: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return previews for the components that no code could be written for."""
    errors: dict[str, dict[str, Any]] = {}
    for item in diagnostics:
        if item["severity"] == "error" and item["component"]:
            error = {"message": item["message"], "line": item["line"], "component": item["component"]}
            errors.setdefault(item["component"], {**error, "code": item["code"]})
    return {name: translate.unanswered_preview(errors.get(name)) for name in sorted(components) if name not in previews}


def _missing_dataset(error: GlassworkError) -> dict[str, Any]:
    nothing = dict.fromkeys(("component", "port", "setting", "line", "fix"))
    return {"severity": "error", "code": "missing-dataset", "message": error.message, **nothing}
