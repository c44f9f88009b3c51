"""Bringing tables up to date. Alembic is loaded here alone: no process that serves pays 10 MiB for it."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
from flask import current_app

from models import db

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade() -> None:
    """Apply what is pending; needs an application context."""
    flask_migrate.Migrate(current_app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    flask_migrate.upgrade(directory=str(MIGRATIONS))
