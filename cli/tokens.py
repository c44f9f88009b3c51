"""`addenda token …`: API tokens. A secret is printed once and never again."""

from __future__ import annotations

import uuid
from datetime import timedelta

import click

from cli.instance import opened
from cli.output import json_option, show
from core import accounts, tokens
from core.access import HOUSE
from core.tokens import MintToken


@click.group()
def token() -> None:
    """Look after API tokens."""


@token.command()
@click.argument("name")
@click.option("--label", default="", help="What the token is for.")
@click.option("--scope", type=click.Choice(["read", "write"]), default="write", show_default=True)
@click.option("--expires-days", type=click.IntRange(1, 36500), help="Without it the token has no end.")
@json_option
def add(name: str, label: str, scope: str, expires_days: int | None, as_json: bool) -> None:
    """Make a token that acts as NAME in every API, and print it once."""
    lifetime = None if expires_days is None else timedelta(days=expires_days)
    with opened() as house:
        owner = accounts.find(house.database, name)
        command = MintToken(owner.id, label=label, scope=scope, lifetime=lifetime)
        minted = tokens.mint(house.database, HOUSE, command)
    show({"id": str(minted.token.guid), "token": minted.secret}, minted.secret, as_json=as_json)


@token.command(name="list")
@click.argument("name")
@json_option
def list_tokens(name: str, as_json: bool) -> None:
    """Print the tokens of NAME, without their secrets."""
    with opened() as house:
        owner = accounts.find(house.database, name)
        rows = tokens.tokens_of(house.database, HOUSE, owner.id)
    listed = [{"id": str(row.guid), "kind": row.kind, "label": row.label, "scope": row.scope} for row in rows]
    lines = "\n".join(f"{row.guid}\t{row.hint}…\t{row.scope}\t{row.label}" for row in rows)
    show(listed, lines, as_json=as_json)


@token.command()
@click.argument("token_id", type=click.UUID)
@json_option
def revoke(token_id: uuid.UUID, as_json: bool) -> None:
    """End a token at once."""
    with opened() as house:
        tokens.revoke(house.database, HOUSE, token_id)
    show({"id": str(token_id)}, "The token is revoked.", as_json=as_json)
