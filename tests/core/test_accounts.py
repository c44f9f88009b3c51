"""Accounts: made, found, changed, and what ends with a change; passwords fit to be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from msgspec import UNSET
from sqlalchemy import delete

from core import accounts, passwords, sign_ins, tokens
from core.access import HOUSE
from core.accounts import AddUser, ReviseUser
from core.errors import Code, Refusal
from core.house import House
from core.tokens import MintToken
from models import Role, User
from tests.cast import PASSWORD, Cast
from tests.core.stories import at_once, code_of, count, reading_only, refused, user_of

NEW = "another fine password"


def test_an_account_is_found_by_each_of_its_names(house: House, cast: Cast) -> None:
    made = accounts.add(house.database, cast.admin, AddUser("Émile", "viewer", PASSWORD, "Emile@Example.org", "É. Z."))
    found = [
        accounts.find(house.database, "e\u0301MILE"),
        accounts.find_by_id(house.database, made.id),
        accounts.find_by_guid(house.database, made.guid),
    ]
    assert {user.id for user in found} == {made.id}
    assert (made.shown_name, made.role, made.enabled, made.email) == ("É. Z.", Role.VIEWER, True, "Emile@Example.org")
    assert accounts.name_of(house.database, "emile@example.ORG") == "Émile"
    codes = [code_of(partial(accounts.find, house.database, name))[0] for name in ("", "nobody", "nul\0", "\ud800")]
    codes += [code_of(partial(accounts.find_by_id, house.database, number))[0] for number in (0, -1, 2**70)]
    assert codes == [Code.NOT_FOUND] * 7


BROKEN: list[tuple[AddUser, Code, str | None]] = [
    (AddUser("", "viewer"), Code.INVALID, "name"),
    (AddUser(" x", "viewer"), Code.INVALID, "name"),
    (AddUser("a:b", "viewer"), Code.INVALID, "name"),
    (AddUser("a/b", "viewer"), Code.INVALID, "name"),
    (AddUser("nul\0", "viewer"), Code.INVALID, "name"),
    (AddUser("x" * 151, "viewer"), Code.INVALID, "name"),
    (AddUser("x", "boss"), Code.INVALID, "role"),
    (AddUser("x", "viewer", "short"), Code.INVALID, "password"),
    (AddUser("x", "viewer", "Password123"), Code.INVALID, "password"),
    (AddUser("somebody", "viewer", "Somebody"), Code.INVALID, "password"),
    (AddUser("x", "viewer", "x" * 257), Code.INVALID, "password"),
    (AddUser("x", "viewer", email="no address"), Code.INVALID, "email"),
    (AddUser("x", "viewer", full_name="a\nb"), Code.INVALID, "full_name"),
    (AddUser("ADA", "viewer"), Code.CONFLICT, "name"),
]


def test_an_account_that_breaks_a_rule_is_not_made(house: House, cast: Cast) -> None:
    before = count(house, User)
    codes = [code_of(partial(accounts.add, house.database, cast.admin, command)) for command, _, _ in BROKEN]
    assert codes == [(code, field) for _, code, field in BROKEN]
    assert count(house, User) == before


def test_an_address_belongs_to_one(house: House, cast: Cast) -> None:
    accounts.add(house.database, cast.admin, AddUser("x", "viewer", email="x@example.org"))
    with refused(Code.CONFLICT, "email"):
        accounts.add(house.database, cast.admin, AddUser("y", "viewer", email="X@example.org"))
    with refused(Code.CONFLICT, "email"):
        accounts.revise(house.database, cast.owner, cast.owner.user_id or 0, ReviseUser(email="X@EXAMPLE.org"))


def test_one_name_at_once_is_one_account(app: Flask, house: House, cast: Cast) -> None:
    made = at_once(app, [lambda: accounts.add(house.database, cast.admin, AddUser("new", "viewer"))] * 4)
    assert [refusal.code for refusal in made if isinstance(refusal, Refusal)] == [Code.CONFLICT] * 3


def test_the_first_account_is_made_once(house: House) -> None:
    assert not accounts.is_empty(house.database)
    with refused(Code.CONFLICT):
        accounts.add_first(house.database, AddUser("first", "admin", PASSWORD))


def test_many_that_come_first_at_once_are_one(app: Flask, house: House) -> None:
    with house.database.writing() as session:
        session.execute(delete(User))
    acts = [partial(accounts.add_first, house.database, AddUser(name, "admin", PASSWORD)) for name in "abcdef"]
    made = at_once(app, acts)
    assert sorted(refusal.code for refusal in made if isinstance(refusal, Refusal)) == [Code.CONFLICT] * 5
    assert [user.role for user in accounts.all_users(house.database)] == ["admin"]


def test_people_change_their_profile_and_administrators_the_rest(house: House, cast: Cast) -> None:
    own = cast.reader.user_id or 0
    revised = accounts.revise(house.database, cast.reader, own, ReviseUser(full_name="Vi the Reader", email="vi@x.org"))
    assert (revised.full_name, revised.email, revised.credential_version) == ("Vi the Reader", "vi@x.org", 1)
    revise = partial(accounts.revise, house.database)
    acts: list[Callable[[], object]] = [
        lambda: revise(cast.reader, own, ReviseUser(role="admin")),
        lambda: revise(cast.reader, own, ReviseUser(enabled=False)),
        lambda: revise(cast.reader, cast.owner.user_id or 0, ReviseUser(full_name="x")),
        lambda: revise(reading_only(cast.reader), own, ReviseUser(full_name="x")),
        lambda: revise(reading_only(cast.admin), own, ReviseUser(full_name="x")),
        lambda: accounts.add(house.database, cast.owner, AddUser("x", "viewer")),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.DENIED] * 6
    assert user_of(house, cast.reader).role == Role.VIEWER
    with refused(Code.NOT_FOUND):
        revise(cast.admin, 10**9, ReviseUser(full_name="x"))


@pytest.mark.parametrize("change", [ReviseUser(password=NEW), ReviseUser(role="viewer"), ReviseUser(enabled=False)])
def test_a_new_password_role_or_state_ends_every_credential_at_once(
    house: House, cast: Cast, change: ReviseUser
) -> None:
    secret = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id or 0)).secret
    pair = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id or 0, "informer", pair=True))
    session = sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", "10.0.0.1", "test")
    remembered = partial(sign_ins.caller_by_password, house.database, "ada", PASSWORD, "ufdl", "10.0.0.1")
    acts: list[Callable[[], object]] = [
        lambda: tokens.caller_of(house.database, secret, (), "alloy"),
        lambda: sign_ins.recognise(house.database, session.secret, "pages", "10.0.0.1"),
        lambda: tokens.renew(house.database, pair.secret, pair.pair_secret or "", timedelta(hours=1)),
    ]
    assert remembered().user_id == cast.owner.user_id
    assert [code_of(act)[0] for act in acts[:2]] == [None, None]

    accounts.revise(house.database, cast.admin, cast.owner.user_id or 0, change)

    assert [code_of(act)[0] for act in acts] == [Code.UNIDENTIFIED] * 3
    still = code_of(remembered)[0] is None
    assert still is (change.password is UNSET and change.enabled is UNSET)


def test_the_last_administrator_stays_one(house: House, cast: Cast) -> None:
    robot = accounts.add(house.database, cast.admin, AddUser("robot", "admin", is_application=True))
    root = cast.admin.user_id or 0
    with refused(Code.CONFLICT):
        accounts.revise(house.database, cast.admin, root, ReviseUser(role="editor"))
    with refused(Code.CONFLICT):
        accounts.revise(house.database, cast.admin, root, ReviseUser(enabled=False))
    assert accounts.revise(house.database, cast.admin, robot.id, ReviseUser(role="viewer")).role == Role.VIEWER
    accounts.revise(house.database, cast.admin, cast.owner.user_id or 0, ReviseUser(role="admin"))
    assert accounts.revise(house.database, HOUSE, root, ReviseUser(role="editor")).role == Role.EDITOR


def test_two_administrators_cannot_take_the_role_from_each_other_at_once(app: Flask, house: House, cast: Cast) -> None:
    accounts.revise(house.database, cast.admin, cast.owner.user_id or 0, ReviseUser(role="admin"))
    pair = [cast.admin, replace(cast.owner, role=Role.ADMIN)]
    acts = [
        partial(accounts.revise, house.database, one, other.user_id or 0, ReviseUser(role="viewer"))
        for one, other in zip(pair, reversed(pair), strict=True)
    ]
    made = at_once(app, acts)
    assert len([row for row in made if isinstance(row, User)]) <= 1
    assert [user.role for user in accounts.all_users(house.database)].count(Role.ADMIN) >= 1


def test_a_password_is_right_in_any_form_of_unicode_and_wrong_otherwise() -> None:
    kept = passwords.hashed("gro\u00dfe S\u00e4ge")
    assert passwords.is_right("gro\u00dfe Sa\u0308ge", kept)
    wrong = ["grosse Säge", "", "große säge", "\ud800", "große Säge\0"]
    assert [passwords.is_right(password, kept) for password in wrong] == [False] * 5
    assert not passwords.is_right("nobody has this password", None)
    assert not passwords.is_right(PASSWORD, "not a hash")
