"""Passwords: whose is not there costs what the others cost, and a process of its own computes each hash, or it is told."""

from __future__ import annotations

import subprocess
import sys
import threading

import argon2
import pytest

from core import passwords
from core.errors import Code, Refusal
from tests.cast import PASSWORD

BROKEN = {
    "it cannot be started": ["/nowhere/python"],
    "it dies": [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"],
    "it fails": [sys.executable, "-c", "raise MemoryError"],
    "it hangs": [sys.executable, "-c", "import time; time.sleep(60)"],
}
MOST_FOR_A_HASH = 40_000_000  # bytes: the interpreter, and argon2's 19 MiB


def test_the_hash_of_nobody_costs_what_every_hash_costs() -> None:
    own = argon2.extract_parameters(passwords.hashed(PASSWORD))
    assert argon2.extract_parameters(passwords._NOBODY) == own
    assert own.memory_cost >= 19 * 1024


def test_nobody_has_a_password() -> None:
    assert not passwords.is_right("", None)


def test_our_hashes_are_what_argon2_everywhere_takes() -> None:
    kept = passwords.hashed(PASSWORD)
    assert argon2.PasswordHasher().verify(kept, PASSWORD)
    assert passwords.is_right(PASSWORD, argon2.PasswordHasher().hash(PASSWORD))
    assert passwords.hashed(PASSWORD) != kept


@pytest.mark.parametrize(
    "password", ["", "\n", "x" * 257, "x" * 20_000_000, "half \ud800", f"{PASSWORD}\n", f"\n{PASSWORD}"]
)
def test_no_odd_password_is_taken_for_the_right_one(password: str) -> None:
    assert not passwords.is_right(password, passwords.hashed(PASSWORD))


def test_what_is_no_hash_fits_no_password() -> None:
    assert not passwords.is_right(PASSWORD, "$argon2id$nonsense")


@pytest.mark.parametrize("child", BROKEN.values(), ids=BROKEN)
def test_a_hash_that_cannot_be_computed_is_a_refusal_and_the_next_one_is_tried_anew(
    child: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(passwords, "_CHILD", child)
        meanwhile.setattr(passwords, "_PATIENCE", 0.5)
        refused = [refusal_of(PASSWORD), refusal_of(PASSWORD), refusal_of(PASSWORD)]  # more than there are places
    assert {(refusal.code, refusal.retry_after) for refusal in refused} == {(Code.UNAVAILABLE, 5)}
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3
    assert PASSWORD not in caplog.text
    assert passwords.is_right(PASSWORD, passwords.hashed(PASSWORD))


def test_who_comes_when_all_places_are_taken_is_refused_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.1)
    monkeypatch.setattr(passwords, "_places", threading.Semaphore(0))
    assert "Too many sign-ins at once" in str(refusal_of(PASSWORD))


def test_the_process_of_a_hash_is_small() -> None:
    # Asked by a small process: what the system counts for a child begins with the size of whoever started it.
    measure = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], input=b"\\ncorrect horse battery", check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""
    told = subprocess.run([sys.executable, "-I", "-c", measure, *passwords._CHILD], stdout=subprocess.PIPE, check=True)
    assert 19 * 2**20 < int(told.stdout) < MOST_FOR_A_HASH


def test_a_question_that_was_cut_gets_no_answer() -> None:
    assert subprocess.run(passwords._CHILD, input=b"", stdout=subprocess.PIPE, check=True).stdout == b""


def refusal_of(password: str) -> Refusal:
    """Return what was said instead of checking the password."""
    with pytest.raises(Refusal) as refused:
        passwords.is_right(password, None)
    return refused.value
