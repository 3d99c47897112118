"""The gRPC service: messages in, calls of the core, messages out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import grpc
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork.trainer.v1 import trainer_pb2_grpc as rpc
from glasswork_servicekit import graphs
from glasswork_servicekit.paging import page_of

from glasswork_trainer import translate
from glasswork_trainer.core.events import Event
from glasswork_trainer.core.jobs import EXPORT, TEST
from glasswork_trainer.core.run import Run
from glasswork_trainer.core.trainer import Trainer

CHUNK = 1024 * 1024
FEW_SAMPLES = 12
Item = TypeVar("Item")


class TrainerService(rpc.TrainerServiceServicer):
    """Translates between `glasswork.trainer.v1` and the trainer.

    Args:
        trainer: what does the work.
    """

    name = "glasswork.trainer.v1.TrainerService"

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def register(self, server: grpc.aio.Server) -> None:
        """Add the servicer to the server."""
        rpc.add_TrainerServiceServicer_to_server(self, server)

    async def start(self) -> None:
        """Read the runs and let the interrupted ones go on."""
        await self._trainer.start()

    async def stop(self) -> None:
        """Have all runs write a checkpoint and end their processes."""
        await self._trainer.stop()

    async def CreateRun(self, request: pb.CreateRunRequest, context: Any) -> pb.CreateRunResponse:  # noqa: D102
        run = await self._trainer.create(translate.order_of(request))
        return pb.CreateRunResponse(run=translate.run_message(run))

    async def GetRun(self, request: pb.GetRunRequest, context: Any) -> pb.GetRunResponse:  # noqa: D102
        live = self._trainer.runs.get(request.run)
        document, script = await asyncio.to_thread(self._trainer.sources, request.run)
        graph = graphs.graph_to_message(document)
        return pb.GetRunResponse(run=translate.run_message(live.run), graph=graph, script=script)

    async def ListRuns(self, request: pb.ListRunsRequest, context: Any) -> pb.ListRunsResponse:  # noqa: D102
        if request.newest_of:
            newest = self._trainer.runs.newest(set(request.newest_of))
            return pb.ListRunsResponse(runs=[translate.listed_run(run) for run in newest])
        runs, token = self._trainer.runs.page(request.model, request.page_size, request.page_token)
        return pb.ListRunsResponse(runs=[translate.listed_run(run) for run in runs], next_page_token=token)

    async def WatchRun(  # noqa: D102
        self, request: pb.WatchRunRequest, context: Any
    ) -> AsyncIterator[pb.WatchRunResponse]:
        async for item in self._trainer.runs.watch(request.run, request.after_sequence):
            yield translate.watched(item)

    async def ListMetrics(  # noqa: D102
        self, request: pb.ListMetricsRequest, context: Any
    ) -> pb.ListMetricsResponse:
        events = await self._trainer.runs.metrics(request.run)
        page, token = page_of("metrics", events, request.page_size, request.page_token)
        return pb.ListMetricsResponse(rows=[_metric_row(event) for event in page], next_page_token=token)

    async def PauseRun(self, request: pb.PauseRunRequest, context: Any) -> pb.PauseRunResponse:  # noqa: D102
        return pb.PauseRunResponse(run=translate.run_message(await self._trainer.runs.pause(request.run)))

    async def ResumeRun(self, request: pb.ResumeRunRequest, context: Any) -> pb.ResumeRunResponse:  # noqa: D102
        run = await self._trainer.runs.resume(request.run, request.steps)
        return pb.ResumeRunResponse(run=translate.run_message(run))

    async def StopRun(self, request: pb.StopRunRequest, context: Any) -> pb.StopRunResponse:  # noqa: D102
        return pb.StopRunResponse(run=translate.run_message(await self._trainer.runs.stop_run(request.run)))

    async def UpdateRun(self, request: pb.UpdateRunRequest, context: Any) -> pb.UpdateRunResponse:  # noqa: D102
        run: Run = self._trainer.runs.get(request.run).run
        if request.HasField("learning_rate"):
            run = await self._trainer.runs.update(request.run, request.learning_rate)
        return pb.UpdateRunResponse(run=translate.run_message(run))

    async def DeleteRun(self, request: pb.DeleteRunRequest, context: Any) -> pb.DeleteRunResponse:  # noqa: D102
        await self._trainer.delete(request.run)
        return pb.DeleteRunResponse()

    async def GetVariables(  # noqa: D102
        self, request: pb.GetVariablesRequest, context: Any
    ) -> pb.GetVariablesResponse:
        found = await self._trainer.variables(request.run, request.component)
        variables = [translate.variable_message(variable) for variable in found["variables"]]
        return pb.GetVariablesResponse(step=found["step"], variables=variables)

    async def RunTests(self, request: pb.RunTestsRequest, context: Any) -> pb.RunTestsResponse:  # noqa: D102
        job = self._trainer.start_test(request.run, request.split)
        return pb.RunTestsResponse(test=translate.test_message(job))

    async def GetTest(self, request: pb.GetTestRequest, context: Any) -> pb.GetTestResponse:  # noqa: D102
        job = self._trainer.job(request.run, TEST, request.test)
        return pb.GetTestResponse(test=translate.test_message(job))

    async def ListTests(self, request: pb.ListTestsRequest, context: Any) -> pb.ListTestsResponse:  # noqa: D102
        jobs = self._trainer.jobs(request.run, TEST)
        page, token = page_of("tests", jobs, request.page_size, request.page_token)
        return pb.ListTestsResponse(tests=[translate.test_message(job) for job in page], next_page_token=token)

    async def ExportRun(self, request: pb.ExportRunRequest, context: Any) -> pb.ExportRunResponse:  # noqa: D102
        job = self._trainer.start_export(request.run, request.format)
        return pb.ExportRunResponse(export=translate.export_message(job))

    async def GetExport(self, request: pb.GetExportRequest, context: Any) -> pb.GetExportResponse:  # noqa: D102
        job = self._trainer.job(request.run, EXPORT, request.export)
        return pb.GetExportResponse(export=translate.export_message(job))

    async def ListExports(  # noqa: D102
        self, request: pb.ListExportsRequest, context: Any
    ) -> pb.ListExportsResponse:
        jobs = self._trainer.jobs(request.run, EXPORT)
        page, token = page_of("exports", jobs, request.page_size, request.page_token)
        return pb.ListExportsResponse(exports=[translate.export_message(job) for job in page], next_page_token=token)

    async def DownloadFile(  # noqa: D102
        self, request: pb.DownloadFileRequest, context: Any
    ) -> AsyncIterator[pb.DownloadFileResponse]:
        file = await asyncio.to_thread(self._trainer.open_file, request.run, request.export)
        with file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield pb.DownloadFileResponse(chunk=chunk)

    async def Predict(self, request: pb.PredictRequest, context: Any) -> pb.PredictResponse:  # noqa: D102
        rows = [graphs.struct_to_dict(row) for row in request.rows]
        found = await self._trainer.predict(request.run, rows)
        return pb.PredictResponse(predictions=[graphs.dict_to_struct(row) for row in found])

    async def PredictSamples(  # noqa: D102
        self, request: pb.PredictSamplesRequest, context: Any
    ) -> pb.PredictSamplesResponse:
        split = request.split or "validation"
        found = await self._trainer.samples(request.run, split, request.first, request.count or FEW_SAMPLES)
        samples = [
            pb.PredictedSample(
                index=sample["index"],
                **{name: graphs.dict_to_struct(sample[name]) for name in ("row", "truth", "prediction")},
            )
            for sample in found["samples"]
        ]
        return pb.PredictSamplesResponse(samples=samples, total=found["total"])

    async def ListDevices(  # noqa: D102
        self, request: pb.ListDevicesRequest, context: Any
    ) -> pb.ListDevicesResponse:
        devices = [pb.Device(**device) for device in await self._trainer.devices()]
        page, token = page_of("devices", devices, request.page_size, request.page_token)
        return pb.ListDevicesResponse(devices=page, next_page_token=token)


def _metric_row(event: Event) -> pb.MetricRow:
    return pb.MetricRow(epoch=event.epoch, metrics=event.metrics)
