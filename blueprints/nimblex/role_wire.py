"""Roles, memberships and departments between JSON:API and the domain (sheet §5). It opens no database and calls no verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from flask import Request
from msgspec import UNSET, Struct, UnsetType, field
from werkzeug.datastructures import MultiDict

from blueprints import http
from blueprints.nimblex.documents import Document
from blueprints.nimblex.paths import ROOT, encoded
from blueprints.nimblex.wire import chosen, read_fields
from core.commands import (
    AddDepartment,
    AddRole,
    Change,
    ChangeMembers,
    ReviseDepartment,
    ReviseRole,
    RoleKind,
    RoleName,
    Side,
)
from core.errors import Subject, conflict, invalid

if TYPE_CHECKING:
    from core.roles import Role, Surroundings
    from models import Department, User

ROLE_PARAMETERS = frozenset({"fields[user]", "fields[guest]", "fields[group]"})
DEPARTMENT_PARAMETERS = frozenset({"fields[department]"})
LONGEST = 2000  # characters of one attribute
_DEPARTMENT_ATTRIBUTES = ("departmentType", "description", "location", "other1", "other2", "other3")
_CHANGES = {"POST": Change.ADD, "DELETE": Change.REMOVE, "PATCH": Change.REPLACE}

Text = str | UnsetType | None


class RoleAttributes(Struct, rename="camel"):
    """What a client may say of a role."""

    display_name: Text = UNSET
    email: Text = UNSET
    position: Text = UNSET


class RoleResource(Struct):
    """A role as a client sends it."""

    type: Literal["user", "guest", "group"]
    id: str | UnsetType = UNSET
    attributes: RoleAttributes = field(default_factory=RoleAttributes)


class RoleDocument(Struct):
    """The body of a create or PATCH of a role."""

    data: RoleResource


class RoleIdentifier(Struct):
    """Type and id of a role."""

    type: Literal["user", "guest", "group"]
    id: str


class ToMany(Struct):
    """The body of a change of memberships: always an array."""

    data: list[RoleIdentifier]


class ToOneRole(Struct):
    """The body of a PATCH of the supervisor."""

    data: RoleIdentifier | None


class DepartmentResource(Struct):
    """A department as a client sends it."""

    type: str
    id: str | UnsetType = UNSET
    attributes: dict[str, str | None] = field(default_factory=dict)


class DepartmentDocument(Struct):
    """The body of a create or PATCH of a department."""

    data: DepartmentResource


class DepartmentIdentifier(Struct):
    """Type and id of a department."""

    type: Literal["department"]
    id: str


class ToOneDepartment(Struct):
    """The body of a PATCH of a department relationship."""

    data: DepartmentIdentifier | None


def read_new_role(request: Request, limit: int) -> AddRole:
    """Read a role to make: its id, the name, is the client's choice."""
    data = http.decode(http.read_json(request, limit), RoleDocument).data
    if data.id is UNSET:
        raise invalid("data.id", "A new role needs its name as its id.", Subject.BODY)
    given = data.attributes
    name, email = _given(given.display_name), _given(given.email)
    return AddRole(RoleKind(data.type), data.id, name or "", email, _facts({"position": given.position}))


def read_role(request: Request, limit: int, name: str) -> ReviseRole:
    """Read what changes of a role; refuses CONFLICT for another id than the address's."""
    data = http.decode(http.read_json(request, limit), RoleDocument).data
    _require_same(data.id, name)
    given = data.attributes
    return ReviseRole(
        full_name=UNSET if given.display_name is UNSET else given.display_name or "",
        email=given.email,
        facts=UNSET if given.position is UNSET else _facts({"position": given.position}),
    )


def read_members(request: Request, limit: int, side: str) -> ChangeMembers:
    """Read a change of memberships: POST adds, DELETE removes, PATCH replaces all."""
    given = http.decode(http.read_json(request, limit), ToMany).data
    names = [RoleName(RoleKind(item.type), item.id) for item in given]
    return ChangeMembers(Side(side), _CHANGES[request.method], names)


def read_department_of(request: Request, limit: int) -> ReviseRole:
    """Read the department that a role belongs to, or none."""
    data = http.decode(http.read_json(request, limit), ToOneDepartment).data
    return ReviseRole(department=None if data is None else data.id)


def read_supervisor(request: Request, limit: int) -> ReviseRole:
    """Read the supervisor of a role, or none."""
    data = http.decode(http.read_json(request, limit), ToOneRole).data
    return ReviseRole(supervisor=None if data is None else data.id)


def read_new_department(request: Request, limit: int) -> AddDepartment:
    """Read a department to make: its id, the name, is the client's choice."""
    data = _department(request, limit)
    if data.id is UNSET:
        raise invalid("data.id", "A new department needs its name as its id.", Subject.BODY)
    return AddDepartment(data.id, _facts(data.attributes, _DEPARTMENT_ATTRIBUTES))


def read_department(request: Request, limit: int, name: str) -> ReviseDepartment:
    """Read what changes of a department; refuses CONFLICT for another id than the address's."""
    data = _department(request, limit)
    _require_same(data.id, name)
    return ReviseDepartment(_facts(data.attributes, _DEPARTMENT_ATTRIBUTES))


def read_parent(request: Request, limit: int) -> ReviseDepartment:
    """Read what a department lies below, or none."""
    data = http.decode(http.read_json(request, limit), ToOneDepartment).data
    return ReviseDepartment(parent=None if data is None else data.id)


def show_roles(roles: Sequence[tuple[RoleKind, Role]]) -> Document:
    """Show every role as type and id."""
    return {"data": [{"type": kind.value, "id": role.name} for kind, role in roles]}


def show_role(kind: RoleKind, role: Role, around: Surroundings, given: MultiDict[str, str]) -> Document:
    """Show one role, with links to what surrounds it."""
    fields = read_fields(given, kind.value)
    relationships = {
        "department": {"links": _department_links(role, around.department)},
        "supervisor": {"links": _supervisor_links(role, around.supervisor)},
        "parents": {"links": {"self": _below(role, "parents")}},
        "children": {"links": {"self": _below(role, "children")}},
    }
    attributes = {
        "displayName": role.full_name or role.name,
        "email": getattr(role, "email", None),
        "position": role.facts.get("position"),
    }
    return {
        "data": {
            "type": kind.value,
            "id": role.name,
            "links": {"self": role_address(role)},
            "relationships": chosen(relationships, fields),
            "attributes": chosen(attributes, fields),
        }
    }


def show_members(members: Sequence[tuple[RoleKind, Role]]) -> Document:
    """Show the roles on one side of a role."""
    return {
        "data": [{"type": kind.value, "id": role.name, "links": {"self": role_address(role)}} for kind, role in members]
    }


def show_department_of(role: Role, department: Department | None) -> Document:
    """Show the department of a role, or null."""
    data = None if department is None else {"type": "department", "id": department.name}
    return {"links": _department_links(role, department), "data": data}


def show_supervisor(role: Role, supervisor: User | None) -> Document:
    """Show the supervisor of a role, or null."""
    kind = "guest" if supervisor is not None and supervisor.is_guest else "user"
    data = None if supervisor is None else {"type": kind, "id": supervisor.name}
    return {"links": _supervisor_links(role, supervisor), "data": data}


def show_departments(departments: Sequence[Department], given: MultiDict[str, str]) -> Document:
    """Show every department."""
    return {"data": [_shown(department, given) for department in departments]}


def show_department(department: Department, parent: Department | None, given: MultiDict[str, str]) -> Document:
    """Show one department, with a link to what it lies below."""
    relationships = {"parent": {"links": _parent_links(department, parent)}}
    kept = chosen(relationships, read_fields(given, "department"))
    return {"data": {**_shown(department, given), **({"relationships": kept} if kept else {})}}


def show_parent(department: Department, parent: Department | None) -> Document:
    """Show what a department lies below, or null."""
    data = None if parent is None else {"type": "department", "id": parent.name}
    return {"links": _parent_links(department, parent), "data": data}


def role_address(role: Role) -> str:
    """Return the absolute address of a role."""
    return http.absolute(f"{ROOT}/roles/{encoded(role.name)}")


def department_address(department: Department) -> str:
    """Return the absolute address of a department."""
    return http.absolute(f"{ROOT}/departments/{encoded(department.name)}")


def _department(request: Request, limit: int) -> DepartmentResource:
    data = http.decode(http.read_json(request, limit), DepartmentDocument).data
    if data.type != "department":
        raise conflict("The type of a department is “department”.", Subject.BODY, "/data/type")
    return data


def _require_same(given: str | UnsetType, name: str) -> None:
    if given is not UNSET and given != name:
        raise conflict("The id is not that of the address.", Subject.BODY, "/data/id")


def _given(text: Text) -> str | None:
    return None if text is UNSET else text


def _facts(given: Mapping[str, Text], known: Sequence[str] = ("position",)) -> dict[str, str | None]:
    facts = {name: text for name, text in given.items() if name in known and text is not UNSET}
    for name, text in facts.items():
        if text is not None and len(text) > LONGEST:
            raise invalid(f"data.attributes.{name}", f"“{name}” has at most {LONGEST} characters.", Subject.BODY)
    return facts


def _shown(department: Department, given: MultiDict[str, str]) -> dict[str, object]:
    attributes = {name: department.facts.get(name) for name in _DEPARTMENT_ATTRIBUTES}
    return {
        "id": department.name,
        "type": "department",
        "attributes": chosen(attributes, read_fields(given, "department")),
        "links": {"self": department_address(department)},
    }


def _below(role: Role, name: str) -> str:
    return f"{role_address(role)}/relationships/{name}"


def _department_links(role: Role, department: Department | None) -> Mapping[str, str]:
    links = {"self": _below(role, "department")}
    return links if department is None else {**links, "related": department_address(department)}


def _supervisor_links(role: Role, supervisor: User | None) -> Mapping[str, str]:
    links = {"self": _below(role, "supervisor")}
    return links if supervisor is None else {**links, "related": role_address(supervisor)}


def _parent_links(department: Department, parent: Department | None) -> Mapping[str, str]:
    links = {"self": f"{department_address(department)}/relationships/parent"}
    return links if parent is None else {**links, "related": department_address(parent)}
