"""Who may do what: the decision as a table, shares through groups, and lists that agree with the decision."""

from __future__ import annotations

import itertools
import random

import pytest
from sqlalchemy import select

from core import actions, attachments, jobs, records, shares
from core.access import HOUSE, Caller, Verb, identified, may, may_create, shared_level, visible
from core.commands import ById, CreateAction, CreateJob, CreateRecord, Describe
from core.errors import Code
from core.house import House
from models import Group, Job, Level, Record, RecordType, Role, User
from tests.cast import Cast
from tests.core.stories import attached, files_of, group, join, reading_only, refused, user_of

# What is held under a share of none, read, edit, manage.
HELD = {
    ("viewer", "team"): (Level.READ, Level.READ, Level.EDIT, Level.MANAGE),
    ("viewer", "private"): (Level.NONE, Level.READ, Level.EDIT, Level.MANAGE),
    ("editor", "team"): (Level.EDIT, Level.EDIT, Level.EDIT, Level.MANAGE),
    ("editor", "private"): (Level.NONE, Level.READ, Level.EDIT, Level.MANAGE),
    ("admin", "team"): (Level.MANAGE,) * 4,
    ("admin", "private"): (Level.MANAGE,) * 4,
}
ALLOWED = {
    "write": {
        Level.NONE: set[Verb](),
        Level.READ: {Verb.READ},
        Level.EDIT: {Verb.READ, Verb.EDIT},
        Level.MANAGE: {Verb.READ, Verb.EDIT, Verb.MANAGE},
    },
    "read": {
        Level.NONE: set[Verb](),
        Level.READ: {Verb.READ},
        Level.EDIT: {Verb.READ},
        Level.MANAGE: {Verb.READ},
    },
}


def allowed(caller: Caller, record: Record, share: Level = Level.NONE) -> set[Verb]:
    return {verb for verb in Verb if may(caller, verb, record, share)}


@pytest.mark.parametrize("scope", ["write", "read"])
@pytest.mark.parametrize("share", Level)
@pytest.mark.parametrize(("role", "privacy"), HELD)
def test_what_somebody_may_do_to_what_is_not_theirs(role: str, privacy: str, share: Level, scope: str) -> None:
    caller = Caller(1, "somebody", Role(role), scope)
    record = Record(owner_id=2, private=privacy == "private")
    assert allowed(caller, record, share) == ALLOWED[scope][HELD[role, privacy][share]]


@pytest.mark.parametrize("scope", ["write", "read"])
@pytest.mark.parametrize("share", Level)
@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("role", Role)
def test_everything_may_be_done_to_what_is_ones_own(role: Role, private: bool, share: Level, scope: str) -> None:
    record = Record(owner_id=1, private=private)
    assert allowed(Caller(1, "somebody", role, scope), record, share) == ALLOWED[scope][Level.MANAGE]


def test_a_caller_without_an_account_owns_and_sees_nothing() -> None:
    nobody = Caller(None, "nobody", Role.VIEWER)
    assert allowed(nobody, Record(owner_id=None, private=True)) == set()
    assert allowed(nobody, Record(owner_id=2, private=False)) == set()


@pytest.mark.parametrize(
    ("role", "scope", "expected"),
    [
        (Role.VIEWER, "write", False),
        (Role.EDITOR, "write", True),
        (Role.ADMIN, "write", True),
        (Role.VIEWER, "read", False),
        (Role.EDITOR, "read", False),
        (Role.ADMIN, "read", False),
    ],
)
def test_who_may_make_records(role: Role, scope: str, expected: bool) -> None:
    assert may_create(Caller(1, "somebody", role, scope)) is expected


def test_nobody_is_asked_to_sign_in() -> None:
    with refused(Code.UNIDENTIFIED):
        identified(None)
    assert identified(HOUSE) is HOUSE


def test_a_share_with_a_group_reaches_the_members_of_its_groups_even_in_a_circle(
    house: House, cast: Cast, private_contract: Record
) -> None:
    inner = group(house, "inner", cast.stranger)
    middle = group(house, "middle", inner)
    outer = group(house, "outer", middle)
    join(house, inner, outer)
    shares.set_level(house.database, cast.owner, private_contract, outer, Level.EDIT)
    with house.database.reading() as session:
        held = [shared_level(session, caller, private_contract) for caller in (cast.stranger, cast.teammate)]
    assert held == [Level.EDIT, Level.NONE]


def test_the_highest_of_several_shares_counts(house: House, cast: Cast, private_contract: Record) -> None:
    team = group(house, "team", cast.stranger)
    shares.set_level(house.database, cast.owner, private_contract, team, Level.MANAGE)
    shares.set_level(house.database, cast.owner, private_contract, user_of(house, cast.stranger), Level.READ)
    found = records.find(house.database, cast.stranger, ById(private_contract.id), Verb.MANAGE)
    assert found.id == private_contract.id


def test_an_action_and_its_attachments_take_privacy_and_shares_of_the_job(
    house: House, cast: Cast, private_job: Job
) -> None:
    action = actions.add(house.database, cast.owner, private_job.id, CreateAction("save-files", "Send"))
    note = attached(house, cast.owner, action)
    with refused(Code.NOT_FOUND):
        records.find(house.database, cast.stranger, ById(action.id))
    with refused(Code.NOT_FOUND):
        attachments.find(house.database, cast.stranger, note.id)
    shares.set_level(house.database, cast.owner, private_job, user_of(house, cast.stranger), Level.READ)
    assert records.find(house.database, cast.stranger, ById(action.id)).id == action.id
    assert attachments.find(house.database, cast.stranger, note.guid).id == note.id
    with refused(Code.DENIED):
        attachments.describe(house.database, cast.stranger, note, Describe(name="b"))


def test_an_action_is_not_shared_by_itself(house: House, cast: Cast, job: Job) -> None:
    with refused(Code.INVALID):
        shares.set_level(
            house.database, cast.owner, files_of(house, cast.owner, job), user_of(house, cast.stranger), Level.EDIT
        )


def test_lists_agree_with_the_decision_row_by_row(house: House, cast: Cast, contracts: RecordType) -> None:
    _build_a_world(house, cast, contracts)
    everybody = [
        cast.owner,
        cast.teammate,
        cast.reader,
        cast.stranger,
        cast.admin,
        HOUSE,
        Caller(None, "", Role.VIEWER),
    ]
    callers = everybody + [reading_only(caller) for caller in everybody]
    with house.database.reading() as session:
        everything = session.scalars(select(Record)).all()
        listed = [set(session.scalars(select(Record.id).where(visible(caller)))) for caller in callers]
        decided = [
            {
                record.id
                for record in everything
                if may(caller, Verb.READ, record, shared_level(session, caller, record))
            }
            for caller in callers
        ]
    assert len(everything) > 60
    assert listed == decided


def _build_a_world(house: House, cast: Cast, contracts: RecordType) -> None:
    chance = random.Random(7)
    people = [cast.owner, cast.teammate, cast.reader, cast.stranger]
    inner = group(house, "inner", cast.reader)
    outer = group(house, "outer", inner, cast.teammate)
    holders: list[User | Group] = [inner, outer, *(user_of(house, person) for person in people)]
    for index, (owner, private) in enumerate(itertools.product([cast.owner, cast.teammate] * 9, [True, False])):
        made: Record = (
            jobs.create(house.database, owner, CreateJob(f"Job {index}", private=private))
            if index % 3
            else records.create(
                house.database, owner, CreateRecord(contracts.name, f"Contract {index}", private=private)
            )
        )
        for holder in chance.sample(holders, chance.randint(0, 2)):
            shares.set_level(house.database, owner, made, holder, chance.choice([Level.READ, Level.EDIT, Level.MANAGE]))
    with house.database.writing() as session:
        session.add_all(
            Record(
                record_type_id=contracts.id,
                number=900 + index,
                title="Nobody's",
                title_key="nobody's",
                private=bool(index % 2),
                created_at=contracts.created_at,
                updated_at=contracts.created_at,
            )
            for index in range(4)
        )
