"""ExecutorService over gRPC: messages in, core calls, messages out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import grpc
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.executor.v1 import executor_pb2_grpc as rpc
from glasswork_sdk.errors import FieldViolation, InvalidInput
from glasswork_servicekit.graphs import dict_to_struct, profile_from_dict
from glasswork_servicekit.paging import encode_token, page_size, start_of
from glasswork_servicekit.zygote import Zygote

from glasswork_executor import messages
from glasswork_executor.core.answers import Answer, Gradients, Known, Variable
from glasswork_executor.core.cost import Estimator
from glasswork_executor.core.datasets import Datasets
from glasswork_executor.core.pool import Pool
from glasswork_executor.core.program import Job
from glasswork_executor.core.rehearsals import Rehearsals
from glasswork_executor.core.runner import Patience, Runner
from glasswork_executor.core.session import Edit, Session
from glasswork_executor.core.staff import Staff
from glasswork_executor.core.verdicts import Verdicts
from glasswork_executor.settings import ExecutorSettings, training_environment, worker_environment


class ExecutorService:
    """Puts the executor together and serves it.

    Args:
        settings: what it has to be told.
    """

    name = "glasswork.executor.v1.ExecutorService"

    def __init__(self, settings: ExecutorSettings) -> None:
        previews = settings.previews
        zygote = Zygote(previews.preloaded, worker_environment())
        self._previews = previews
        self._staff = self._make_staff(zygote, previews.workers, spare=previews.preload)
        self._verdicts = Verdicts()
        self._patience = Patience(previews.component_seconds, previews.dataset_seconds)
        self._pool = Pool(self.make_runner, previews.shared_workers, previews.waiting)
        self._datasets = Datasets(settings.service.datasets_dir, self._pool)
        rehearsals = Rehearsals(self.make_rehearsal_staff, self._patience, previews.idle_seconds)
        self._estimator = Estimator(self.make_runner, rehearsals, previews.dataset_seconds)

    def register(self, server: grpc.aio.Server) -> None:
        """Add the servicer to the server."""
        rpc.add_ExecutorServiceServicer_to_server(
            ExecutorServicer(self._datasets, self._pool, self._estimator, self.make_runner), server
        )

    async def start(self) -> None:
        """Start the zygote, with TensorFlow where the settings want that; workers can be forked from then on."""
        await self._staff.start()

    async def stop(self) -> None:
        """End all workers."""
        await self._estimator.stop()
        await self._staff.stop()

    def make_runner(self) -> Runner:
        """Return a runner for a session."""
        return Runner(self._staff, self._verdicts, self._patience)

    def make_rehearsal_staff(self) -> Staff:
        """Return a staff whose workers compute as a run does."""
        return self._make_staff(Zygote(self._previews.preloaded, training_environment()), most=1, spare=False)

    def _make_staff(self, zygote: Zygote, most: int, spare: bool) -> Staff:
        previews = self._previews
        return Staff(zygote, previews.limits, most, previews.idle_seconds, spare, cold=not previews.preload)


class ExecutorServicer(rpc.ExecutorServiceServicer):
    """The RPCs.

    Args:
        datasets: reads datasets.
        pool: runners for requests without a session.
        estimator: estimates costs.
        make_runner: makes the runner of a session.
    """

    def __init__(self, datasets: Datasets, pool: Pool, estimator: Estimator, make_runner: Any) -> None:
        self._datasets = datasets
        self._pool = pool
        self._estimator = estimator
        self._make_runner = make_runner

    async def InspectDataset(self, request: pb.InspectDatasetRequest, context: Any) -> pb.InspectDatasetResponse:
        """Read a dataset and say what it holds."""
        split = messages.split_of(request.split) if request.HasField("split") else None
        profile = await self._datasets.inspect(request.hash, split, request.types, request.targets)
        features = {feature["name"]: feature for feature in profile["features"]}
        return pb.InspectDatasetResponse(profile=profile_from_dict({**profile, "features": features}))

    async def ReadRows(self, request: pb.ReadRowsRequest, context: Any) -> pb.ReadRowsResponse:
        """Read rows of a dataset."""
        start = start_of("rows", request.page_token)
        rows, following = await self._datasets.rows(request.hash, start, page_size(request.page_size))
        token = "" if following is None else encode_token("rows", following)
        return pb.ReadRowsResponse(rows=[dict_to_struct(row) for row in rows], next_page_token=token)

    async def Preview(self, request: pb.PreviewRequest, context: Any) -> AsyncIterator[pb.PreviewResponse]:
        """Run a program once on a sample."""
        job = Job(
            messages.program_of(request.program),
            self._datasets.folder(request.dataset_hash),
            request.dataset_hash,
            messages.sample_of(request.sample),
            tuple(request.components),
            messages.variables_of(request.variables),
            gradients=not request.components,
        )
        async with self._pool.borrow(request.dataset_hash) as runner, contextlib.aclosing(runner.run(job)) as answers:
            async for answer in answers:
                if isinstance(answer, Answer):
                    yield pb.PreviewResponse(preview=messages.preview_of(answer))
                elif isinstance(answer, Known):
                    for told in answer.answers:
                        yield pb.PreviewResponse(preview=messages.preview_of(replace(told, cause="")))
                elif isinstance(answer, Variable):
                    yield pb.PreviewResponse(variable=messages.variable_of(answer))
                elif isinstance(answer, Gradients):
                    yield pb.PreviewResponse(gradients=messages.gradients_of(answer))

    async def EstimateCost(self, request: pb.EstimateCostRequest, context: Any) -> pb.EstimateCostResponse:
        """Say what a model will cost."""
        if not request.program.script:
            text = "The cost of a program without a script cannot be told. Mend the errors of its graph."
            raise InvalidInput(text, fields=[FieldViolation("program.script", "missing")])
        program = messages.program_of(request.program)
        folder = self._datasets.folder(request.dataset_hash)
        return messages.cost_of(await self._estimator.estimate(request.program.script, program, folder))

    async def OpenSession(
        self, request_iterator: AsyncIterator[pb.OpenSessionRequest], context: Any
    ) -> AsyncIterator[pb.OpenSessionResponse]:
        """Answer the edits of one editor."""
        session = Session(self._make_runner())
        reading = asyncio.create_task(self._read_edits(request_iterator, session))
        try:
            async with contextlib.aclosing(session.answers()) as answers:
                async for revision, answer in answers:
                    if isinstance(answer, Answer):
                        yield pb.OpenSessionResponse(revision=revision, preview=messages.preview_of(answer))
                    elif isinstance(answer, Variable):
                        yield pb.OpenSessionResponse(revision=revision, variable=messages.variable_of(answer))
                    elif isinstance(answer, Gradients):
                        yield pb.OpenSessionResponse(revision=revision, gradients=messages.gradients_of(answer))
                    else:
                        yield pb.OpenSessionResponse(revision=revision, done=messages.done_of(answer))
            await reading
        finally:
            reading.cancel()
            await session.close()

    async def _read_edits(self, requests: AsyncIterator[pb.OpenSessionRequest], session: Session) -> None:
        programs = messages.Programs()
        try:
            async for request in requests:
                session.submit(self._edit(request, programs))
        finally:
            session.finish()

    def _edit(self, request: pb.OpenSessionRequest, programs: messages.Programs) -> Edit:
        dataset = request.dataset_hash
        return Edit(
            request.revision,
            programs.told(request),
            (dataset, self._datasets.folder(dataset)) if dataset else None,
            messages.sample_of(request.sample) if request.HasField("sample") else None,
            request.cancel,
            messages.variables_of(request.variables.items) if request.HasField("variables") else None,
        )
