"""How many components a model has, for lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; the next look at each model on the disk fills it in."""
    op.add_column("models", sa.Column("component_count", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("models", "component_count")
