"""Runs the migrations inside the application: one transaction each, in batch mode, foreign keys checked at the end."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own column types without a tie to the models, which go on changing after a migration is written."""
    if kind == "type" and type(item).__module__ == "models":
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run what is pending on one connection."""
    migrate = current_app.extensions["migrate"]
    options = {"render_item": render_item, **migrate.configure_args}
    context.configure(
        connection=connection,
        target_metadata=migrate.db.metadata,
        transaction_per_migration=True,
        **options,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = current_app.extensions["migrate"].db.engine
with engine.connect().execution_options(addenda_writing=True) as connection:
    # Batch mode on SQLite rebuilds tables: while it does, the keys that point at them must not act.
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
    try:
        run(connection)
    finally:
        if is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")
