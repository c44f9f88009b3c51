"""The body of every list, FilterSpec: parsed strictly, its field names turned into the house's (UFDL sheet §5).

It compiles nothing: core.filters does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from blueprints import http
from core.errors import Subject, invalid
from core.filters import All, Comparison, Condition, Either, Not, Operator, Order
from core.streams import ListQuery

Text = Annotated[str, Meta(min_length=1)]


class _Part(Struct, forbid_unknown_fields=True, tag_field="type", kw_only=True):
    invert: bool = False


class Exact(_Part, tag="exact"):
    """Equality; text with case unless told otherwise."""

    field: Text
    value: str | int | float | bool
    case_insensitive: bool = False


class Contains(_Part, tag="contains"):
    """A text within a text."""

    field: Text
    sub_string: Text
    case_insensitive: bool = False


class Compare(_Part, tag="compare"):
    """An order between the field and a value."""

    field: Text
    operator: Literal["<", ">", "<=", ">="]
    value: str | int | float


class IsNull(_Part, tag="isnull"):
    """The field holds nothing."""

    field: Text


class DocumentedIsNull(_Part, tag="is_null"):
    """The same as the document spells it."""

    field: Text


FieldExpression = Exact | Contains | Compare | IsNull | DocumentedIsNull


class And(_Part, tag="and"):
    """Every part holds."""

    sub_expressions: Annotated[list[FieldExpression], Meta(min_length=2)]


class Or(_Part, tag="or"):
    """At least one part holds."""

    sub_expressions: Annotated[list[FieldExpression | And], Meta(min_length=2)]


Expression = FieldExpression | And | Or


class OrderBy(Struct, forbid_unknown_fields=True):
    """One key of the order."""

    field: Text
    ascending: bool = True
    nulls_first: bool = False


class FilterSpec(Struct, forbid_unknown_fields=True):
    """The whole body."""

    expressions: list[Expression] = []
    order_by: list[OrderBy] = []
    include_inactive: bool = False


Names = Mapping[str, str]  # the API's dotted spelling → the house's

_OPERATORS = {
    "<": Operator.LESS,
    ">": Operator.MORE,
    "<=": Operator.AT_MOST,
    ">=": Operator.AT_LEAST,
}


def _related(name: str, own: str) -> dict[str, str]:
    return dict.fromkeys((name, f"{name}_id", f"{name}.pk", f"{name}.id"), own)


JOBS: Names = {
    **dict.fromkeys(("pk", "id"), "number"),
    **{name: name for name in ("description", "error_reason", "progress")},
    **_related("creator", "owner_id"),
    **_related("parent", "parent"),
    **_related("node", "node_id"),
    **_related("template", "template_id"),
    "creator.username": "owner.name",
    "creation_time": "created_at",
    "deletion_time": "deleted_at",
    "start_time": "started_at",
    "end_time": "ended_at",
    "is_cancelled": "cancelled",
    "template.workabletemplate": "template.workable_id",
    **{
        f"{on}.{name}": f"{on}.{name}"
        for on, names in {
            "template": ("name", "version", "description", "scope"),
            "node": ("ip", "index", "driver_version", "hardware_generation", "gpu_mem", "cpu_mem"),
        }.items()
        for name in names
    },
    "node.last_seen": "node.last_seen_at",
    **dict.fromkeys(("outputs", "outputs.pk", "outputs.id"), "outputs.id"),
    "outputs.name": "outputs.name",
    "outputs.type": "outputs.type",
    **{f"outputs.{spelt}": "outputs.creator_id" for spelt in ("creator", "creator_id")},
    "outputs.creation_time": "outputs.created_at",
    "outputs.deletion_time": "outputs.deleted_at",
}
OUTPUTS: Names = {
    **dict.fromkeys(("pk", "id"), "id"),
    **{name: name for name in ("name", "type")},
    **_related("creator", "creator_id"),
    "creator.username": "creator.name",
    "creation_time": "created_at",
    "deletion_time": "deleted_at",
    **{f"job.{spelt}": f"job.{own}" for spelt, own in JOBS.items()},
    **_related("job", "job.number"),
}
NODES: Names = {
    **dict.fromkeys(("pk", "id"), "id"),
    **{n: n for n in ("ip", "index", "driver_version", "hardware_generation", "gpu_mem", "cpu_mem")},
    "last_seen": "last_seen_at",
    **_related("current_job", "current_job"),
}
TEMPLATES: Names = {
    **dict.fromkeys(("pk", "id"), "id"),
    **{name: name for name in ("name", "version", "description", "scope")},
    **_related("creator", "creator_id"),
    "creation_time": "created_at",
    "deletion_time": "deleted_at",
    "workabletemplate": "workable_id",
}


def read_query(body: Mapping[str, object], names: Names) -> ListQuery:
    """Read a FilterSpec; refuses INVALID for anything that the sheet does not name."""
    spec = http.decode(body, FilterSpec)
    return ListQuery(
        All([_condition(part, names) for part in spec.expressions]),
        [Order(_name(key.field, names), not key.ascending, key.nulls_first) for key in spec.order_by],
        spec.include_inactive,
    )


def _condition(part: Expression, names: Names) -> Condition:
    condition = _plain(part, names)
    return Not(condition) if part.invert else condition


def _plain(part: Expression, names: Names) -> Condition:
    match part:
        case And(sub_expressions=parts):
            return All([_condition(one, names) for one in parts])
        case Or(sub_expressions=parts):
            return Either([_condition(one, names) for one in parts])
        case IsNull() | DocumentedIsNull():
            return Comparison(_name(part.field, names), Operator.IS_NULL)
        case Contains():
            name = _name(part.field, names)
            return Comparison(name, Operator.CONTAINS, part.sub_string, part.case_insensitive)
        case Exact():
            name = _name(part.field, names)
            return Comparison(name, Operator.EQUAL, _value(name, part.value), part.case_insensitive)
        case Compare():
            name = _name(part.field, names)
            return Comparison(name, _OPERATORS[part.operator], _value(name, part.value))


def _name(spelt: str, names: Names) -> str:
    own = names.get(spelt.replace("__", "."))
    if own is None:
        raise invalid(spelt, f"There is no field called “{spelt}”.", Subject.QUERY)
    return own


def _value(name: str, value: str | float | bool) -> object:
    # A date, or a moment without a zone, is meant in the server's zone, which is UTC.
    if not (name.endswith("_at") and isinstance(value, str)):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(name, f"“{value}” is no time in ISO 8601.", Subject.QUERY) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def schema() -> dict[str, object]:
    """Return the JSON schema of the body with its components, for the OpenAPI document."""
    (body,), components = msgspec.json.schema_components([FilterSpec], ref_template="#/components/schemas/{name}")
    return {"body": body, "components": components}
