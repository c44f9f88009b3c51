"""What the background queue promises: woken work runs elsewhere, and no failure of it reaches a request."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import Code, Refusal
from core.settings import SettingsError
from core.tasks import TaskQueue

SECRET = b"s" * 32


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "queue.sqlite3"


def open_queue(place: Path, secret: bytes = SECRET) -> TaskQueue:
    return TaskQueue(f"sqlite:///{place}", secret)


def run_until(queue: TaskQueue, done: threading.Event) -> None:
    """Run the consumer here, and stop it as the supervisor does once `done` is set."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}

    def stop() -> None:
        in_time = done.wait(10)
        while signal.getsignal(signal.SIGTERM) == before[signal.SIGTERM]:
            time.sleep(0.01)  # the consumer listens to signals a moment after its first task
        os.kill(os.getpid(), signal.SIGTERM)
        assert in_time

    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(stop)
        queue.run(at_thread_start=lambda: None)
        for number, handler in before.items():
            signal.signal(number, handler)
        stopped.result()


def test_a_woken_task_runs_with_its_arguments(place: Path) -> None:
    ran: list[tuple[int, str]] = []
    done = threading.Event()

    def draw(number: int, style: str) -> None:
        ran.append((number, style))
        done.set()

    queue = open_queue(place)
    queue.register("draw", draw)
    queue.wake("draw", 57, "thumb")
    run_until(queue, done)
    assert ran == [(57, "thumb")]


def test_waking_does_not_run_the_task_here(place: Path) -> None:
    ran: list[int] = []
    queue = open_queue(place)
    queue.register("draw", ran.append)
    queue.wake("draw", 57)
    assert ran == []


def test_the_worker_sweeps_when_it_starts(place: Path) -> None:
    swept = threading.Event()
    queue = open_queue(place)
    queue.at_sweep("uploads", swept.set)
    run_until(queue, swept)
    assert swept.is_set()


def test_the_sweep_needs_no_queue(place: Path) -> None:
    queue = open_queue(place)
    with closing(sqlite3.connect(place)) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON task BEGIN SELECT raise(ABORT, 'the disk is full'); END")
    swept = threading.Event()
    queue.at_sweep("room", swept.set)
    run_until(queue, swept)
    assert swept.is_set()


def test_a_sweeper_that_fails_keeps_no_other_from_its_work(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    swept: list[str] = []
    queue = open_queue(place)
    queue.at_sweep("broken", lambda: 1 / 0)
    queue.at_sweep("sound", lambda: swept.append("sound"))
    queue.sweep()
    assert swept == ["sound"]
    assert "sweeper broken failed" in caplog.text


def test_a_full_disk_is_one_line_of_each_sweep(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    def counting() -> None:
        raise Refusal(Code.NO_SPACE, "There is not enough room on the disk.")

    queue = open_queue(place)
    queue.at_sweep("count", counting)
    queue.sweep()
    assert [(record.getMessage(), record.exc_info) for record in caplog.records] == [
        ("the sweep could not do “count”: There is not enough room on the disk.", None)
    ]


def test_two_sweeps_do_not_run_at_once(place: Path) -> None:
    swept: list[int] = []
    queue = open_queue(place)

    def sweep_again() -> None:
        swept.append(1)
        queue.sweep()

    queue.at_sweep("again", sweep_again)
    queue.sweep()
    assert swept == [1]


def test_a_queue_that_fails_is_logged_and_refuses_no_request(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    queue = open_queue(place)
    queue.register("draw", lambda number: number)
    with sqlite3.connect(place) as connection:
        connection.execute("DROP TABLE task")
    queue.wake("draw", 57)
    assert "task draw was not queued" in caplog.text
    connection.close()


def test_a_message_signed_with_another_secret_is_not_run(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    ran: list[int] = []
    swept = threading.Event()
    stranger, queue = open_queue(place, b"x" * 32), open_queue(place)
    stranger.register("draw", ran.append)
    queue.register("draw", ran.append)
    stranger.wake("draw", 57)
    queue.at_sweep("end", swept.set)
    with caplog.at_level(logging.CRITICAL):
        run_until(queue, swept)
    assert ran == []


def test_a_queue_without_its_library_is_refused_by_the_name_of_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huey.storage.Redis", None)
    with pytest.raises(SettingsError, match=r"^ADDENDA_QUEUE_URL: "):
        TaskQueue("redis://127.0.0.1:1", SECRET)
