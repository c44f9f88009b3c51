"""The commands that people and scripts fill an instance with, each as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cast import PASSWORD

ROOT = Path(__file__).parents[2]


class Terminal:
    """A shell in which one instance is set."""

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self._environment = {**os.environ, "ADDENDA_INSTANCE": str(instance), "ADDENDA_DISK_RESERVE": "0 B"}

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *words],
            input=stdin,
            env=self._environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def json(self, *words: str, stdin: str = "") -> Any:
        """Run a command that must work, and return the document it prints."""
        ended = self.run(*words, "--json", stdin=stdin)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    terminal = Terminal(tmp_path_factory.mktemp("house") / "instance")
    terminal.json("user", "add", "ada", "--role", "editor", "--password-stdin", stdin=f"{PASSWORD}\n")
    return terminal


def test_an_account_is_made_once(terminal: Terminal) -> None:
    words = ("user", "add", "bo", "--role", "admin", "--name", "Bo Ek", "--email", "bo@example.org", "--password-stdin")
    assert terminal.json(*words, stdin=PASSWORD) == {"id": 2, "username": "bo", "role": "admin"}
    again = terminal.run(*words, stdin=PASSWORD)
    assert (again.returncode, again.stdout) == (1, "")
    assert "already" in again.stderr


def test_a_weak_password_is_refused_in_one_line(terminal: Terminal) -> None:
    ended = terminal.run("user", "add", "cy", "--role", "viewer", "--password-stdin", stdin="short")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


def test_an_unknown_role_is_a_wrong_call(terminal: Terminal) -> None:
    assert terminal.run("user", "add", "cy", "--role", "king", "--password-stdin", stdin=PASSWORD).returncode == 2


def test_a_token_is_printed_alone(terminal: Terminal) -> None:
    ended = terminal.run("token", "add", "ada")
    assert ended.stdout.startswith("adt_")
    assert len(ended.stdout.splitlines()) == 1
    assert set(terminal.json("token", "add", "ada", "--scope", "read", "--expires-days", "3")) == {"id", "token"}


def test_no_listing_shows_a_secret(terminal: Terminal) -> None:
    secret = terminal.json("token", "add", "ada")["token"]
    assert secret not in terminal.run("token", "list", "ada").stdout


def test_records_are_made_and_shared_by_any_of_their_names(terminal: Terminal) -> None:
    job = terminal.json("record", "add", "Job", "--title", "Nightly", "--owner", "ada", "--private")
    action = terminal.json("record", "add", "Action", "--title", "Send", "--parent", job["oid"])
    assert (job["oid"], action["type"]) == ("J000001", "Action")
    terminal.json("user", "add", "vi", "--role", "viewer", "--password-stdin", stdin=PASSWORD)
    assert terminal.json("share", f"Job/{job['number']}", "vi", "--level", "edit")["level"] == "edit"
    assert terminal.run("share", "nothing", "vi", "--level", "edit").returncode == 2
    assert terminal.run("share", "J999999", "vi", "--level", "edit").returncode == 1


def test_fields_must_be_a_json_object(terminal: Terminal) -> None:
    assert terminal.run("record", "add", "Job", "--title", "x", "--fields", "[1]").returncode == 2


def test_verify_finds_an_orphan_and_gc_removes_it(terminal: Terminal) -> None:
    orphan = terminal.instance / "blobs" / "ab" / ("ab" + "0" * 30)
    orphan.write_bytes(b"nobody's")
    found = terminal.run("verify", "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["orphaned"] == [orphan.name]
    assert terminal.json("gc", "--dry-run", "--grace", "0")["removed"] == [orphan.name]
    assert orphan.exists()
    assert terminal.json("gc", "--grace", "0")["removed"] == [orphan.name]
    assert not orphan.exists()
    assert terminal.run("verify").returncode == 0


def test_a_damaged_database_is_never_overwritten(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "instance")
    terminal.json("db", "upgrade")
    database = terminal.instance / "db.sqlite3"
    database.write_bytes(b"no database at all" * 100)
    ended = terminal.run("verify")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert database.read_bytes() == b"no database at all" * 100


def test_a_store_is_not_served_with_a_foreign_database(tmp_path: Path) -> None:
    mine, foreign = Terminal(tmp_path / "mine"), Terminal(tmp_path / "foreign")
    mine.run("verify")
    foreign.run("verify")
    (mine.instance / "db.sqlite3").write_bytes((foreign.instance / "db.sqlite3").read_bytes())
    ended = mine.run("verify")
    assert ended.returncode == 1
    assert "different instances" in ended.stderr


def test_a_program_gets_an_id_and_a_secret_once(terminal: Terminal) -> None:
    made = terminal.json("app", "add", "inventory")
    assert list(made) == ["client_id", "client_secret"]
    assert terminal.run("app", "add", "inventory").returncode == 1
    renewed = terminal.json("app", "secret", "inventory")
    assert renewed["client_id"] == made["client_id"]
    assert renewed["client_secret"] != made["client_secret"]


def test_a_person_has_no_secret_to_renew(terminal: Terminal) -> None:
    assert terminal.run("app", "secret", "ada").returncode == 1


def test_a_kind_of_record_is_made_with_its_actions(terminal: Terminal) -> None:
    words = (
        "record-type",
        "add",
        "Lease",
        "--prefix",
        "L",
        "--field",
        "Rent:number",
        "--area",
        "Deeds",
        "--area",
        "Plans",
    )
    made = terminal.json(*words)
    assert {name: made[name] for name in ("name", "plural", "prefix")} == {
        "name": "Lease", "plural": "Leases", "prefix": "L",
    }  # fmt: skip
    assert [(action["name"], action["areas"]) for action in made["actions"]] == [
        ("Create", ["Deeds", "Plans"]),
        ("Update", ["Deeds", "Plans"]),
        ("Add comment", ["Deeds", "Plans"]),
    ]
    assert made in terminal.json("record-type", "list")
    assert terminal.run(*words).returncode == 1


@pytest.mark.parametrize(
    "words", [("--field", "Rent:money"), ("--area", "A", "--area", "a"), ("--area", " "), ("--prefix", "J")]
)
def test_a_kind_of_record_with_a_bad_part_is_not_made(terminal: Terminal, words: tuple[str, ...]) -> None:
    assert terminal.run("record-type", "add", "Flaw", *words).returncode == 1
