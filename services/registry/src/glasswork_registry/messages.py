"""What the registry tells, as messages."""

from __future__ import annotations

from glasswork.graph.v1 import graph_pb2
from glasswork.registry.v1 import registry_pb2 as pb
from glasswork_sdk.document import Document
from glasswork_servicekit.graphs import (
    dict_to_struct,
    graph_from_message,
    profile_from_dict,
    profile_to_dict,
    struct_to_dict,
)
from glasswork_servicekit.graphs import graph_to_message as _graph_to_message
from google.protobuf.timestamp_pb2 import Timestamp

from glasswork_registry.core.records import Dataset, Draft, Example, Model, Template, Version


def timestamp(microseconds: int) -> Timestamp:
    """Return a time as a message."""
    return Timestamp(seconds=microseconds // 1_000_000, nanos=microseconds % 1_000_000 * 1000)


def graph_message(document: Document) -> graph_pb2.Graph:
    """Return a document as a message."""
    return _graph_to_message(document.to_json())


def document_of(message: graph_pb2.Graph) -> Document:
    """Return the document in a message.

    Raises:
        InvalidDocument: it is none.
    """
    return Document.parse(graph_from_message(message))


def model_message(model: Model) -> pb.Model:
    """Return a model as a message."""
    return pb.Model(
        id=model.slug,
        name=model.name,
        updated=timestamp(model.updated),
        etag=model.etag,
        base=model.base,
        created=timestamp(model.created),
        component_count=model.component_count,
    )


def version_message(version: Version) -> pb.Version:
    """Return a version as a message."""
    return pb.Version(
        id=version.id,
        message=version.message,
        author=version.author,
        created=timestamp(version.created),
        metrics=None if version.metrics is None else dict_to_struct(version.metrics),
        parents=version.parents,
        weights=version.weights,
    )


def dataset_message(dataset: Dataset) -> pb.Dataset:
    """Return a dataset as a message."""
    return pb.Dataset(
        id=dataset.slug,
        name=dataset.name,
        hash=f"sha256:{dataset.hash}",
        profile=None if dataset.profile is None else profile_from_dict(dataset.profile),
        created=timestamp(dataset.created),
        targets=dataset.targets,
    )


def example_message(example: Example) -> pb.Example:
    """Return an example as a message."""
    return pb.Example(
        name=example.name,
        title=example.title,
        summary=example.summary,
        targets=example.targets,
        licence=example.licence,
        templates=[_template_message(item) for item in example.templates],
    )


def _template_message(template: Template) -> pb.Template:
    return pb.Template(
        name=template.name,
        title=template.title,
        teaches=template.teaches,
        metric=template.metric,
        lower_is_better=template.lower_is_better,
        goal=template.goal,
        baseline=template.baseline,
        baseline_name=template.baseline_name,
        graph=_graph_to_message(template.graph),
    )


def draft_of(header: pb.SaveVersionHeader) -> Draft:
    """Return what a header asks to save.

    Raises:
        InvalidDocument: its graph is no document.
    """
    return Draft(
        model=header.model,
        message=header.message,
        author=header.author,
        document=document_of(header.graph) if header.HasField("graph") else None,
        script=header.script,
        profile=profile_to_dict(header.profile) if header.HasField("profile") else None,
        metrics=struct_to_dict(header.metrics) if header.HasField("metrics") else None,
        expected_head=header.expected_head if header.HasField("expected_head") else None,
        key=header.idempotency_key,
        weights=header.weights_sha256,
    )
