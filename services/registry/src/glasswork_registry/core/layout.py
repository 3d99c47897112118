"""Where everything lies under the data directory, and which names may become paths."""

from __future__ import annotations

import itertools
import re
import unicodedata
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from glasswork_sdk.errors import NotFound

SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SLUG_LENGTH: Final = 48


@dataclass(frozen=True)
class ModelFolder:
    """The files of one model."""

    path: Path

    @property
    def slug(self) -> str:
        """The model's unique name."""
        return self.path.name

    @property
    def repository(self) -> Path:
        """The bare git repository."""
        return self.path / "repo.git"

    @property
    def large_objects(self) -> Path:
        """Git LFS objects, in the layout that git-lfs expects inside a repository."""
        return self.repository / "lfs" / "objects"

    @property
    def document(self) -> Path:
        """The working copy."""
        return self.path / "working" / "model.json"

    @property
    def base(self) -> Path:
        """The commit that the working copy came from."""
        return self.path / "working" / "base"

    @property
    def about(self) -> Path:
        """The free name and the time of creation: what neither git nor the working copy holds."""
        return self.path / "about.json"


@dataclass(frozen=True)
class Layout:
    """The paths of a data directory.

    Args:
        root: the data directory.
        datasets: the folder of datasets; executor and trainer read it too.
    """

    root: Path
    datasets: Path

    @property
    def models(self) -> Path:
        """One folder a model."""
        return self.root / "models"

    @property
    def trash(self) -> Path:
        """Where deleted models go, as `<slug>.<random>`."""
        return self.root / "trash"

    @property
    def staging(self) -> Path:
        """What is half written; emptied at start."""
        return self.root / "staging"

    @property
    def dataset_staging(self) -> Path:
        """What of datasets is half written: beside them, because their folder may be a file system of its own."""
        return self.datasets / ".staging"

    @property
    def dataset_trash(self) -> Path:
        """Where deleted datasets go, as `<hash>.<random>`."""
        return self.datasets / ".trash"

    @property
    def lock(self) -> Path:
        """The file whose lock says which registry owns the directory."""
        return self.root / "registry.lock"

    @property
    def database(self) -> Path:
        """The SQL index, where it is SQLite."""
        return self.root / "registry.db"

    def make_folders(self) -> None:
        """Make the folders that are missing."""
        for folder in (self.models, self.trash, self.staging, self.dataset_staging, self.dataset_trash):
            folder.mkdir(parents=True, exist_ok=True)

    def model(self, slug: str) -> ModelFolder:
        """Return the folder of a model that exists.

        Raises:
            NotFound: there is no model of that name.
        """
        folder = ModelFolder(self.models / slug) if SLUG.fullmatch(slug) else None
        if folder is None or not folder.about.is_file():
            raise NotFound(f"There is no model {slug[:80]!r}. List the models to see their names.")
        return folder

    def model_folders(self) -> list[ModelFolder]:
        """Return every model, by slug."""
        return [
            ModelFolder(path)
            for path in sorted(self.models.iterdir())
            if SLUG.fullmatch(path.name) and (path / "about.json").is_file()
        ]

    def scratch(self) -> Path:
        """Return a fresh name in the staging folder."""
        return self.staging / uuid.uuid4().hex

    def dataset_scratch(self) -> Path:
        """Return a fresh name in the staging folder of datasets."""
        return self.dataset_staging / uuid.uuid4().hex

    def trash_name(self, slug: str) -> Path:
        """Return a fresh place in the trash."""
        return self.trash / f"{slug}.{uuid.uuid4().hex}"

    def dataset_trash_name(self, sha256: str) -> Path:
        """Return a fresh place in the trash of datasets."""
        return self.dataset_trash / f"{sha256}.{uuid.uuid4().hex}"

    def was_deleted(self, slug: str) -> bool:
        """Tell whether something of this name is in the trash: its name is not given away again."""
        return any(self.trash.glob(f"{slug}.*"))


def slug_of(name: str, otherwise: str) -> str:
    """Make a slug from a free name.

    Args:
        name: any text.
        otherwise: the slug for a name without a letter or digit of ASCII.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-") or otherwise


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """Return the first candidate for a slug that is not taken."""
    return next(slug for count in itertools.count(1) if (slug := numbered(wanted, count)) not in taken)


def numbered(slug: str, count: int) -> str:
    """Return the `count`-th candidate for a slug: itself, then with -2, -3 and so on."""
    return slug if count <= 1 else f"{slug}-{count}"
