"""`addenda record …` and `addenda share`: records and who may see them. It asks the core and prints."""

from __future__ import annotations

import json
from typing import Any

import click

from cli.instance import opened
from cli.output import json_option, show
from cli.references import read_reference
from core import accounts, records, shares
from core.access import HOUSE
from core.commands import CreateRecord
from models import Level, Record

LEVELS = ("read", "edit", "manage")


@click.group()
def record() -> None:
    """Look after records."""


@record.command()
@click.argument("type_name", metavar="TYPE")
@click.option("--title", required=True)
@click.option("--owner", help="The user who owns it; without it, nobody does.")
@click.option("--parent", help="GUID, OID or Type/number of the record above it.")
@click.option("--private", is_flag=True, help="Seen by its owner, administrators and those it is shared with alone.")
@click.option("--fields", help="Field values as a JSON object.")
@json_option
def add(  # noqa: PLR0913, PLR0917 - the command's own words
    type_name: str, title: str, owner: str | None, parent: str | None, private: bool, fields: str | None, as_json: bool
) -> None:
    """Make a record of any type."""
    values = _fields(fields)
    above = None if parent is None else read_reference(parent)
    with opened() as house:
        owner_id = None if owner is None else accounts.find(house.database, owner).id
        command = CreateRecord(type_name, title, rows=[values], owner_id=owner_id, parent=above, private=private)
        made = records.create(house.database, HOUSE, command)
    show(_shown(made), f"{made.oid}\t{made.guid}", as_json=as_json)


@click.command()
@click.argument("record_name", metavar="RECORD")
@click.argument("name")
@click.option("--level", type=click.Choice([*LEVELS, "none"]), required=True)
@json_option
def share(record_name: str, name: str, level: str, as_json: bool) -> None:
    """Let a user NAME read, edit or manage RECORD (a GUID, OID or Type/number)."""
    reference = read_reference(record_name)
    with opened() as house:
        found = records.find(house.database, HOUSE, reference)
        holder = accounts.find(house.database, name)
        shares.set_level(house.database, HOUSE, found, holder, Level[level.upper()])
    answer = {"record": found.oid, "holder": holder.name, "level": level}
    show(answer, f"{holder.name} holds {level} of {found.oid}.", as_json=as_json)


def _fields(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        values = json.loads(text)
    except ValueError:
        raise click.BadParameter("it is no JSON", param_hint="--fields") from None
    if not isinstance(values, dict):
        raise click.BadParameter("it is no JSON object", param_hint="--fields")
    return values


def _shown(row: Record) -> dict[str, object]:
    return {
        "id": row.id,
        "guid": str(row.guid),
        "oid": row.oid,
        "type": row.record_type.name,
        "number": row.number,
    }
