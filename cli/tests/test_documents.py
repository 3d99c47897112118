from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from glasswork_cli.documents import data_file, graph_for, read_document, write_aside
from glasswork_cli.failures import Failure
from glasswork_sdk.document import Document


def document(source: str) -> Document:
    return Document.parse({"format": 1, "dataset": {"source": source}, "components": {}, "connections": []})


@pytest.mark.parametrize(("text", "told"), [("{", "no valid JSON"), ('{"format": 7}', "has format 7")])
def test_file_that_is_no_document_is_named_with_the_reason(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(Failure, match=rf"m\.json: .*{told}"):
        read_document(tmp_path / "m.json")
    with pytest.raises(Failure, match=r"none\.json cannot be read: No such file"):
        read_document(tmp_path / "none.json")


@pytest.mark.parametrize("source", ["example:wine", "dataset:wine"])
def test_dataset_that_the_services_have_is_no_file(tmp_path: Path, source: str) -> None:
    assert data_file(document(source), tmp_path / "m.json") is None
    assert data_file(Document(), tmp_path / "m.json") is None


def test_dataset_is_looked_for_beside_the_document(tmp_path: Path) -> None:
    (tmp_path / "wine.csv").touch()
    assert data_file(document("wine.csv"), tmp_path / "m.json") == tmp_path / "wine.csv"
    with pytest.raises(Failure, match=r"its dataset 'beer\.csv' is no file beside it"):
        data_file(document("beer.csv"), tmp_path / "m.json")


def test_folder_is_a_dataset_where_it_has_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "notes.txt").touch()
    (folder / "a.csv").touch()
    assert data_file(document("set"), tmp_path / "m.json") == folder / "a.csv"
    (folder / "b.parquet").touch()
    with pytest.raises(Failure, match="is no file"):
        data_file(document("set"), tmp_path / "m.json")


def test_file_beside_a_document_is_uploaded_for_the_gateway(tmp_path: Path) -> None:
    class Gateway:
        def upload(self, file: Path) -> dict[str, Any]:
            return {"id": file.stem}

    (tmp_path / "wine.csv").touch()
    (tmp_path / "m.json").write_text(json.dumps(document("wine.csv").to_json()))
    graph = graph_for(Gateway(), tmp_path / "m.json")  # type: ignore[arg-type]
    assert graph["dataset"]["source"] == "dataset:wine"


def test_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "model.py"
    write_aside(target, "x = 1\n")
    assert [path.name for path in tmp_path.iterdir()] == ["model.py"]
    with pytest.raises(UnicodeEncodeError):
        write_aside(target, "\ud800")
    assert target.read_text() == "x = 1\n"


def test_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_aside(pipe, "x = 1\n")
    assert os.read(reader, 100) == b"x = 1\n"
    os.close(reader)
    assert pipe.is_fifo()
