"""Reading the one table of a dataset, exactly as the generated code reads it, and refusing what it could not."""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
from glasswork_sdk.errors import InvalidDataset
from numpy.typing import NDArray

ENDINGS = (".csv", ".parquet", ".npz")
MAX_COLUMNS = 4_096
MAX_LINE = 1024 * 1024
MAX_BYTES = 2 * 1024**3
SNIFFED = 64 * 1024

Array = NDArray[Any]


@dataclass(frozen=True)
class Table:
    """The rows of a dataset.

    Args:
        folder: where it lies.
        name: name of the table file.
        columns: by name, in the order of the file: a Series of single values, or an array with further axes.
    """

    folder: Path
    name: str
    columns: dict[str, pd.Series | Array]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))


def read_table(folder: Path) -> Table:
    """Read the table of a dataset.

    Args:
        folder: the dataset's folder.

    Raises:
        InvalidDataset: there is no table or more than one, or it cannot be read as one.
    """
    path = find_table(folder)
    try:
        columns = {".csv": _read_csv, ".parquet": _read_parquet, ".npz": _read_npz}[path.suffix.lower()](path)
    except (OSError, ValueError, pyarrow.ArrowException, zipfile.BadZipFile) as error:
        raise InvalidDataset(f"{path.name} cannot be read: {error}. Write it again.") from error
    if not columns:
        raise InvalidDataset(f"{path.name} has no columns. A table needs a header that names at least one.")
    if len(columns) > MAX_COLUMNS:
        raise InvalidDataset(f"{path.name} has {len(columns)} columns, at most {MAX_COLUMNS} are allowed.")
    table = Table(folder, path.name, columns)
    if not table.rows:
        raise InvalidDataset(f"{path.name} has a header and no rows. Add at least one row of data below it.")
    return table


def find_table(folder: Path) -> Path:
    """Return the path of the one table in a dataset's folder.

    Raises:
        InvalidDataset: there is none, or there are several.
    """
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.is_file())
    if len(found) != 1:
        names = ", ".join(path.name for path in found[:5]) or "none"
        raise InvalidDataset(f"A dataset has exactly one table (CSV, Parquet or NPZ) at its top, found: {names}.")
    return found[0]


def _read_csv(path: Path) -> dict[str, pd.Series | Array]:
    header = _check_csv(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pd.read_csv(path, low_memory=False)
    except pd.errors.EmptyDataError:
        raise InvalidDataset(f"{path.name} is empty. Its first line has to name the columns.") from None
    except UnicodeDecodeError as error:
        raise InvalidDataset(
            f"{path.name} is not UTF-8: byte {error.start} of what was read is 0x{error.object[error.start]:02x}. "
            "Save it as CSV in UTF-8."
        ) from None
    except pd.errors.ParserError as error:
        raise InvalidDataset(f"{path.name}: {_parser_text(error)}. Mend that line.") from None
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if frame.shape[1] == 1 and separator in header:
            raise InvalidDataset(f"{path.name} has {word} between its columns, expected commas. Save it with commas.")
    # pandas takes values without a name for an index.
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        raise InvalidDataset(
            f"{path.name} has more values in its rows than names in its first line. Name every column."
        )
    return _columns(frame)


def _check_csv(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(SNIFFED)
    if not start.strip():
        raise InvalidDataset(f"{path.name} is empty. Its first line has to name the columns.")
    if b"\0" in start:
        raise InvalidDataset(f"{path.name} is no text in UTF-8. Save it as CSV in UTF-8.")
    header = start.split(b"\n", 1)[0]
    if len(header) == SNIFFED or header.count(b",") >= MAX_COLUMNS:
        raise InvalidDataset(f"The first line of {path.name} names more than {MAX_COLUMNS} columns or never ends.")
    return header.decode("utf-8", "replace")


def _parser_text(error: Exception) -> str:
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if found is None:
        return str(error).removeprefix("Error tokenizing data. C error: ").strip().rstrip(".")
    return f"line {found[2]} has {found[3]} values, expected {found[1]}"


def _read_parquet(path: Path) -> dict[str, pd.Series | Array]:
    metadata = pyarrow.parquet.read_metadata(path)
    size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if size > MAX_BYTES:
        raise InvalidDataset(f"{path.name} unpacks to {size} bytes, at most {MAX_BYTES} are allowed.")
    return _columns(pd.read_parquet(path).reset_index(drop=True))


def _read_npz(path: Path) -> dict[str, pd.Series | Array]:
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_BYTES:
        raise InvalidDataset(f"{path.name} unpacks to {size} bytes, at most {MAX_BYTES} are allowed.")
    with np.load(path, allow_pickle=False) as arrays:
        columns = {name: _array(name, arrays[name]) for name in arrays.files}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"'{name}' {length}" for name, length in list(lengths.items())[:5])
        raise InvalidDataset(f"The arrays of {path.name} have different numbers of rows: {told}.")
    return columns


def _array(name: str, values: Array) -> pd.Series | Array:
    if values.ndim == 1:
        return pd.Series(values, name=name)
    if values.ndim in {3, 4}:
        return values
    raise InvalidDataset(
        f"The array '{name}' has the shape {values.shape}, expected (rows,), (rows, height, width) "
        "or (rows, height, width, channels). Split it into one array for each column."
    )


def _columns(frame: pd.DataFrame) -> dict[str, pd.Series | Array]:
    frame.columns = frame.columns.map(str)
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        raise InvalidDataset(f"The column '{repeated[0]}' is there twice. Give each column a name of its own.")
    return {str(name): frame[name] for name in frame.columns}
