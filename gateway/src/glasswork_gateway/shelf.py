"""Datasets as the API sees them: taken in, inspected once, and found again for a document."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Final

from glasswork.executor.v1 import executor_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork.registry.v1 import registry_pb2
from glasswork_sdk.document import DatasetReference, Split
from glasswork_sdk.errors import FieldViolation, GlassworkError, InvalidInput, NotFound
from glasswork_servicekit.channel import IDEMPOTENT

from glasswork_gateway.services import Services

INSPECT_SECONDS: Final = 300.0
UPLOAD_SECONDS: Final = 3600.0
_MEMORY: Final = 256
_DEFAULT_SPLIT: Final = Split()


class Shelf:
    """Finds and inspects datasets.

    Args:
        services: registry and executor.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._profiles: OrderedDict[str, graph_pb2.DatasetProfile] = OrderedDict()
        self._examples: dict[str, str] = {}

    async def upload(self, file_name: str, name: str, chunks: AsyncIterator[bytes]) -> registry_pb2.Dataset:
        """Take in a file; what turns out to be no dataset is removed again.

        Raises:
            InvalidDataset: it cannot be read as a dataset.
        """
        broken: list[Exception] = []

        async def requests() -> AsyncIterator[registry_pb2.CreateDatasetRequest]:
            header = registry_pb2.CreateDatasetHeader(name=name, file_name=file_name)
            yield registry_pb2.CreateDatasetRequest(header=header)
            try:
                async for chunk in chunks:
                    yield registry_pb2.CreateDatasetRequest(chunk=chunk)
            except Exception as error:
                broken.append(error)
                raise

        try:
            answer = await self._services.registry.CreateDataset(requests(), timeout=UPLOAD_SECONDS)
        except (GlassworkError, asyncio.CancelledError):
            # gRPC tells of a failing source of requests only by cancelling the call.
            if broken:
                raise broken[0] from None
            raise
        return await self._inspected_or_removed(answer.dataset)

    async def take_in(self, example: str = "", path: str = "") -> registry_pb2.Dataset:
        """Take in an example, or a path of Glasswork's machine.

        Raises:
            Forbidden: the path is outside the allowed roots.
            InvalidDataset: it cannot be read as a dataset.
            NotFound: there is no such example or path.
        """
        request = registry_pb2.ImportDatasetRequest(example=example) if example else None
        request = request or registry_pb2.ImportDatasetRequest(path=path)
        answer = await self._services.registry.ImportDataset(request, timeout=INSPECT_SECONDS)
        return await self._inspected_or_removed(answer.dataset)

    async def template(self, name: str) -> registry_pb2.Template | None:
        """Return a ready model by its name, or None where there is none of that name."""
        request = registry_pb2.ListExamplesRequest(page_size=200)
        found = await self._services.registry.ListExamples(request, metadata=(IDEMPOTENT,))
        return next((item for example in found.examples for item in example.templates if item.name == name), None)

    async def find(self, name: str) -> registry_pb2.Dataset:
        """Return a dataset with its profile.

        Args:
            name: its id, `dataset:` and the id, `sha256:` and the hash, or `example:` and a name.

        Raises:
            NotFound: there is no such dataset.
        """
        if name.startswith("example:"):
            return await self._find_example(name.removeprefix("example:"))
        request = registry_pb2.GetDatasetRequest(dataset=name.removeprefix("dataset:"))
        answer = await self._services.registry.GetDataset(request, metadata=(IDEMPOTENT,))
        return await self.inspected(answer.dataset)

    async def inspected(self, dataset: registry_pb2.Dataset) -> registry_pb2.Dataset:
        """Return a dataset with its profile, which the executor makes where it is missing.

        Raises:
            InvalidDataset: it cannot be read as a dataset.
        """
        if dataset.HasField("profile"):
            return dataset
        profile = await self._inspect(executor_pb2.InspectDatasetRequest(hash=dataset.hash, targets=dataset.targets))
        profile.targets[:] = dataset.targets
        request = registry_pb2.PutDatasetProfileRequest(dataset=dataset.id, profile=profile)
        return (await self._services.registry.PutDatasetProfile(request)).dataset

    async def profile_for(self, reference: DatasetReference) -> graph_pb2.DatasetProfile:
        """Return the profile of a document's dataset, with the document's types and split.

        Raises:
            InvalidInput: the source is a path, which only the command line can follow.
            NotFound: there is no such dataset.
        """
        dataset = await self._find_reference(reference)
        known = {feature.name for feature in dataset.profile.features}
        types = {name: feature.type for name, feature in reference.features.items() if name in known}
        return await self._profile(dataset, types, reference.split)

    async def read_as(self, name: str, types: Mapping[str, str], split: Split = _DEFAULT_SPLIT) -> registry_pb2.Dataset:
        """Return a dataset with the figures, classes and warnings that it has with types and a split of one's own.

        Args:
            name: as `find` takes it.
            types: types that differ from its own, by column.
            split: the division of its rows: figures are those of the rows that a model learns from.

        Raises:
            InvalidInput: it has no such column, or the column cannot be read like this.
            NotFound: there is no such dataset.
        """
        read = registry_pb2.Dataset()
        read.CopyFrom(await self.find(name))
        known = {feature.name for feature in read.profile.features}
        unknown = [column for column in types if column not in known]
        if unknown:
            raise InvalidInput(
                f"There is no column {unknown[0]!r} in the dataset {read.name!r}. It has {', '.join(sorted(known))}.",
                fields=[FieldViolation(f"types.{unknown[0]}", "there is no such column")],
            )
        read.profile.CopyFrom(await self._profile(read, types, split))
        return read

    async def _profile(
        self, dataset: registry_pb2.Dataset, types: Mapping[str, str], split: Split
    ) -> graph_pb2.DatasetProfile:
        known = {feature.name: feature.type for feature in dataset.profile.features}
        other = {name: kind for name, kind in types.items() if known[name] != kind}
        if split == _DEFAULT_SPLIT and not other:
            return dataset.profile
        key = f"{dataset.hash} {split} {sorted(other.items())}"
        if key not in self._profiles:
            request = executor_pb2.InspectDatasetRequest(
                hash=dataset.hash,
                split=graph_pb2.Split(**split.model_dump()),
                types=other,
                targets=dataset.targets,
            )
            profile = await self._inspect(request)
            profile.targets[:] = dataset.targets
            self._profiles[key] = profile
            while len(self._profiles) > _MEMORY:
                self._profiles.popitem(last=False)
        self._profiles.move_to_end(key)
        return self._profiles[key]

    async def _inspect(self, request: executor_pb2.InspectDatasetRequest) -> graph_pb2.DatasetProfile:
        answer = await self._services.executor.InspectDataset(request, timeout=INSPECT_SECONDS)
        profile: graph_pb2.DatasetProfile = answer.profile
        return profile

    async def _find_example(self, name: str) -> registry_pb2.Dataset:
        """Return an example, taken in where this was never done; after that by its hash, which is quick."""
        if name in self._examples:
            try:
                return await self.find(self._examples[name])
            except NotFound:
                del self._examples[name]
        dataset = await self.take_in(example=name)
        self._examples[name] = dataset.hash
        return dataset

    async def _find_reference(self, reference: DatasetReference) -> registry_pb2.Dataset:
        if reference.hash:
            try:
                return await self.find(reference.hash)
            except NotFound:
                # The same source may still be there with other content: the caller sees that by the hash.
                pass
        if not reference.source.startswith(("example:", "dataset:")):
            raise InvalidInput(
                f"The dataset {reference.source!r} is a path that Glasswork does not follow. Upload the file, and "
                'name it as "dataset:" and its id.',
                fields=[FieldViolation("graph.dataset.source", "expected example:NAME or dataset:ID")],
            )
        try:
            return await self.find(reference.source)
        except NotFound as error:
            fields = [FieldViolation("graph.dataset.source", "there is no such dataset")]
            raise NotFound(error.message, fields=fields) from None

    async def _inspected_or_removed(self, dataset: registry_pb2.Dataset) -> registry_pb2.Dataset:
        try:
            return await self.inspected(dataset)
        except GlassworkError as error:
            if error.code == "INVALID_ARGUMENT":
                await self._services.registry.DeleteDataset(registry_pb2.DeleteDatasetRequest(dataset=dataset.id))
            raise
