"""The migrations make exactly the tables that models.py declares, on both databases."""

from __future__ import annotations

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from cli import migrations
from models import db


def _is_declared(_item: object, name: str | None, _kind: str, _reflected: bool, _compared: object) -> bool:
    """Leave out what only one database has: by what it searches."""
    return not (name or "").startswith(("search_words", "ix_search_entry_"))


@pytest.mark.usefixtures("app")
def test_migrations_make_what_the_models_declare() -> None:
    assert _differences() == []


@pytest.mark.usefixtures("app")
def test_the_last_migration_can_be_taken_back_and_applied_again() -> None:
    migrations.upgrade()  # nothing is pending
    flask_migrate.downgrade(directory=str(migrations.MIGRATIONS), revision="0002")
    assert _differences() != []
    migrations.upgrade()
    assert _differences() == []


def _differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": _is_declared})
        found: list[object] = compare_metadata(context, db.metadata)
        return found
