"""`addenda user …`: accounts of people. It asks the core and prints."""

from __future__ import annotations

import sys

import click

from cli.instance import opened
from cli.output import json_option, show
from core import accounts
from core.access import HOUSE
from core.accounts import AddUser, ReviseUser
from models import Role, User

_PASSWORD_STDIN = click.option("--password-stdin", is_flag=True, required=True, help="Read the password from stdin.")


@click.group()
def user() -> None:
    """Look after the accounts of people."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--email")
@click.option("--name", "full_name", default="", help="The full name, as pages show it.")
@_PASSWORD_STDIN
@json_option
def add(name: str, role: str, email: str | None, full_name: str, password_stdin: bool, as_json: bool) -> None:  # noqa: ARG001 - the command's own words
    """Make an account; the password comes on stdin, so that no process list shows it."""
    command = AddUser(name, role, _password(), email=email, full_name=full_name)
    with opened() as house:
        made = accounts.add(house.database, HOUSE, command)
    show(_shown(made), f"{made.name} can sign in as {made.role}.", as_json=as_json)


@user.command(name="list")
@json_option
def list_users(as_json: bool) -> None:
    """Print every account."""
    with opened() as house:
        users = accounts.all_users(house.database)
    lines = "\n".join(f"{row.name}\t{row.role}\t{'' if row.enabled else 'disabled'}" for row in users)
    show([_shown(row) for row in users], lines, as_json=as_json)


@user.command()
@click.argument("name")
@_PASSWORD_STDIN
@json_option
def password(name: str, password_stdin: bool, as_json: bool) -> None:  # noqa: ARG001 - the flag only says where from
    """Give somebody a new password, and end every session and token they have."""
    secret = _password()
    with opened() as house:
        found = accounts.find(house.database, name)
        changed = accounts.revise(house.database, HOUSE, found.id, ReviseUser(password=secret))
    show(_shown(changed), f"{changed.name} has a new password.", as_json=as_json)


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]))
@click.option("--enable/--disable", "enabled", default=None, help="Whether they may come in at all.")
@json_option
def change(name: str, role: str | None, enabled: bool | None, as_json: bool) -> None:
    """Change somebody's role, or shut them out; either ends every session and token they have."""
    given: dict[str, object] = {}
    if role is not None:
        given["role"] = role
    if enabled is not None:
        given["enabled"] = enabled
    with opened() as house:
        found = accounts.find(house.database, name)
        changed = accounts.revise(house.database, HOUSE, found.id, ReviseUser(**given))  # type: ignore[arg-type]  # as given
    show(_shown(changed), f"{changed.name} is {changed.role}.", as_json=as_json)


def _password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _shown(row: User) -> dict[str, object]:
    return {"id": row.id, "username": row.name, "role": row.role}
