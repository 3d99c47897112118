"""RegistryService: messages to core calls and back."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final, TypeVar

import grpc
from glasswork.graph.v1 import graph_pb2
from glasswork.registry.v1 import registry_pb2 as pb
from glasswork.registry.v1 import registry_pb2_grpc
from glasswork_sdk.document import Document
from glasswork_sdk.errors import Exhausted, FieldViolation, InvalidInput, Unavailable
from glasswork_servicekit.graphs import profile_to_dict

from glasswork_registry.core.registry import Registry, open_registry
from glasswork_registry.messages import (
    dataset_message,
    document_of,
    draft_of,
    example_message,
    graph_message,
    model_message,
    version_message,
)
from glasswork_registry.settings import RegistrySettings

_THREADS: Final = 16
_REMEMBERED: Final = 64
Result = TypeVar("Result")
Context = grpc.aio.ServicerContext[Any, Any]


class RegistryService(registry_pb2_grpc.RegistryServiceServicer):
    """The registry as a service; git, SQL and files work in threads of its own.

    Args:
        settings: where everything lies.
    """

    name = "glasswork.registry.v1.RegistryService"

    def __init__(self, settings: RegistrySettings) -> None:
        self._settings = settings
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="registry")
        self._opened: Registry | None = None
        # The same bytes are the same document for ever, and most reads are of few models.
        self._graph_of = lru_cache(maxsize=_REMEMBERED)(_graph_of)

    def register(self, server: grpc.aio.Server) -> None:
        """Add the servicer to the server."""
        registry_pb2_grpc.add_RegistryServiceServicer_to_server(self, server)

    async def start(self) -> None:
        """Open the data directory, and finish what a killed registry left half done."""
        settings = self._settings
        self._opened = await self._run(
            lambda: open_registry(
                settings.service.data_dir,
                settings.service.datasets_dir,
                database_url=settings.database_url,
                data_roots=settings.data_roots,
                dataset_limit=settings.dataset_limit,
            )
        )

    async def stop(self) -> None:
        """Let what is being written end, and give the data directory back."""
        await asyncio.to_thread(self._pool.shutdown)
        if self._opened is not None:
            self._opened.close()

    async def CreateModel(self, request: pb.CreateModelRequest, context: Context) -> pb.CreateModelResponse:
        """Make a model."""
        document = document_of(request.graph) if request.HasField("graph") else None
        model = await self._run(self._registry.models.create, request.name, document)
        return pb.CreateModelResponse(model=model_message(model))

    async def GetModel(self, request: pb.GetModelRequest, context: Context) -> pb.GetModelResponse:
        """Read one model."""
        return pb.GetModelResponse(model=model_message(await self._run(self._registry.models.get, request.model)))

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        """List models."""
        page = await self._run(self._registry.models.list, request.page_size, request.page_token)
        return pb.ListModelsResponse(models=map(model_message, page.items), next_page_token=page.next_token)

    async def UpdateModel(self, request: pb.UpdateModelRequest, context: Context) -> pb.UpdateModelResponse:
        """Rename a model."""
        model = await self._run(self._registry.models.rename, request.model, request.name)
        return pb.UpdateModelResponse(model=model_message(model))

    async def DeleteModel(self, request: pb.DeleteModelRequest, context: Context) -> pb.DeleteModelResponse:
        """Move a model to the trash."""
        await self._run(self._registry.models.delete, request.model)
        return pb.DeleteModelResponse()

    async def DuplicateModel(self, request: pb.DuplicateModelRequest, context: Context) -> pb.DuplicateModelResponse:
        """Copy a model."""
        model = await self._run(self._registry.models.duplicate, request.model, request.name)
        return pb.DuplicateModelResponse(model=model_message(model))

    async def GetWorkingCopy(self, request: pb.GetWorkingCopyRequest, context: Context) -> pb.GetWorkingCopyResponse:
        """Read a working copy."""
        copy = await self._run(self._registry.models.read_working_copy, request.model)
        return pb.GetWorkingCopyResponse(graph=self._graph_of(copy.data), etag=copy.etag, base=copy.base)

    async def PutWorkingCopy(self, request: pb.PutWorkingCopyRequest, context: Context) -> pb.PutWorkingCopyResponse:
        """Write a working copy."""
        document = document_of(request.graph)
        put = self._registry.models.put_working_copy
        copy = await self._run(put, request.model, document, request.if_match)
        return pb.PutWorkingCopyResponse(etag=copy.etag)

    async def SaveVersion(
        self, request_iterator: AsyncIterator[pb.SaveVersionRequest], context: Context
    ) -> pb.SaveVersionResponse:
        """Save a version."""
        header = (await _first(request_iterator, pb.SaveVersionRequest())).header
        if not header.model:
            raise _no_header("model")
        versions = self._registry.versions
        draft = draft_of(header)
        if not draft.weights:
            await _expect_end(request_iterator)
            return pb.SaveVersionResponse(version=version_message(await self._run(versions.save, draft)))
        with await self._run(versions.stage_weights) as staged:
            async for message in request_iterator:
                await self._run(staged.write, message.weights)
            await self._run(staged.finish)
            return pb.SaveVersionResponse(version=version_message(await self._run(versions.save, draft, staged)))

    async def ListVersions(self, request: pb.ListVersionsRequest, context: Context) -> pb.ListVersionsResponse:
        """List versions."""
        page = await self._run(self._registry.versions.list, request.model, request.page_size, request.page_token)
        return pb.ListVersionsResponse(versions=map(version_message, page.items), next_page_token=page.next_token)

    async def GetVersion(self, request: pb.GetVersionRequest, context: Context) -> pb.GetVersionResponse:
        """Read a version."""
        saved = await self._run(self._registry.versions.get, request.model, request.version)
        graph = graph_message(saved.document)
        return pb.GetVersionResponse(version=version_message(saved.version), graph=graph, script=saved.script)

    async def RestoreVersion(self, request: pb.RestoreVersionRequest, context: Context) -> pb.RestoreVersionResponse:
        """Make the working copy what a version was."""
        restore = self._registry.versions.restore
        copy = await self._run(restore, request.model, request.version, request.if_match)
        return pb.RestoreVersionResponse(graph=graph_message(copy.document), etag=copy.etag)

    async def CreateDataset(
        self, request_iterator: AsyncIterator[pb.CreateDatasetRequest], context: Context
    ) -> pb.CreateDatasetResponse:
        """Take in an upload."""
        header = (await _first(request_iterator, pb.CreateDatasetRequest())).header
        if not header.file_name:
            raise _no_header("file_name")
        datasets = self._registry.datasets
        with await self._run(datasets.stage) as staged:
            async for message in request_iterator:
                await self._run(staged.write, message.chunk)
            await self._run(staged.finish)
            dataset = await self._run(datasets.take_upload, header.name, header.file_name, staged)
        return pb.CreateDatasetResponse(dataset=dataset_message(dataset))

    async def ImportDataset(self, request: pb.ImportDatasetRequest, context: Context) -> pb.ImportDatasetResponse:
        """Take in an example or a path."""
        importer = self._registry.importer
        example = request.WhichOneof("source") == "example"
        take = importer.take_example if example else importer.take_path
        dataset = await self._run(take, request.example if example else request.path)
        return pb.ImportDatasetResponse(dataset=dataset_message(dataset))

    async def PutDatasetProfile(
        self, request: pb.PutDatasetProfileRequest, context: Context
    ) -> pb.PutDatasetProfileResponse:
        """Keep what was found out about a dataset."""
        profile = profile_to_dict(request.profile)
        dataset = await self._run(self._registry.datasets.put_profile, request.dataset, profile)
        return pb.PutDatasetProfileResponse(dataset=dataset_message(dataset))

    async def GetDataset(self, request: pb.GetDatasetRequest, context: Context) -> pb.GetDatasetResponse:
        """Read one dataset."""
        dataset = await self._run(self._registry.datasets.get, request.dataset)
        return pb.GetDatasetResponse(dataset=dataset_message(dataset))

    async def ListDatasets(self, request: pb.ListDatasetsRequest, context: Context) -> pb.ListDatasetsResponse:
        """List datasets."""
        page = await self._run(self._registry.datasets.list, request.page_size, request.page_token)
        return pb.ListDatasetsResponse(datasets=map(dataset_message, page.items), next_page_token=page.next_token)

    async def DeleteDataset(self, request: pb.DeleteDatasetRequest, context: Context) -> pb.DeleteDatasetResponse:
        """Remove a dataset."""
        await self._run(self._registry.datasets.delete, request.dataset)
        return pb.DeleteDatasetResponse()

    async def ListExamples(self, request: pb.ListExamplesRequest, context: Context) -> pb.ListExamplesResponse:
        """List the examples."""
        page = await self._run(self._registry.importer.list_examples, request.page_size, request.page_token)
        return pb.ListExamplesResponse(examples=map(example_message, page.items), next_page_token=page.next_token)

    async def Reindex(self, request: pb.ReindexRequest, context: Context) -> pb.ReindexResponse:
        """Make the index anew."""
        counts = await self._run(self._registry.reindex)
        return pb.ReindexResponse(models=counts.models, versions=counts.versions, datasets=counts.datasets)

    @property
    def _registry(self) -> Registry:
        if self._opened is None:
            raise Unavailable("The registry is not open yet. Try again in a moment.")
        return self._opened

    async def _run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Work in a thread; a full disk is the caller's to know."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Exhausted("The disk of the data directory is full. Make room and try again.") from error
            raise


def _graph_of(data: bytes) -> graph_pb2.Graph:
    return graph_message(Document.parse(data))


async def _first(messages: AsyncIterator[Any], nothing: Any) -> Any:
    return await anext(aiter(messages), nothing)


async def _expect_end(messages: AsyncIterator[pb.SaveVersionRequest]) -> None:
    async for _ in messages:
        raise InvalidInput(
            "Weights came for a version whose header names none. Send their sha256 in weights_sha256.",
            fields=[FieldViolation("weights_sha256", "expected the hash of the weights that follow")],
        )


def _no_header(field: str) -> InvalidInput:
    return InvalidInput(
        f"The first message of the stream must be a header that names the {field}.",
        fields=[FieldViolation(f"header.{field}", "expected a value")],
    )
