"""Signing in: by password, throttled; sessions that end; what is remembered and stamped."""

from __future__ import annotations

import sqlite3
import statistics
import time
import uuid
from datetime import timedelta
from functools import partial

import pytest

from core import accounts, clock, sign_ins, tokens
from core.accounts import AddUser, ReviseUser
from core.errors import Code
from core.house import House
from core.tokens import MintToken
from models import LoginAttempt, Session, Token
from tests.cast import PASSWORD, Cast
from tests.core.conftest import Hands
from tests.core.stories import code_of, count, reading_only, refused, user_of


def check(house: House, name: str, password: str, address: str = "10.0.0.1") -> Code | None:
    return code_of(partial(sign_ins.check_password, house.database, name, password, address))[0]


def test_unknown_names_and_wrong_passwords_get_one_answer(house: House, cast: Cast) -> None:
    accounts.add(house.database, cast.admin, AddUser("robot", "editor", PASSWORD, is_application=True))
    accounts.revise(house.database, cast.admin, cast.reader.user_id or 0, ReviseUser(enabled=False))
    tries = [("ada", "wrong"), ("nobody", PASSWORD), ("robot", PASSWORD), ("vi", PASSWORD), ("a\0da", PASSWORD)]
    tries += [("\ud800", "x"), ("ada", "\ud800"), ("x" * 10_000, "x")]
    assert [check(house, name, password) for name, password in tries] == [Code.UNIDENTIFIED] * 8
    assert count(house, LoginAttempt) == 8
    assert sign_ins.check_password(house.database, "ADA", PASSWORD, "10.0.0.1").name == "ada"


def test_the_two_take_about_the_same_time(house: House, cast: Cast) -> None:
    def seconds(name: str, turn: int) -> float:
        began = time.thread_time()
        check(house, name, "wrong", f"10.1.{turn}.1")
        return time.thread_time() - began

    pairs = [(seconds("ada", turn), seconds("nobody", turn)) for turn in range(12)]
    known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert cast.owner.name == "ada"
    assert abs(known - unknown) < 0.3 * known


def test_the_eleventh_try_is_throttled_and_another_address_still_gets_in(house: House, cast: Cast, wait: Hands) -> None:
    assert [check(house, "ada", "wrong") for _ in range(11)] == [Code.UNIDENTIFIED] * 10 + [Code.THROTTLED]
    assert check(house, "Ada", PASSWORD) is Code.THROTTLED
    assert check(house, "bo", PASSWORD) is None
    assert check(house, "ada", PASSWORD, "10.0.0.2") is None
    wait(sign_ins.WINDOW)
    assert check(house, cast.owner.name, PASSWORD) is None
    wait(timedelta(seconds=1))
    sign_ins.drop_dead(house.database)
    assert count(house, LoginAttempt) == 0


def test_an_address_that_tries_many_names_is_throttled(house: House, cast: Cast) -> None:
    with house.database.writing() as session:
        session.add_all(
            LoginAttempt(name_key=f"name{index}", address="10.0.0.1", at=clock.now()) for index in range(100)
        )
    assert check(house, cast.owner.name, PASSWORD) is Code.THROTTLED
    assert check(house, cast.owner.name, PASSWORD, "10.0.0.2") is None


def test_a_remembered_password_dies_with_its_change(house: House, cast: Cast) -> None:
    by = partial(sign_ins.caller_by_password, house.database, "ada", channel="ufdl", address="10.0.0.1")
    assert by(password=PASSWORD).user_id == cast.owner.user_id
    accounts.revise(house.database, cast.owner, cast.owner.user_id or 0, ReviseUser(password="a new password"))
    with refused(Code.UNIDENTIFIED):
        by(password=PASSWORD)
    assert by(password="a new password").name == "ada"
    accounts.revise(house.database, cast.admin, cast.owner.user_id or 0, ReviseUser(enabled=False))
    with refused(Code.UNIDENTIFIED):
        by(password="a new password")


def test_a_wrong_password_is_not_remembered(house: House, cast: Cast) -> None:
    wrong = partial(sign_ins.caller_by_password, house.database, cast.owner.name, "wrong", "ufdl", "10.0.0.1")
    assert [code_of(wrong)[0] for _ in range(2)] == [Code.UNIDENTIFIED] * 2
    assert count(house, LoginAttempt) == 2


def test_a_session_lives_while_it_is_used_and_seven_days_at_most(house: House, cast: Cast, wait: Hands) -> None:
    opened = sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", "10.0.0.1", "x" * 999)
    recognise = partial(sign_ins.recognise, house.database, opened.secret, "pages", "10.0.0.1")

    def after(span: timedelta) -> Code | None:
        wait(span)
        return code_of(recognise)[0]

    assert [after(timedelta(hours=7)) for _ in range(24)] == [None] * 23 + [Code.UNIDENTIFIED]
    assert (opened.user.id, len(opened.session.user_agent)) == (cast.owner.user_id, 400)
    wait(timedelta(seconds=1))
    sign_ins.drop_dead(house.database)
    assert count(house, Session) == 0


def test_an_idle_session_ends_after_eight_hours(house: House, cast: Cast, wait: Hands) -> None:
    opened = sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", None, "")
    wait(timedelta(hours=8))
    with refused(Code.UNIDENTIFIED):
        sign_ins.recognise(house.database, opened.secret, "pages", None)
    assert sign_ins.sessions_of(house.database, cast.owner) == []


def test_a_session_is_of_its_kind_and_of_nobody_else(house: House, cast: Cast) -> None:
    opened = sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", None, "")
    secrets = [
        (opened.secret, "informer"),
        (opened.secret + "x", "pages"),
        ("", "pages"),
        (opened.session.hash, "pages"),
    ]
    codes = [code_of(partial(sign_ins.recognise, house.database, *pair, None))[0] for pair in secrets]
    assert codes == [Code.UNIDENTIFIED] * 4
    assert opened.secret not in repr(opened.session.__dict__)


def test_sessions_are_listed_and_ended_by_their_owner_and_administrators(house: House, cast: Cast) -> None:
    opened = [sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", None, "") for _ in range(3)]
    listed = [len(sign_ins.sessions_of(house.database, caller)) for caller in (cast.owner, cast.reader, cast.admin)]
    assert listed == [3, 0, 3]
    end = partial(sign_ins.end_other, house.database)
    guid = opened[0].session.guid
    codes = [code_of(partial(end, caller, guid))[0] for caller in (cast.stranger, reading_only(cast.owner), cast.owner)]
    codes += [code_of(partial(end, cast.owner, other))[0] for other in (guid, uuid.UUID(int=0))]
    codes += [code_of(partial(end, cast.admin, opened[1].session.guid))[0]]
    assert codes == [Code.NOT_FOUND, Code.DENIED, None, Code.NOT_FOUND, Code.NOT_FOUND, None]
    sign_ins.end_session(house.database, opened[2].secret)
    sign_ins.end_session(house.database, opened[2].secret)
    assert count(house, Session) == 0


def test_use_is_stamped_once_a_minute_at_the_most(house: House, cast: Cast, wait: Hands) -> None:
    opened = sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", None, "")
    minted = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id or 0))

    def use(seconds: int) -> tuple[float, float]:
        wait(timedelta(seconds=seconds))
        sign_ins.recognise(house.database, opened.secret, "pages", None)
        tokens.caller_of(house.database, minted.secret, (), "alloy")
        with house.database.reading() as session:
            seen = session.get_one(Session, opened.session.id).last_seen_at
            used = session.get_one(Token, minted.token.id).last_used_at or seen
        began = opened.session.created_at
        return (seen - began).total_seconds(), (used - began).total_seconds()

    assert [use(seconds) for seconds in (0, 59, 2, 58)] == [(0, 0), (0, 0), (61, 61), (61, 61)]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_readers_are_served_while_a_foreign_program_holds_the_database(house: House, cast: Cast, wait: Hands) -> None:
    opened = sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", None, "")
    minted = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id or 0))
    wait(timedelta(minutes=2))
    foreign = sqlite3.connect(house.settings.instance / "db.sqlite3", isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    sign_ins.recognise(house.database, opened.secret, "pages", None)
    tokens.caller_of(house.database, minted.secret, (), "alloy")
    took = time.monotonic() - began
    foreign.execute("ROLLBACK")
    foreign.close()
    assert took < 1.0
    tokens.caller_of(house.database, minted.secret, (), "alloy")
    assert tokens.find(house.database, cast.owner, minted.token.guid).last_used_at is not None
