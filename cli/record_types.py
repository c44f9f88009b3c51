"""`addenda record-type …`: kinds of records. It asks the core and prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from cli.instance import opened
from cli.output import json_option, show
from core import record_types
from core.access import HOUSE
from core.record_types import FIELD_TYPES, AddRecordType
from models import RecordType


@click.group(name="record-type")
def record_type() -> None:
    """Look after kinds of records."""


@record_type.command()
@click.argument("name")
@click.option("--plural", help="Without it, the name and an s.")
@click.option(
    "--prefix", metavar="OID", help="The letters before a number, as the C in C000057; without it, free ones."
)
@click.option("--field", "fields", multiple=True, metavar="NAME[:TYPE]", help=f"TYPE is {', '.join(FIELD_TYPES)}.")
@click.option("--folder", "folders", multiple=True, help="A folder for attachments; without any, all may be made.")
@click.option("--area", "areas", multiple=True, help="An attachment area of the actions; without any, Attachments.")
@json_option
def add(  # noqa: PLR0913, PLR0917 - the command's own words
    name: str,
    plural: str | None,
    prefix: str | None,
    fields: Sequence[str],
    folders: Sequence[str],
    areas: Sequence[str],
    as_json: bool,
) -> None:
    """Make a kind of record, with actions to create, update and comment on its records."""
    command = AddRecordType(name, plural, prefix, [_field(field) for field in fields], folders, areas)
    with opened() as house:
        made = record_types.add(house.database, HOUSE, command)
    show(_shown(made), _line(made), as_json=as_json)


@record_type.command(name="list")
@json_option
def list_types(as_json: bool) -> None:
    """Print every kind of record with its actions."""
    with opened() as house:
        types = record_types.all_types(house.database)
    show([_shown(row) for row in types], "\n".join(_line(row) for row in types), as_json=as_json)


def _field(given: str) -> Mapping[str, str]:
    name, colon, kind = given.rpartition(":")
    return {"name": name, "type": kind} if colon else {"name": given}


def _shown(row: RecordType) -> dict[str, object]:
    actions = [{"id": step.id, "name": step.name, "areas": [area["name"] for area in step.areas]} for step in row.steps]
    return {"id": row.id, "name": row.name, "plural": row.plural, "prefix": row.prefix, "actions": actions}


def _line(row: RecordType) -> str:
    actions = ", ".join(f"{step.name} ({step.id})" for step in row.steps)
    return f"{row.name}\t{row.plural}\t{row.prefix}\t{actions}"
