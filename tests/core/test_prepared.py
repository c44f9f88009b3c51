"""Prepared statements say what SQLAlchemy says: the same values in and out, the same transaction, the same refusals."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import StatementError

from core import clock
from core.access import require_creator
from core.errors import Code
from core.house import House
from core.prepared import Prepared
from models import Fact, Job, Record, User
from tests.cast import Cast
from tests.core.stories import refused

_RECORDS, _USERS = Record.__table__, User.__table__
ONE_RECORD = select(_RECORDS).where(_RECORDS.c.id == bindparam("wanted"))
NEW_FACT = Prepared(insert(Fact.__table__), ("name", "value"))  # type: ignore[arg-type]  # a table of ours


def names(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(Fact.name).where(Fact.name.startswith("test"))))


def test_a_row_has_the_values_that_sqlalchemy_gives(house: House, private_job: Job) -> None:
    with house.database.reading() as session:
        expected = session.execute(ONE_RECORD, {"wanted": private_job.id}).one()
        found = Prepared(ONE_RECORD).run(session.connection(), {"wanted": private_job.id})
    assert [row._asdict() for row in found] == [expected._asdict()]


def test_a_look_finds_what_is_committed(house: House, cast: Cast) -> None:
    statement = Prepared(select(_USERS.c.name, _USERS.c.enabled).where(_USERS.c.id == bindparam("wanted")))
    assert [tuple(row) for row in house.database.look(statement, {"wanted": cast.owner.user_id})] == [
        (cast.owner.name, True)
    ]
    assert not house.database.look(statement, {"wanted": 0})


def test_values_that_the_statement_holds_itself_are_used(house: House, private_job: Job) -> None:
    now = clock.now()
    touch = Prepared(
        update(Record)
        .where(_RECORDS.c.id == bindparam("wanted"))
        .values(updated_at=bindparam("now"), revision=_RECORDS.c.revision + 5)
    )
    with house.database.writing() as session:
        touch.run(session.connection(), {"wanted": private_job.id, "now": now})
    with house.database.reading() as session:
        row = session.get_one(Record, private_job.id)
    assert (row.updated_at, row.revision) == (now, private_job.revision + 5)


def test_a_value_that_is_not_given_is_missed(house: House) -> None:
    with house.database.reading() as session, pytest.raises((KeyError, StatementError)):
        Prepared(ONE_RECORD).run(session.connection(), {})


def test_what_it_wrote_goes_with_the_transaction(house: House, cast: Cast) -> None:
    with refused(Code.DENIED), house.database.writing() as session:
        NEW_FACT.run(session.connection(), {"name": "test", "value": 1})
        require_creator(cast.reader)
    assert names(house) == []


def test_a_clash_is_refused_as_a_conflict_and_nothing_stays(house: House) -> None:
    with refused(Code.CONFLICT), house.database.writing() as session:
        NEW_FACT.run(session.connection(), {"name": "test", "value": 1})
        NEW_FACT.run(session.connection(), {"name": "test", "value": 2})
    assert names(house) == []
