"""CodegenService: messages to core calls and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

import grpc
from glasswork.codegen.v1 import codegen_pb2 as pb
from glasswork.codegen.v1 import codegen_pb2_grpc
from glasswork.graph.v1 import graph_pb2 as graph_pb
from glasswork_sdk.analysis import Analysis, Node, analyse
from glasswork_sdk.boundary import bounded
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.document import Split
from glasswork_sdk.errors import InvalidGraph, NotFound, Unavailable
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.review import review, review_values
from glasswork_servicekit.paging import page_of
from glasswork_servicekit.values import dict_to_struct

from glasswork_codegen import messages
from glasswork_codegen.core.edit import apply_edit
from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.merge import Hunk, Merge
from glasswork_codegen.core.render import Renderer
from glasswork_codegen.core.suggest import suggest_graph, with_types
from glasswork_codegen.stream import Stream

Result = TypeVar("Result")
Context = grpc.aio.ServicerContext[Any, Any]


class CodegenService(codegen_pb2_grpc.CodegenServiceServicer):
    """Code, findings and suggestions for graphs; what it keeps besides the plugins lives with a stream."""

    name = "glasswork.codegen.v1.CodegenService"

    def __init__(self) -> None:
        self._loaded: Catalogue | None = None

    def register(self, server: grpc.aio.Server) -> None:
        """Add the servicer to the server."""
        codegen_pb2_grpc.add_CodegenServiceServicer_to_server(self, server)

    async def start(self) -> None:
        """Load the plugins."""
        self._loaded = await asyncio.to_thread(load_plugins)

    async def stop(self) -> None:
        """Do nothing: there is no state."""

    @property
    def _catalogue(self) -> Catalogue:
        if self._loaded is None:
            raise Unavailable("The plugins are still being loaded; try again in a moment.")
        return self._loaded

    async def _bounded(self, work: Callable[[], Result]) -> Result:
        """Do work that calls plugins in a thread, and again without what does not return."""
        return await asyncio.to_thread(bounded, self._catalogue.ledger, work)

    async def ListComponentTypes(
        self, request: pb.ListComponentTypesRequest, context: Context
    ) -> pb.ListComponentTypesResponse:
        """List the component types of all loaded plugins."""
        items, token = page_of(
            "component types", sorted(self._catalogue.types.items()), request.page_size, request.page_token
        )
        catalogue = self._catalogue
        types = await self._bounded(
            lambda: [messages.component_type_message(full, item, catalogue) for full, item in items]
        )
        return pb.ListComponentTypesResponse(component_types=types, next_page_token=token)

    async def ListPlugins(self, request: pb.ListPluginsRequest, context: Context) -> pb.ListPluginsResponse:
        """List the plugins, those that failed to load included."""
        items, token = page_of("plugins", self._catalogue.described(), request.page_size, request.page_token)
        return pb.ListPluginsResponse(plugins=[messages.plugin_message(info) for info in items], next_page_token=token)

    async def ListRules(self, request: pb.ListRulesRequest, context: Context) -> pb.ListRulesResponse:
        """List what a check can find."""
        items, token = page_of("rules", sorted(self._catalogue.rules.items()), request.page_size, request.page_token)
        return pb.ListRulesResponse(rules=[messages.rule_message(rule) for _, rule in items], next_page_token=token)

    async def GenerateCode(self, request: pb.GenerateCodeRequest, context: Context) -> pb.GenerateCodeResponse:
        """Write the program of a graph."""
        return await self._bounded(lambda: self._generate(request))

    def _generate(self, request: pb.GenerateCodeRequest) -> pb.GenerateCodeResponse:
        analysis = self._analysis(request.graph, _profile(request), request.measured, suggest=request.suggest)
        review(analysis, self._catalogue, only=Severity.ERROR, prove=not request.partial)
        program, found = generate(analysis, self._catalogue, request.profile.table, script=not request.partial)
        response = pb.GenerateCodeResponse(diagnostics=messages.diagnostic_messages(found, analysis.diagnostics))
        if program is not None and (program.script or request.partial):
            response.program.CopyFrom(messages.program_message(program))
        if request.suggest:
            explained = {name for name, _ in analysis.explanation}
            changed = messages.changed_suggestions(request.graph, analysis.document, explained)
            reasons = [item for item in analysis.explanation if item[0] in changed]
            response.MergeFrom(pb.GenerateCodeResponse(suggested=changed, explanation=_explanation(reasons)))
        return response

    async def Follow(
        self, request_iterator: AsyncIterator[pb.FollowRequest], context: Context
    ) -> AsyncIterator[pb.FollowResponse]:
        """Follow one editor."""
        async for answer in Stream(self._catalogue).answers(request_iterator):
            yield answer

    async def CheckGraph(self, request: pb.CheckGraphRequest, context: Context) -> pb.CheckGraphResponse:
        """Find what is wrong with a graph, all at once."""
        return await self._bounded(lambda: self._check(request))

    def _check(self, request: pb.CheckGraphRequest) -> pb.CheckGraphResponse:
        analysis = self._analysis(request.graph, _profile(request), request.measured)
        review(analysis, self._catalogue)
        _, found = generate(analysis, self._catalogue, request.profile.table, script=False)
        specs = {
            f"{node.id}.{port}": messages.spec_message(spec)
            for node in analysis.nodes.values()
            for port, spec in node.outputs.items()
        }
        diagnostics = messages.diagnostic_messages(found, analysis.diagnostics)
        return pb.CheckGraphResponse(diagnostics=diagnostics, specs=specs)

    async def CheckValues(self, request: pb.CheckValuesRequest, context: Context) -> pb.CheckValuesResponse:
        """Find what is wrong with values that were measured."""
        return await self._bounded(lambda: self._check_values(request))

    def _check_values(self, request: pb.CheckValuesRequest) -> pb.CheckValuesResponse:
        analysis = self._analysis(request.graph, _profile(request), request.measured)
        found = review_values(analysis, self._catalogue, messages.values_of(request.values))
        return pb.CheckValuesResponse(diagnostics=messages.diagnostic_messages(found))

    async def SuggestGraph(self, request: pb.SuggestGraphRequest, context: Context) -> pb.SuggestGraphResponse:
        """Make a complete graph for a dataset and its targets."""
        return await self._bounded(lambda: self._suggest_graph(request))

    def _suggest_graph(self, request: pb.SuggestGraphRequest) -> pb.SuggestGraphResponse:
        document, explanation = suggest_graph(
            self._catalogue,
            messages.profile_of(request.profile),
            request.source,
            tuple(request.inputs),
            tuple(request.targets),
            _split(request.split) if request.HasField("split") else None,
        )
        return pb.SuggestGraphResponse(graph=messages.graph_message(document), explanation=_explanation(explanation))

    async def SuggestSettings(self, request: pb.SuggestSettingsRequest, context: Context) -> pb.SuggestSettingsResponse:
        """Fill in the settings that the user never touched."""
        return await self._bounded(lambda: self._suggest_settings(request))

    def _suggest_settings(self, request: pb.SuggestSettingsRequest) -> pb.SuggestSettingsResponse:
        analysis = self._analysis(request.graph, _profile(request), request.measured, suggest=True)
        return pb.SuggestSettingsResponse(
            graph=messages.graph_message(analysis.document), explanation=_explanation(analysis.explanation)
        )

    async def GetComponentCode(
        self, request: pb.GetComponentCodeRequest, context: Context
    ) -> pb.GetComponentCodeResponse:
        """Read the code of one component."""
        return await self._bounded(lambda: self._component_code(request))

    def _component_code(self, request: pb.GetComponentCodeRequest) -> pb.GetComponentCodeResponse:
        node, renderer = self._editable(request)
        template, custom = renderer.rendered(node), node.component.code
        merged = renderer.merged(node, custom) if custom else Merge((Hunk(tuple(template.split("\n"))),))
        hunks = [messages.hunk_message(hunk) for hunk in merged.hunks]
        return pb.GetComponentCodeResponse(template=template, code=merged.text, custom=custom is not None, hunks=hunks)

    async def ApplyCodeEdit(self, request: pb.ApplyCodeEditRequest, context: Context) -> pb.ApplyCodeEditResponse:
        """Take in an edit of a component's code."""
        return await self._bounded(lambda: self._apply_edit(request))

    def _apply_edit(self, request: pb.ApplyCodeEditRequest) -> pb.ApplyCodeEditResponse:
        node, renderer = self._editable(request)
        document = renderer.analysis.document
        edit = apply_edit(document, node, renderer, request.text, resolved=request.resolved)
        return pb.ApplyCodeEditResponse(
            graph=messages.graph_message(edit.document), settings=dict_to_struct(edit.settings), custom=edit.custom
        )

    def _editable(self, request: pb.GetComponentCodeRequest | pb.ApplyCodeEditRequest) -> tuple[Node, Renderer]:
        """Return a component whose template can be rendered; raises NotFound or InvalidGraph."""
        analysis = self._analysis(request.graph, _profile(request), {})
        node = analysis.nodes.get(request.component)
        if node is None:
            known = ", ".join(f"'{name}'" for name in list(analysis.nodes)[:20])
            raise NotFound(f"The document has no component '{request.component}'; it has {known or 'none'}.")
        if node.type is None or node.settings is None or node.component.shares is not None:
            own = [item.message for item in analysis.diagnostics if item.component == node.id]
            told = (
                own[0] if own else f"'{node.id}' has no code of its own: it shares that of '{node.component.shares}'."
            )
            raise InvalidGraph(told)
        stored = "arrays" if request.profile.table.endswith(".npz") else "files"
        return node, Renderer(analysis, self._catalogue, stored)

    def _analysis(
        self,
        graph: graph_pb.Graph,
        profile: DatasetProfile | None,
        measured: Mapping[str, graph_pb.TensorSpec],
        suggest: bool = False,
    ) -> Analysis:
        document = messages.document_of(graph)
        specs = {name: messages.spec_of(spec) for name, spec in measured.items()}
        known = with_types(profile, document) if profile else None
        return analyse(document, self._catalogue, known, specs, suggest=suggest)


def _profile(
    request: pb.GenerateCodeRequest
    | pb.CheckGraphRequest
    | pb.CheckValuesRequest
    | pb.SuggestSettingsRequest
    | pb.GetComponentCodeRequest
    | pb.ApplyCodeEditRequest,
) -> DatasetProfile | None:
    return messages.profile_of(request.profile) if request.HasField("profile") else None


def _split(message: graph_pb.Split) -> Split:
    return Split(train=message.train, validation=message.validation, test=message.test, seed=message.seed)


def _explanation(items: list[tuple[str, str]]) -> list[pb.Explanation]:
    return [pb.Explanation(component=component, text=text) for component, text in items]
