"""Alembic's entry: it runs on the connection that the registry hands over."""

from __future__ import annotations

from alembic import context

from glasswork_registry.core.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
