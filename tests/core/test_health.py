"""How full the house is: a small one is counted whenever somebody asks, a large one now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core import clock, health
from core.house import House
from models import Fact, Job
from tests.cast import Cast
from tests.core.stories import attached


def test_a_small_house_is_counted_at_once(house: House, cast: Cast, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "QUICK", 60.0)
    attached(house, cast.owner, job, content=b"four")
    health.count_large(house)
    found = health.fullness(house)
    assert (found.attachments, found.live, found.counted_at) == (1, 4, None)


def test_a_large_house_is_counted_now_and_then(
    house: House, cast: Cast, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "QUICK", 0.0)
    health.count_large(house)
    first = health.fullness(house).counted_at
    attached(house, cast.owner, job)
    assert health.fullness(house).attachments == 0
    _age(house, timedelta(hours=1))
    health.count_large(house)
    found = health.fullness(house)
    assert found.attachments == 1
    assert first is not None
    assert found.counted_at is not None
    assert found.counted_at > first


def test_what_was_counted_a_moment_ago_is_not_counted_again(
    house: House, cast: Cast, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "QUICK", 0.0)
    monkeypatch.setattr(health, "SELDOM", 1_000_000)
    health.count_large(house)
    attached(house, cast.owner, job)
    health.count_large(house)
    assert health.fullness(house).attachments == 0


def test_a_house_that_became_small_is_counted_at_once_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "QUICK", 0.0)
    health.count_large(house)
    monkeypatch.setattr(health, "QUICK", 60.0)
    _age(house, timedelta(hours=1))
    health.count_large(house)
    assert health.fullness(house).counted_at is None


def _age(house: House, by: timedelta) -> None:
    with house.database.writing() as session:
        kept = session.get_one(Fact, "fullness")
        at = datetime.fromisoformat(kept.value["at"]) - by
        kept.value = {**kept.value, "at": at.isoformat()}
    assert at < clock.now()
