from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from glasswork_cli import options
from glasswork_cli.data_directory import VARIABLE, DataDirectory


@click.command()
@options.data_dir
def where(directory: DataDirectory) -> None:
    click.echo(directory.path)


def test_data_directory_is_the_option_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "variable"))
    assert CliRunner().invoke(where, ["--data-dir", str(tmp_path / "option")]).output.strip() == f"{tmp_path}/option"
    assert CliRunner().invoke(where, []).output.strip() == f"{tmp_path}/variable"


def test_new_file_needs_its_folder_and_no_more(tmp_path: Path) -> None:
    assert options.NewFile().convert(str(tmp_path / "a.json"), None, None) == tmp_path / "a.json"
    with pytest.raises(click.BadParameter, match="There is no folder"):
        options.NewFile().convert(str(tmp_path / "none" / "a.json"), None, None)


def test_json_for_programs_is_one_line_and_never_invalid(capsys: pytest.CaptureFixture[str]) -> None:
    options.print_json({"name": "größe", "path": Path("/a")})
    assert capsys.readouterr().out == '{"name": "größe", "path": "/a"}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        options.print_json({"loss": float("nan")})
