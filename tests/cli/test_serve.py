"""What `serve` promises about its processes: together they start, and together they stop."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sqlite3
import stat
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
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


def test_a_bad_setting_stops_the_start_with_a_line_that_names_it(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "instance", {"ADDENDA_VERSIONS": "many"}).launch()
    assert server.wait() == 1
    assert server.output() == "Error: ADDENDA_VERSIONS: must be a whole number from 0 to 1000\n"


def test_an_address_for_all_needs_trusted_hosts(tmp_path: Path) -> None:
    arguments = ("-m", "cli", "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - refused, never bound
    server = ServerProcess(tmp_path / "instance", {}, arguments).launch()
    assert server.wait() == 1
    assert server.output().startswith("Error: ADDENDA_TRUSTED_HOSTS: ")


def test_a_taken_port_is_named(house: ServerProcess, tmp_path: Path) -> None:
    port = str(urlsplit(house.url).port)
    server = ServerProcess(tmp_path / "second", {}, ("-m", "cli", "serve", "--port", port)).launch()
    assert server.wait() == 1
    assert server.output() == f"Error: cannot serve on 127.0.0.1 port {port}: Address already in use\n"


def test_a_fresh_instance_is_served(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "instance") as server:
        names = {path.name for path in server.instance.iterdir()}
    assert {"db.sqlite3", "blobs", "secrets.json"} <= names
    assert server.returncode() == 0


def test_the_given_admin_is_made_once_and_the_password_stays_with_the_parent(tmp_path: Path) -> None:
    env = {"ADDENDA_ADMIN_PASSWORD": "a long enough passphrase"}
    with ServerProcess(tmp_path / "instance", env) as server:
        children = b"".join(Path(f"/proc/{pid}/environ").read_bytes() for pid in server.pids()[1:])
    with ServerProcess(tmp_path / "instance", env):
        pass
    with sqlite3.connect(tmp_path / "instance" / "db.sqlite3") as connection:
        accounts = connection.execute("SELECT name, role FROM user_account").fetchall()
    connection.close()
    assert accounts == [("admin", "admin")]
    assert b"ADDENDA_ADMIN_PASSWORD" not in children


def test_stored_files_without_their_database_are_not_served(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "instance") as server:
        pass
    key = "0123456789abcdef0123456789abcdef"
    (server.instance / "blobs" / key[:2] / key).touch(0o600)
    (server.instance / "db.sqlite3").unlink()
    server.launch()
    assert server.wait() == 1
    assert "their database is missing" in server.output()
    assert not (server.instance / "db.sqlite3").exists()


def test_db_upgrade_makes_the_tables_and_says_so(tmp_path: Path) -> None:
    command = ServerProcess(tmp_path / "instance", {}, ("-m", "cli", "db", "upgrade", "--json")).launch()
    assert command.wait() == 0
    assert command.output().splitlines()[-1] == '{"upgraded": true}'
    assert (tmp_path / "instance" / "db.sqlite3").exists()


def test_help_names_every_command(tmp_path: Path) -> None:
    command = ServerProcess(tmp_path / "instance", {}, ("-m", "cli", "--help")).launch()
    assert command.wait() == 0
    assert "serve" in command.output()
    assert not command.instance.exists()


def test_a_wrong_call_ends_with_two(tmp_path: Path) -> None:
    command = ServerProcess(tmp_path / "instance", {}, ("-m", "cli", "serve", "--port", "many")).launch()
    assert command.wait() == 2


def test_a_connection_outlives_a_body_that_was_refused_unread(house: ServerProcess) -> None:
    place, body = urlsplit(house.url).netloc, b"x" * (8 * 1024 * 1024)
    with closing(http.client.HTTPConnection(place, timeout=30)) as connection:
        statuses = []
        for _ in range(3):
            connection.request("POST", "/nowhere", body)
            reply = connection.getresponse()
            statuses.append((reply.status, len(reply.read()) > 0))
    assert statuses == [(404, True)] * 3
