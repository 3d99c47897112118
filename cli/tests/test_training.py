from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from glasswork_cli.commands.training import _read_rows, _set_epochs
from glasswork_cli.failures import Failure


def rows(folder: Path, text: str | bytes) -> list[dict[str, Any]]:
    path = folder / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return _read_rows(path)


def test_numbers_are_sent_as_numbers_and_texts_as_texts(tmp_path: Path) -> None:
    assert rows(tmp_path, "\ufeffa,b,c\n1.5,red,nan\n2,,\n") == [
        {"a": 1.5, "b": "red", "c": "nan"},
        {"a": 2.0, "b": "", "c": ""},
    ]


def test_short_row_lacks_its_values_and_a_long_one_loses_them(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n1\n1,2,3\n") == [{"a": 1.0, "b": None}, {"a": 1.0, "b": 2.0}]


def test_images_are_sent_with_the_row_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "a.PNG").write_bytes(b"pixels")
    assert rows(tmp_path, "photo\na.PNG\n") == [{"photo": base64.b64encode(b"pixels").decode()}]
    with pytest.raises(Failure, match=r"the image b\.png is not there\. Images are named relative to the file"):
        rows(tmp_path, "photo\nb.png\n")


@pytest.mark.parametrize(("text", "told"), [(b"a,b\n", "no rows below its header"), (b"a\n\xff\n", "no CSV in UTF-8")])
def test_file_without_rows_is_told(tmp_path: Path, text: bytes, told: str) -> None:
    with pytest.raises(Failure, match=told):
        rows(tmp_path, text)


def test_epochs_are_those_of_the_training_component_alone() -> None:
    graph: dict[str, Any] = {
        "components": {
            "repeat": {"type": "tiny.loop", "settings": {"epochs": 3}},
            "train": {"type": "core.classification", "settings": {}},
            "other": {"type": "tiny.gan", "settings": {}, "suggested": {"epochs": 9}},
        },
        "connections": [{"from": "repeat.output", "to": "train.predictions"}],
    }
    _set_epochs(graph, 20)
    epochs = {name: item["settings"].get("epochs") for name, item in graph["components"].items()}
    assert epochs == {"repeat": 3, "train": 20, "other": 20}
