"""Alembic's migrations of the SQL index, run at start."""
