"""What a dataset holds, as measured by reading it; suggestions and checks look here, never at the data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FeatureStatistics:
    """Figures over a column; those of value are over the training split.

    Args:
        count: values that are there.
        missing: values that are missing.
        unique: different values.
        min: smallest value; numerical, binary and image columns.
        max: largest value.
        mean: mean.
        std: standard deviation of the population.
        classes: sorted classes of the whole data; categorical and binary columns.
        class_counts: rows for each class.
        height: most frequent height in pixels; image columns.
        width: most frequent width in pixels; image columns.
        channels: 1 for grey, 3 for colour; image columns.
    """

    count: int = 0
    missing: int = 0
    unique: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    std: float | None = None
    classes: tuple[str, ...] = ()
    class_counts: tuple[int, ...] = ()
    height: int = 0
    width: int = 0
    channels: int = 0


@dataclass(frozen=True, slots=True)
class FeatureProfile:
    """One column: its name, the type in use, every type that fits, and its figures."""

    name: str
    type: str
    types: tuple[str, ...] = ()
    statistics: FeatureStatistics = field(default_factory=FeatureStatistics)


@dataclass(frozen=True, slots=True)
class DatasetWarning:
    """What a user should know before training: `leaking`, `duplicates`, …, in plain words, on a column or on none."""

    code: str
    message: str
    feature: str = ""


@dataclass(frozen=True, slots=True)
class DatasetProfile:
    """What a dataset holds.

    Args:
        hash: `sha256:` and the hash of its content.
        rows: number of rows.
        table: the table file inside its folder.
        features: columns by name, in the order of the file.
        targets: columns that the dataset itself declares as targets.
        warnings: what reading it found.
    """

    hash: str = ""
    rows: int = 0
    table: str = ""
    features: dict[str, FeatureProfile] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    warnings: tuple[DatasetWarning, ...] = ()
