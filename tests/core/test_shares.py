"""Sharing by name: with a user, with a group, with the whole team."""

from __future__ import annotations

import pytest

from core import clock, jobs, shares
from core.access import Verb
from core.commands import ById, Principal, PrincipalKind
from core.errors import Code, Refusal
from core.house import House
from models import Group, Job, Membership
from tests.cast import Cast

TEAM = Principal(PrincipalKind.TEAM)


def test_a_group_opens_a_job_to_its_members(house: House, cast: Cast, private_job: Job) -> None:
    with house.database.writing() as session:
        group = Group(name="Auditors", name_key="auditors", created_at=clock.now())
        session.add(group)
        session.flush()
        session.add(Membership(group_id=group.id, user_id=cast.stranger.user_id))
    shares.give(house.database, cast.owner, private_job, Principal(PrincipalKind.GROUP, "AUDITORS"), 2)
    assert jobs.find(house.database, cast.stranger, ById(private_job.id), Verb.EDIT).id == private_job.id


def test_the_team_comes_and_goes(house: House, cast: Cast, private_job: Job) -> None:
    shares.give(house.database, cast.owner, private_job, TEAM, 2)
    assert jobs.find(house.database, cast.stranger, ById(private_job.id)).private is False
    shares.give(house.database, cast.owner, private_job, TEAM, 0)
    with pytest.raises(Refusal) as refused:
        jobs.find(house.database, cast.stranger, ById(private_job.id))
    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("principal", "level", "code"),
    [
        (TEAM, 1, Code.INVALID),
        (Principal(PrincipalKind.USER, "nobody"), 1, Code.NOT_FOUND),
        (Principal(PrincipalKind.GROUP, "nobody"), 1, Code.NOT_FOUND),
    ],
)
def test_what_cannot_be_given_is_refused(
    house: House, cast: Cast, job: Job, principal: Principal, level: int, code: Code
) -> None:
    with pytest.raises(Refusal) as refused:
        shares.give(house.database, cast.owner, job, principal, level)
    assert refused.value.code is code


def test_only_who_manages_a_job_shares_it(house: House, cast: Cast, job: Job) -> None:
    with pytest.raises(Refusal) as refused:
        shares.give(house.database, cast.teammate, job, Principal(PrincipalKind.USER, "vi"), 1)
    assert refused.value.code is Code.DENIED
