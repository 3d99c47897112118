"""The tables of the SQL index; the migrations make them, this module says what they hold."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()

# Times are microseconds since 1970; lists and objects are JSON texts that are stored and never searched.
MODELS: Final = Table(
    "models",
    METADATA,
    Column("slug", String(63), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("base", String(40), nullable=False),
    Column("head", String(40), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("component_count", Integer, nullable=False),
    Index("models_by_update", "updated", "slug"),
)

VERSIONS: Final = Table(
    "versions",
    METADATA,
    Column("model", String(63), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("parents", Text, nullable=False),
    Column("operation", String(49), nullable=False),
    Column("metrics", Text, nullable=False),
    Column("weights", String(64), nullable=False),
    Column("dataset", String(64), nullable=False),
    Index("versions_by_position", "model", "position"),
    Index("versions_by_operation", "model", "operation"),
    Index("versions_by_dataset", "dataset"),
)

DATASETS: Final = Table(
    "datasets",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("slug", String(63), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("targets", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Index("datasets_by_creation", "created", "slug"),
)

# What a save was about to do; a row that outlives the process is finished or forgotten at the next start.
INTENTS: Final = Table(
    "intents",
    METADATA,
    Column("operation", String(49), primary_key=True),
    Column("model", String(63), nullable=False),
    Column("expected", String(40), nullable=False),
    Column("weights", String(64), nullable=False),
    Column("started", BigInteger, nullable=False),
)
