"""Passwords: the answer for a user who does not exist takes what the others take."""

from __future__ import annotations

import argon2

from core import passwords


def test_the_hash_of_nobody_costs_what_every_hash_costs() -> None:
    own = argon2.extract_parameters(passwords.hashed("correct horse battery"))
    assert argon2.extract_parameters(passwords._NOBODY) == own


def test_nobody_has_a_password() -> None:
    assert not passwords.is_right("", None)
