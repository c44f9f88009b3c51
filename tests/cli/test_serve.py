"""What `serve` promises about its processes: together they start, and together they stop."""

from __future__ import annotations

import os
import signal
import socket
import stat
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.process import ServerProcess

SMALL_HOUSE = ("-m", "tests.cli.small_house")


def small_house(instance: Path, **env: str) -> ServerProcess:
    return ServerProcess(instance, env, SMALL_HOUSE)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ServerProcess]:
    with small_house(tmp_path / "instance") as server:
        yield server


def get(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        body: bytes = answer.read()
        return body.decode()


def start_upload(house: ServerProcess, length: int) -> socket.socket:
    place = urlsplit(house.url)
    connection = socket.create_connection((str(place.hostname), place.port or 0), timeout=20)
    connection.sendall(f"POST /swallow HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())
    return connection


def test_it_says_where_it_is_once_it_answers(house: ServerProcess) -> None:
    assert get(f"{house.url}/healthz") == "ok"
    assert house.output().count(f"Addenda is ready on {house.url}") == 1


def test_the_instance_is_prepared_before_anybody_is_served(house: ServerProcess) -> None:
    assert house.output().index("preparing") < house.output().index("ready")


def test_everything_it_makes_is_for_its_owner_alone(house: ServerProcess) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in house.instance.iterdir()}
    assert modes == {0o600}


def test_its_server_header_tells_no_version(house: ServerProcess) -> None:
    with urllib.request.urlopen(f"{house.url}/healthz", timeout=20) as answer:
        assert answer.headers["Server"] == "gunicorn"


def test_a_forwarded_scheme_is_not_believed(house: ServerProcess) -> None:
    assert get(f"{house.url}/forwarded", **{"X-Forwarded-Proto": "https"}) == "http"


def test_sigterm_lets_a_running_upload_finish(house: ServerProcess) -> None:
    with start_upload(house, 10) as connection:
        connection.sendall(b"12345")
        get(f"{house.url}/slow")  # by now a thread reads the upload
        house.signal(signal.SIGTERM)
        connection.sendall(b"67890")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"10")
    assert house.wait() == 0


def test_sigint_lets_a_running_request_finish(house: ServerProcess) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(get, f"{house.url}/slow")
        get(f"{house.url}/healthz")
        house.signal(signal.SIGINT)
        assert int(answer.result()) in house._seen
    assert house.wait() == 0


def test_nothing_of_it_lives_after_it_stopped(house: ServerProcess) -> None:
    assert len(house.pids()) >= 4
    assert house.stop() == 0
    assert house.survivors() == []


@pytest.mark.parametrize(
    ("module", "name"), [("cli.gunicorn_app", "web server"), ("cli.worker", "task worker")], ids=["web", "tasks"]
)
def test_the_end_of_one_child_ends_all(house: ServerProcess, module: str, name: str) -> None:
    os.kill(house.child(module), signal.SIGKILL)
    assert house.wait() == 1
    assert f"Error: the {name} ended with status -9; stopping" in house.output()
    house.stop()
    assert house.survivors() == []


def test_the_death_of_the_parent_is_the_death_of_all(house: ServerProcess) -> None:
    house.signal(signal.SIGKILL)
    house.wait()
    house.stop()
    assert house.survivors() == []


def test_a_dead_web_worker_is_replaced(house: ServerProcess) -> None:
    victim = int(get(f"{house.url}/slow"))
    os.kill(victim, signal.SIGKILL)
    assert int(get(f"{house.url}/slow")) != victim
    assert house.returncode() is None


def test_a_second_serve_of_one_instance_is_refused(house: ServerProcess) -> None:
    second = ServerProcess(house.instance.parent / "other", {}, SMALL_HOUSE)
    second.instance.symlink_to(house.instance)
    second.launch()
    assert second.wait() == 1
    assert "another Addenda is at work in" in second.output()
    assert get(f"{house.url}/healthz") == "ok"


def test_it_can_be_served_again_right_after_a_kill(house: ServerProcess) -> None:
    house.kill()
    house.start()
    assert get(f"{house.url}/healthz") == "ok"
