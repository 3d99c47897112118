"""The component type that reads one column of the dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from glasswork_sdk.component import DataType, Suggestion, Surroundings
from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.settings import Settings, setting
from glasswork_sdk.specs import FLOAT, INTEGER, TensorSpec
from pydantic import Field, StrictInt

Pixels = Annotated[StrictInt, Field(ge=1, le=4096)]


class DataSettings(Settings):
    """Which column, and for images the size they are brought to."""

    feature: str = setting(..., "The column of the dataset.", options="features", min_length=1, max_length=512)
    size: Annotated[tuple[Pixels, Pixels], Field(strict=False)] | None = setting(
        None, "Height and width that images are resized to; suggested is the most frequent.", unit="pixels"
    )
    channels: Literal[1, 3] | None = setting(None, "1 for grey images, 3 for colour; suggested is what the files have.")


class Data(DataType[DataSettings]):
    """Begins a graph with a column of the dataset.

    Output shape:
        numerical and binary `(batch, 1)` float32; categorical `(batch,)` int64, the index into the sorted classes of
        the whole data; image `(batch, height, width, channels)` float32 as stored, 0 to 255.
    """

    name = "data"
    title = "Data"
    summary = "Reads one column of the dataset: numbers, classes or images."
    category = "data"
    keywords = ("input", "keras.Input", "dataset", "dataloader", "csv", "image", "column", "target", "label")
    Settings = DataSettings
    follows = ("size", "channels")

    def infer_feature(self, settings: DataSettings, feature_type: str) -> TensorSpec:
        """Return the spec of a numerical, binary, categorical or image column."""
        if feature_type in {"numerical", "binary"}:
            return TensorSpec((None, 1), FLOAT)
        if feature_type == "categorical":
            return TensorSpec((None,), INTEGER)
        if feature_type == "image":
            if settings.size is None or settings.channels is None:
                raise SpecError(
                    "must know the size and the channels of its images. Open the dataset, or set both",
                    setting="size" if settings.size is None else "channels",
                    code="unknown-size",
                )
            return TensorSpec((None, *settings.size, settings.channels), FLOAT)
        raise SpecError(
            f"reads numerical, binary, categorical and image columns, received the type '{feature_type}'. "
            "Choose one of those for the column",
            setting="feature",
            code="unknown-feature-type",
        )

    def suggest(
        self, settings: DataSettings, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Suggest the most frequent size of the images."""
        feature = around.feature
        if feature is None or feature.type != "image" or not feature.statistics.height:
            return {}
        figures = feature.statistics
        size = (figures.height, figures.width)
        reason = f"Most images of '{feature.name}' are {size[0]} × {size[1]} pixels."
        colour = "in colour" if figures.channels == 3 else "grey"
        return {
            "size": Suggestion(list(size), reason),
            "channels": Suggestion(figures.channels, f"The images of '{feature.name}' are {colour}."),
        }
