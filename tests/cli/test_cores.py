"""Web workers share the cores out between them, and keep to their share."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from cli.cores import first_free, share
from tests.cli.test_serve import small_house
from tests.process import ServerProcess


@pytest.mark.parametrize(
    ("cores", "workers", "shares"),
    [
        ({0, 1}, 2, [{0}, {1}]),
        ({0, 1, 2, 3, 4}, 2, [{0, 1}, {2, 3, 4}]),
        ({3, 5, 8}, 1, [{3, 5, 8}]),
        ({0, 1}, 3, [{0}, {1}, {0}]),
        ({7}, 2, [{7}, {7}]),
    ],
)
def test_each_core_belongs_to_a_worker_and_no_worker_is_without(
    cores: set[int], workers: int, shares: list[set[int]]
) -> None:
    assert [share(cores, place, workers) for place in range(workers)] == shares


def test_a_worker_beyond_the_usual_number_takes_a_share_as_well() -> None:
    assert share({0, 1, 2, 3}, 2, 2) == {0, 1}  # one is being replaced, and has not gone yet


def test_who_comes_new_takes_the_lowest_place_that_is_free() -> None:
    assert [first_free(taken) for taken in ([], [0, 1], [1, 2], [2, 0])] == [0, 2, 0, 1]


def test_whoever_replaces_a_dead_worker_takes_over_its_cores(tmp_path: Path) -> None:
    with small_house(tmp_path / "instance") as house:
        first, second = _workers(house, without=0)
        before = _cores(first), _cores(second)
        os.kill(first, signal.SIGKILL)
        kept, new = _workers(house, without=first)
        after = _cores(new), _cores(kept)
    assert after == before
    assert before[0] | before[1] == os.sched_getaffinity(0)


def _cores(worker: int) -> set[int]:
    return os.sched_getaffinity(worker)


def _workers(house: ServerProcess, without: int) -> list[int]:
    """Wait for two workers that have taken their shares, which a forked one does in a moment; the oldest comes first."""
    whole, deadline = os.sched_getaffinity(0), time.monotonic() + 20
    while True:
        found = [worker for worker in house.web_workers() if worker != without]
        if len(found) == 2 and (len(whole) == 1 or all(_cores(worker) < whole for worker in found)):
            return found
        assert time.monotonic() < deadline
        time.sleep(0.01)
