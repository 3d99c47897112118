"""Datasets through a real executor process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.graph.v1 import graph_pb2
from glasswork_sdk.errors import DeadlineExceeded, InvalidDataset, InvalidInput, NotFound

pytestmark = pytest.mark.tensorflow


async def test_a_profile_arrives_whole(stub: Any, digits: str) -> None:
    response = await stub.InspectDataset(pb.InspectDatasetRequest(hash=digits))
    profile = response.profile

    assert (profile.rows, profile.table, profile.hash) == (40, "digits.csv", digits)
    assert [feature.type for feature in profile.features] == ["image", "categorical"]
    assert profile.features[0].statistics.height == 8
    assert list(profile.features[1].statistics.classes) == [str(number) for number in range(10)]


async def test_rows_are_paged(stub: Any, digits: str) -> None:
    first = await stub.ReadRows(pb.ReadRowsRequest(hash=digits, page_size=30))
    second = await stub.ReadRows(pb.ReadRowsRequest(hash=digits, page_size=30, page_token=first.next_page_token))

    assert len(first.rows) + len(second.rows) == 40
    assert second.next_page_token == ""
    assert second.rows[0]["digit"] == 0


async def test_a_bad_file_is_the_callers_error(stub: Any, executor: Any, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n")
    dataset = executor.dataset(tmp_path)

    with pytest.raises(InvalidDataset, match="no rows"):
        await stub.InspectDataset(pb.InspectDatasetRequest(hash=dataset))


async def test_bad_requests_are_refused(stub: Any, digits: str) -> None:
    with pytest.raises(NotFound):
        await stub.InspectDataset(pb.InspectDatasetRequest(hash="sha256:" + "f" * 64))
    with pytest.raises(InvalidInput, match="sum to 1"):
        await stub.InspectDataset(pb.InspectDatasetRequest(hash=digits, split=graph_pb2.Split(train=0.5)))
    with pytest.raises(InvalidInput, match="token"):
        await stub.ReadRows(pb.ReadRowsRequest(hash=digits, page_token="x"))


async def test_an_answer_that_nobody_waited_for_is_nobody_elses(
    stub: Any, executor: Any, digits: str, tmp_path: Path
) -> None:
    with (tmp_path / "table.csv").open("w") as file:
        file.write("other,columns\n")
        for _ in range(400):
            file.write("1.5,some longer text\n" * 10_000)
    slow = executor.dataset(tmp_path)
    (tmp_path / "table.csv").unlink()
    # More than there are workers for requests without a session.
    for _ in range(3):
        with pytest.raises(DeadlineExceeded):
            await stub.InspectDataset(pb.InspectDatasetRequest(hash=slow), timeout=0.5)

    for _ in range(4):
        answer = await stub.ReadRows(pb.ReadRowsRequest(hash=digits, page_size=3), timeout=60)
        assert set(answer.rows[0].fields) == {"image", "digit"}


async def test_a_table_that_needs_too_much_memory_is_refused(stub: Any, executor: Any, tmp_path: Path) -> None:
    line = "1.5," * 400 + "1.5\n"
    with (tmp_path / "table.csv").open("w") as file:
        file.write(",".join(f"c{number}" for number in range(401)) + "\n")
        for _ in range(150):
            file.write(line * 1000)
    dataset = executor.dataset(tmp_path)
    (tmp_path / "table.csv").unlink()

    with pytest.raises(InvalidDataset, match=r"Reading the dataset was stopped: it (used more than|took longer)"):
        await stub.InspectDataset(pb.InspectDatasetRequest(hash=dataset), timeout=90)
