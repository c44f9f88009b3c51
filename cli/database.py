"""`addenda db …`: the database by itself. It knows no table."""

from __future__ import annotations

import click

from cli.output import json_option, show
from core.settings import load


@click.group()
def database() -> None:
    """Look after the database."""


@database.command()
@json_option
def upgrade(as_json: bool) -> None:
    """Apply pending migrations, and nothing else."""
    from app import create_app, house_of  # noqa: PLC0415 - the application is loaded only where it is used
    from cli.startup import upgrade as apply  # noqa: PLC0415 - as above

    app = create_app(load())
    with app.app_context():
        apply(house_of(app))
    show({"upgraded": True}, "The database is up to date.", as_json=as_json)
