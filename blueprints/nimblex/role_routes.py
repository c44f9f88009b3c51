"""Roles, memberships and departments: handlers that locate, parse, act and show."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from blueprints import http
from blueprints.nimblex import negotiation
from blueprints.nimblex import role_wire as wire
from blueprints.nimblex.documents import empty, shown
from blueprints.nimblex.paths import Place
from core import departments, roles
from core.commands import ReviseRole, RoleKind, Side
from core.roles import Role

LARGEST = 1024 * 1024  # bytes of a body


def list_roles(place: Place) -> Response:  # noqa: ARG001 - every handler is given its place
    """List all users, guests and groups (§5)."""
    negotiation.require_known_parameters(request.args, ())
    return shown(wire.show_roles(_with_kinds(roles.all_roles(http.house().database))))


def create_role(place: Place) -> Response:  # noqa: ARG001 - as above
    """Make a group, or a user or guest without a password (§5)."""
    negotiation.require_known_parameters(request.args, ())
    made = roles.add(http.house().database, http.caller(), wire.read_new_role(request, LARGEST))
    return _shown_role(made, 201, wire.role_address(made))


def read_role(place: Place) -> Response:
    """Show one role (§5)."""
    negotiation.require_known_parameters(request.args, wire.ROLE_PARAMETERS)
    return _shown_role(_role(place))


def patch_role(place: Place) -> Response:
    """Change what is given of a role (§5)."""
    role = _role(place)
    return _revised(role, wire.read_role(request, LARGEST, role.name))


def delete_role(place: Place) -> Response:
    """Remove a group, or disable a user (§5)."""
    roles.remove(http.house().database, http.caller(), _role(place))
    return empty(204)


def read_parents(place: Place) -> Response:
    """Show the groups that a role belongs to (§5)."""
    return _shown_members(_role(place), Side.PARENTS)


def read_children(place: Place) -> Response:
    """Show the members of a group (§5)."""
    return _shown_members(_role(place), Side.CHILDREN)


def change_parents(place: Place) -> Response:
    """Add, remove or replace the groups that a role belongs to: 200 with nothing in it (§5)."""
    return _changed_members(_role(place), Side.PARENTS)


def change_children(place: Place) -> Response:
    """Add, remove or replace the members of a group: 200 with nothing in it (§5)."""
    return _changed_members(_role(place), Side.CHILDREN)


def read_role_department(place: Place) -> Response:
    """Show the department of a role (§5)."""
    negotiation.require_known_parameters(request.args, ())
    role = _role(place)
    around = roles.surroundings_of(http.house().database, role)
    return shown(wire.show_department_of(role, around.department))


def patch_role_department(place: Place) -> Response:
    """Move a role to another department, or to none (§5)."""
    return _revised(_role(place), wire.read_department_of(request, LARGEST))


def read_supervisor(place: Place) -> Response:
    """Show the supervisor of a role (§5)."""
    negotiation.require_known_parameters(request.args, ())
    role = _role(place)
    around = roles.surroundings_of(http.house().database, role)
    return shown(wire.show_supervisor(role, around.supervisor))


def patch_supervisor(place: Place) -> Response:
    """Give a role another supervisor, or none (§5)."""
    return _revised(_role(place), wire.read_supervisor(request, LARGEST))


def list_departments(place: Place) -> Response:  # noqa: ARG001 - as above
    """List all departments (§5)."""
    negotiation.require_known_parameters(request.args, wire.DEPARTMENT_PARAMETERS)
    return shown(wire.show_departments(departments.all_departments(http.house().database), request.args))


def create_department(place: Place) -> Response:  # noqa: ARG001 - as above
    """Make a department under the name that the client chose (§5)."""
    negotiation.require_known_parameters(request.args, ())
    made = departments.add(http.house().database, http.caller(), wire.read_new_department(request, LARGEST))
    return shown(wire.show_department(made, None, request.args), 201, wire.department_address(made))


def read_department(place: Place) -> Response:
    """Show one department (§5)."""
    negotiation.require_known_parameters(request.args, wire.DEPARTMENT_PARAMETERS)
    department = departments.find(http.house().database, place.names)
    parent = departments.look_for_parent(http.house().database, department)
    return shown(wire.show_department(department, parent, request.args))


def patch_department(place: Place) -> Response:
    """Change what is given of a department (§5)."""
    department = departments.find(http.house().database, place.names)
    command = wire.read_department(request, LARGEST, department.name)
    departments.revise(http.house().database, http.caller(), department, command)
    return empty(204)


def delete_department(place: Place) -> Response:
    """Remove a department (§5)."""
    department = departments.find(http.house().database, place.names)
    departments.remove(http.house().database, http.caller(), department)
    return empty(204)


def read_department_parent(place: Place) -> Response:
    """Show what a department lies below (§5)."""
    negotiation.require_known_parameters(request.args, ())
    department = departments.find(http.house().database, place.names)
    parent = departments.look_for_parent(http.house().database, department)
    return shown(wire.show_parent(department, parent))


def patch_department_parent(place: Place) -> Response:
    """Move a department below another, or below none (§5)."""
    department = departments.find(http.house().database, place.names)
    command = wire.read_parent(request, LARGEST)
    departments.revise(http.house().database, http.caller(), department, command)
    return empty(204)


_ROLE = "/roles/<rolename>"
_LINKS = f"{_ROLE}/relationships"
_DEPARTMENT = "/departments/<name>"
DOCUMENTS = (
    ("GET", "/roles", list_roles),
    ("POST", "/roles", create_role),
    ("GET", _ROLE, read_role),
    ("PATCH", _ROLE, patch_role),
    ("DELETE", _ROLE, delete_role),
    ("GET", f"{_LINKS}/parents", read_parents),
    ("GET", f"{_LINKS}/children", read_children),
    ("POST PATCH DELETE", f"{_LINKS}/parents", change_parents),
    ("POST PATCH DELETE", f"{_LINKS}/children", change_children),
    ("GET", f"{_LINKS}/department", read_role_department),
    ("PATCH", f"{_LINKS}/department", patch_role_department),
    ("GET", f"{_LINKS}/supervisor", read_supervisor),
    ("PATCH", f"{_LINKS}/supervisor", patch_supervisor),
    ("GET", "/departments", list_departments),
    ("POST", "/departments", create_department),
    ("GET", _DEPARTMENT, read_department),
    ("PATCH", _DEPARTMENT, patch_department),
    ("DELETE", _DEPARTMENT, delete_department),
    ("GET", f"{_DEPARTMENT}/relationships/parent", read_department_parent),
    ("PATCH", f"{_DEPARTMENT}/relationships/parent", patch_department_parent),
)


def _role(place: Place) -> Role:
    return roles.find(http.house().database, place.names)


def _with_kinds(found: Sequence[Role]) -> list[tuple[RoleKind, Role]]:
    return [(roles.kind_of(role), role) for role in found]


def _shown_role(role: Role, status: int = 200, location: str | None = None) -> Response:
    around = roles.surroundings_of(http.house().database, role)
    return shown(wire.show_role(roles.kind_of(role), role, around, request.args), status, location)


def _shown_members(role: Role, side: Side) -> Response:
    negotiation.require_known_parameters(request.args, ())
    return shown(wire.show_members(_with_kinds(roles.members(http.house().database, role, side))))


def _changed_members(role: Role, side: Side) -> Response:
    command = wire.read_members(request, LARGEST, side.value)
    roles.change_members(http.house().database, http.caller(), role, command)
    return empty(200)


def _revised(role: Role, command: ReviseRole) -> Response:
    roles.revise(http.house().database, http.caller(), role, command)
    return empty(204)
