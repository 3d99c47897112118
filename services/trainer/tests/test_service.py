from __future__ import annotations

import pytest
from glasswork.trainer.v1 import trainer_pb2 as pb

from services.trainer.tests.harness import Server, digits_request

pytestmark = [pytest.mark.tensorflow, pytest.mark.asyncio(loop_scope="module")]


async def test_a_run_trains_tests_and_ends(server: Server) -> None:
    run = await server.ended(await server.create(digits_request()))
    assert run.state == pb.STATE_SUCCEEDED, run
    assert (run.epoch, run.end_reason, run.progress) == (10, "completed", 1.0)
    assert float(str(run.test["accuracy"])) > 0.8
    assert len(run.weights_hash) == 64
