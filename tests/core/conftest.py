"""What the stories of the core stand on besides the instance: a clock with hands, a waker, a type of record, a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core import clock, record_types, records
from core.commands import CreateRecord
from core.house import House
from core.record_types import AddRecordType
from models import Record, RecordType
from tests.cast import Cast
from tests.core.alarm import Alarm

Hands = Callable[[timedelta], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """A clock that stands still from here on, and a way to let time pass."""
    shown: list[datetime] = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: shown[0])

    def turn(span: timedelta) -> None:
        shown[0] += span

    return turn


@pytest.fixture
def contracts(house: House, cast: Cast) -> RecordType:
    """A type of record whose fields are open."""
    return record_types.add(house.database, cast.admin, AddRecordType("Contract", prefix="C"))


@pytest.fixture
def contract(house: House, cast: Cast, contracts: RecordType) -> Record:
    """A record of the owner's that the team shares."""
    return records.create(house.database, cast.owner, CreateRecord(contracts.name, "Lease of the north house"))


@pytest.fixture
def private_contract(house: House, cast: Cast, contracts: RecordType) -> Record:
    """A record of the owner's that nobody else may see."""
    return records.create(house.database, cast.owner, CreateRecord(contracts.name, "Will", private=True))


@pytest.fixture
def alarm() -> Alarm:
    """A waker in place of the queue."""
    return Alarm()


@pytest.fixture
def woken(house: House, alarm: Alarm) -> House:
    """The house, whose wake-up calls are remembered."""
    return replace(house, wake=alarm)
