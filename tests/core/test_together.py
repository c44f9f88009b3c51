"""Works that share a commit: all of them are kept, a refused one leaves the others, a broken one takes all down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import Connection, func, insert, select

from core import outputs
from core.commands import ById, RecordOutput
from core.errors import Code, Refusal
from core.house import House
from models import Fact, Job, JobOutput
from tests.cast import Cast
from tests.core.stories import start

MANY = 12
Work = Callable[[Connection], str]


@dataclass
class Crowd:
    """Threads that each bring one work, and what became of it."""

    app: Flask
    house: House
    kept: list[str] = field(default_factory=list)
    refused: list[BaseException] = field(default_factory=list)

    def bring(self, works: list[Work]) -> None:
        """Let all come while somebody else writes, so that they share the next commit."""
        threads = [threading.Thread(target=self._one, args=(work,)) for work in works]
        with self.house.database.writing():
            for thread in threads:
                thread.start()
            time.sleep(0.3)
        for thread in threads:
            thread.join(30)

    def _one(self, work: Work) -> None:
        with self.app.app_context():
            try:
                self.kept.append(self.house.database.writing_together(work))
            except (Refusal, ZeroDivisionError) as error:
                self.refused.append(error)


@pytest.fixture
def crowd(app: Flask, house: House) -> Crowd:
    return Crowd(app, house)


def fact(name: str) -> Work:
    """Return the work of remembering a name."""

    def work(connection: Connection) -> str:
        connection.execute(insert(Fact.__table__), {"name": name, "value": 1})  # type: ignore[arg-type]  # a table of ours
        return name

    return work


def refuse(_connection: Connection) -> str:
    """Refuse before anything is written."""
    raise Refusal(Code.DENIED, "No.")


def break_down(connection: Connection) -> str:
    """Write something and fail then."""
    fact("half")(connection)
    raise ZeroDivisionError


def facts(house: House) -> set[str]:
    """Return the names that are remembered of those the works bring."""
    with house.database.reading() as session:
        return set(session.scalars(select(Fact.name).where(Fact.name.startswith("work") | (Fact.name == "half"))))


def test_all_that_come_at_once_are_kept(crowd: Crowd, house: House) -> None:
    names = {f"work {number}" for number in range(MANY)}
    crowd.bring([fact(name) for name in names])
    assert (set(crowd.kept), crowd.refused) == (names, [])
    assert facts(house) == names


def test_a_refused_work_leaves_the_others(crowd: Crowd, house: House) -> None:
    crowd.bring([fact("work 1"), refuse, fact("work 2"), refuse, fact("work 3")])
    assert sorted(crowd.kept) == ["work 1", "work 2", "work 3"]
    assert len(crowd.refused) == 2
    assert facts(house) == {"work 1", "work 2", "work 3"}


def test_whoever_is_told_of_success_is_kept_when_another_breaks_down(crowd: Crowd, house: House) -> None:
    crowd.bring([fact("work 1"), break_down, fact("work 2")])
    assert facts(house) == set(crowd.kept)
    assert len(crowd.kept) + len(crowd.refused) == 3


def test_a_clash_is_a_refusal(crowd: Crowd) -> None:
    crowd.bring([fact("work 1")])
    crowd.bring([fact("work 1")])
    assert [error.code for error in crowd.refused if isinstance(error, Refusal)] == [Code.CONFLICT]


def test_the_next_one_is_served_after_a_failure(crowd: Crowd) -> None:
    crowd.bring([break_down])
    crowd.bring([fact("work 1")])
    assert crowd.kept == ["work 1"]


def test_of_many_outputs_of_one_name_one_is_kept(app: Flask, house: House, cast: Cast, job: Job) -> None:
    start(house, job)
    refused: list[Code] = []

    def record() -> None:
        with app.app_context():
            try:
                outputs.record(house, cast.owner, ById(job.id), RecordOutput("model", "bin", [b"x"]))
            except Refusal as refusal:
                refused.append(refusal.code)

    threads = [threading.Thread(target=record) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(JobOutput)) == 1
    assert refused == [Code.CONFLICT] * (MANY - 1)
    assert len(list(house.store.keys())) == 1
