"""Roles: users and groups under one name, memberships without circles, departments in a tree."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from core import departments, groups, roles
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
from core.errors import Code, Refusal
from core.house import House
from models import Group
from tests.cast import Cast


@pytest.fixture
def ring(house: House, cast: Cast) -> list[Group]:
    """Three groups, each of which contains the next."""
    made = [groups.add(house.database, cast.admin, name) for name in ("one", "two", "three")]
    for outer, inner in itertools.pairwise(made):
        change(house, cast, outer, Change.ADD, RoleName(RoleKind.GROUP, inner.name))
    return made


def change(house: House, cast: Cast, role: roles.Role, how: Change, *named: RoleName) -> None:
    roles.change_members(house.database, cast.admin, role, ChangeMembers(Side.CHILDREN, how, named))


def code_of(act: Callable[[], object]) -> Code:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def names(house: House, role: roles.Role, side: Side = Side.CHILDREN) -> list[str]:
    return [member.name for member in roles.members(house.database, role, side)]


def test_a_circle_through_several_groups_is_refused(house: House, cast: Cast, ring: list[Group]) -> None:
    with pytest.raises(Refusal) as refused:
        change(house, cast, ring[2], Change.ADD, RoleName(RoleKind.GROUP, "one"))
    assert refused.value.code is Code.CONFLICT
    assert names(house, ring[2]) == []


def test_replacing_all_members_adds_and_removes_at_once(house: House, cast: Cast, ring: list[Group]) -> None:
    change(house, cast, ring[0], Change.REPLACE, RoleName(RoleKind.USER, "ada"), RoleName(RoleKind.GROUP, "three"))
    assert names(house, ring[0]) == ["ada", "three"]
    assert names(house, ring[1], Side.PARENTS) == []


def test_one_missing_role_changes_nothing(house: House, cast: Cast, ring: list[Group]) -> None:
    with pytest.raises(Refusal) as refused:
        change(house, cast, ring[0], Change.REPLACE, RoleName(RoleKind.USER, "ada"), RoleName(RoleKind.USER, "nobody"))
    assert refused.value.code is Code.NOT_FOUND
    assert names(house, ring[0]) == ["two"]


def test_a_role_is_named_with_its_kind(house: House, cast: Cast, ring: list[Group]) -> None:
    with pytest.raises(Refusal) as refused:
        change(house, cast, ring[0], Change.ADD, RoleName(RoleKind.GUEST, "ada"))
    assert refused.value.code is Code.NOT_FOUND


def test_a_removed_group_is_in_no_other(house: House, cast: Cast, ring: list[Group]) -> None:
    roles.remove(house.database, cast.admin, ring[1])
    assert (names(house, ring[0]), names(house, ring[2], Side.PARENTS)) == ([], [])


def test_a_disabled_user_is_no_role_and_keeps_the_name(house: House, cast: Cast) -> None:
    guest = roles.add(house.database, cast.admin, AddRole(RoleKind.GUEST, "gus"))
    roles.remove(house.database, cast.admin, guest)
    found = code_of(lambda: roles.find(house.database, ["gus"]))
    as_user = code_of(lambda: roles.add(house.database, cast.admin, AddRole(RoleKind.USER, "Gus")))
    as_group = code_of(lambda: roles.add(house.database, cast.admin, AddRole(RoleKind.GROUP, "gus")))
    assert (found, as_user, as_group) == (Code.NOT_FOUND, Code.CONFLICT, Code.CONFLICT)


def test_only_administrators_change_anything(house: House, cast: Cast, ring: list[Group]) -> None:
    removed = code_of(lambda: roles.remove(house.database, cast.owner, ring[0]))
    renamed = code_of(lambda: roles.revise(house.database, cast.owner, ring[0], ReviseRole(full_name="Mine")))
    founded = code_of(lambda: departments.add(house.database, cast.owner, AddDepartment("Mine")))
    assert (removed, renamed, founded) == (Code.DENIED,) * 3


@pytest.mark.parametrize("name", ["", " ", "a/b", "a\nb", "x" * 256, "half \ud800"])
def test_a_department_needs_a_name_that_an_address_can_hold(house: House, cast: Cast, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        departments.add(house.database, cast.admin, AddDepartment(name))
    assert refused.value.code is Code.INVALID


def test_departments_form_a_tree(house: House, cast: Cast) -> None:
    made = [departments.add(house.database, cast.admin, AddDepartment(name)) for name in ("one", "two", "three")]
    for upper, lower in itertools.pairwise(made):
        departments.revise(house.database, cast.admin, lower, ReviseDepartment(parent=upper.name))
    with pytest.raises(Refusal) as refused:
        departments.revise(house.database, cast.admin, made[0], ReviseDepartment(parent="three"))
    assert refused.value.code is Code.CONFLICT
    departments.remove(house.database, cast.admin, made[1])
    assert departments.look_for_parent(house.database, departments.find(house.database, ["three"])) is None
