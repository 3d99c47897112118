"""The first tables: models, versions, datasets and intents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "models",
        sa.Column("slug", sa.String(63), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("base", sa.String(40), nullable=False),
        sa.Column("head", sa.String(40), nullable=False),
        sa.Column("dataset", sa.String(64), nullable=False),
    )
    op.create_index("models_by_update", "models", ["updated", "slug"])
    op.create_table(
        "versions",
        sa.Column("model", sa.String(63), primary_key=True),
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("parents", sa.Text, nullable=False),
        sa.Column("operation", sa.String(49), nullable=False),
        sa.Column("metrics", sa.Text, nullable=False),
        sa.Column("weights", sa.String(64), nullable=False),
        sa.Column("dataset", sa.String(64), nullable=False),
    )
    op.create_index("versions_by_position", "versions", ["model", "position"])
    op.create_index("versions_by_operation", "versions", ["model", "operation"])
    op.create_index("versions_by_dataset", "versions", ["dataset"])
    op.create_table(
        "datasets",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("slug", sa.String(63), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("targets", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
    )
    op.create_index("datasets_by_creation", "datasets", ["created", "slug"])
    op.create_table(
        "intents",
        sa.Column("operation", sa.String(49), primary_key=True),
        sa.Column("model", sa.String(63), nullable=False),
        sa.Column("expected", sa.String(40), nullable=False),
        sa.Column("weights", sa.String(64), nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Remove the tables; the index can always be made anew."""
    for table in ("intents", "datasets", "versions", "models"):
        op.drop_table(table)
