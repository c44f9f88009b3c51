"""`addenda app …`: accounts of programs. A secret is printed once and never again."""

from __future__ import annotations

import click

from cli.instance import opened
from cli.output import json_option, show
from core import applications
from core.access import HOUSE
from core.applications import Credentials
from models import Role


@click.group()
def app() -> None:
    """Look after the accounts of programs."""


@app.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="admin", show_default=True)
@json_option
def add(name: str, role: str, as_json: bool) -> None:
    """Make an account for a program, and print its id and secret once."""
    with opened() as house:
        made = applications.add(house.database, HOUSE, name, role)
    _show(made, as_json=as_json)


@app.command()
@click.argument("name")
@json_option
def secret(name: str, as_json: bool) -> None:
    """Give the program NAME a new secret, and end the old one."""
    with opened() as house:
        renewed = applications.renew(house.database, HOUSE, name)
    _show(renewed, as_json=as_json)


def _show(made: Credentials, *, as_json: bool) -> None:
    answer = {"client_id": str(made.user.guid), "client_secret": made.secret}
    show(answer, f"client_id\t{made.user.guid}\nclient_secret\t{made.secret}", as_json=as_json)
