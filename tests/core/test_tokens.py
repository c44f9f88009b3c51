"""Tokens: minted, recognised, bound to places, renewed, revoked, expired."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from core import clock, tokens
from core.access import Caller
from core.errors import Code
from core.house import House
from core.tokens import MintToken
from models import Token
from tests.cast import Cast
from tests.core.conftest import Hands
from tests.core.stories import code_of, count, reading_only, refused


def own(caller: Caller) -> int:
    assert caller.user_id is not None
    return caller.user_id


def test_a_token_stands_for_its_user_and_only_its_hash_is_kept(house: House, cast: Cast) -> None:
    minted = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner), label="laptop"))
    caller = tokens.caller_of(house.database, minted.secret, (), "alloy", "10.0.0.1")
    assert (caller.user_id, caller.role, caller.scope, caller.channel) == (1, cast.owner.role, "write", "alloy")
    assert (caller.token_id, caller.address) == (minted.token.id, "10.0.0.1")
    assert minted.secret not in repr(minted.token.__dict__)
    assert minted.secret.startswith("adt_")


def test_a_reading_token_makes_a_reading_caller(house: House, cast: Cast) -> None:
    minted = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner), scope="read"))
    assert tokens.caller_of(house.database, minted.secret, (), "alloy").scope == "read"


def test_a_token_of_one_api_is_unknown_to_the_others(house: House, cast: Cast) -> None:
    minted = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner), "informer"))
    assert tokens.caller_of(house.database, minted.secret, ("informer",), "informer").name == "ada"
    secrets = [
        (minted.secret, ("alloy",)),
        (minted.secret, ()),
        ("", ("informer",)),
        (minted.token.hash, ("informer",)),
    ]
    codes = [code_of(partial(tokens.caller_of, house.database, *pair, "x"))[0] for pair in secrets]
    assert codes == [Code.UNIDENTIFIED] * 4


def test_who_may_mint_for_whom(house: House, cast: Cast) -> None:
    mint = partial(tokens.mint, house.database)
    for_owner, reading = MintToken(own(cast.owner)), MintToken(own(cast.owner), scope="read")
    acts = [
        partial(mint, cast.stranger, for_owner),
        partial(mint, reading_only(cast.owner), for_owner),
        partial(mint, reading_only(cast.admin), for_owner),
        partial(mint, cast.admin, MintToken(10**9)),
        partial(mint, cast.admin, for_owner),
        partial(mint, reading_only(cast.owner), reading),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.DENIED] * 3 + [Code.NOT_FOUND, None, None]
    assert count(house, Token) == 2


def test_a_token_that_breaks_a_rule_is_not_minted(house: House, cast: Cast) -> None:
    user_id = own(cast.owner)
    broken = [
        (MintToken(user_id, scope="all"), "scope"),
        (MintToken(user_id, label="x" * 256), "label"),
        (MintToken(user_id, label="nul\0"), "label"),
        (MintToken(user_id, lifetime=timedelta(0)), "expires"),
        (MintToken(user_id, cidr="10.0.0.0/99"), "cidr"),
        (MintToken(user_id, cidr="somewhere"), "cidr"),
        (MintToken(user_id, host="x" * 256), "host"),
        (MintToken(user_id, host="a b"), "host"),
        (MintToken(user_id, host="nul\0"), "host"),
    ]
    codes = [code_of(partial(tokens.mint, house.database, cast.owner, command)) for command, _ in broken]
    assert codes == [(Code.INVALID, field) for _, field in broken]
    assert count(house, Token) == 0


@pytest.mark.parametrize(
    ("cidr", "host", "inside", "outside"),
    [
        ("10.1.0.0/16", None, ["10.1.2.3", "::ffff:10.1.2.3"], ["10.2.0.1", "::1", None, "", "somewhere"]),
        ("2001:db8::/32", None, ["2001:db8::7"], ["2001:db9::7", "10.1.2.3"]),
        (None, "127.0.0.1", ["127.0.0.1"], ["127.0.0.2", None, ""]),
        (None, "x" * 70 + ".example", [], ["127.0.0.1"]),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_token_works_only_from_its_place(
    house: House, cast: Cast, cidr: str | None, host: str | None, inside: list[str], outside: list[str | None]
) -> None:
    secret = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner), cidr=cidr, host=host)).secret
    tries = [*inside, *outside]
    codes = [code_of(partial(tokens.caller_of, house.database, secret, (), "x", address))[0] for address in tries]
    assert codes == [None] * len(inside) + [Code.UNIDENTIFIED] * len(outside)


def test_a_renewed_pair_is_new_and_the_old_one_dead(house: House, cast: Cast) -> None:
    old = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner), "informer", pair=True))
    new = tokens.renew(house.database, old.secret, old.pair_secret or "", timedelta(hours=1))
    assert tokens.caller_of(house.database, new.secret, ("informer",), "informer").name == "ada"
    renew = partial(tokens.renew, house.database, lifetime=timedelta(hours=1))
    acts: list[Callable[[], object]] = [
        partial(tokens.caller_of, house.database, old.secret, ("informer",), "informer"),
        partial(renew, old.secret, old.pair_secret or ""),
        partial(renew, new.secret, old.pair_secret or ""),
        partial(renew, old.secret, new.pair_secret or ""),
        partial(renew, new.secret, new.secret),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.UNIDENTIFIED] * 5
    assert (count(house, Token), new.token.guid) == (1, old.token.guid)


def test_a_token_ends_with_its_lifetime_and_is_swept(house: House, cast: Cast, wait: Hands) -> None:
    minted = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner), lifetime=timedelta(hours=1)))
    tokens.mint(house.database, cast.owner, MintToken(own(cast.owner)))
    wait(timedelta(minutes=59))
    assert tokens.caller_of(house.database, minted.secret, (), "x").name == "ada"
    wait(timedelta(minutes=1))
    with refused(Code.UNIDENTIFIED):
        tokens.caller_of(house.database, minted.secret, (), "x")
    wait(timedelta(seconds=1))
    assert (tokens.drop_dead(house.database, clock.now()), count(house, Token)) == (1, 1)


def test_an_expired_pair_can_be_renewed_for_a_month(house: House, cast: Cast, wait: Hands) -> None:
    hour = timedelta(hours=1)
    old = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner), "saferme", lifetime=hour, pair=True))
    wait(timedelta(days=30))
    assert tokens.drop_dead(house.database, clock.now()) == 0
    new = tokens.renew(house.database, old.secret, old.pair_secret or "", hour)
    assert tokens.caller_of(house.database, new.secret, ("saferme",), "saferme").name == "ada"
    wait(timedelta(days=30, hours=2))
    assert tokens.drop_dead(house.database, clock.now()) == 1


def test_tokens_are_listed_found_and_revoked_by_their_owner_and_administrators(house: House, cast: Cast) -> None:
    minted = tokens.mint(house.database, cast.owner, MintToken(own(cast.owner)))
    listed = [len(tokens.tokens_of(house.database, caller)) for caller in (cast.owner, cast.reader, cast.admin)]
    assert listed == [1, 0, 1]
    assert tokens.tokens_of(house.database, cast.admin, own(cast.reader)) == []
    revoke = partial(tokens.revoke, house.database)
    codes = [
        code_of(partial(revoke, caller, minted.token.guid))[0]
        for caller in (cast.stranger, reading_only(cast.owner), cast.owner, cast.owner)
    ]
    assert codes == [Code.NOT_FOUND, Code.DENIED, None, Code.NOT_FOUND]
    with refused(Code.NOT_FOUND):
        tokens.find(house.database, cast.admin, uuid.UUID(int=0))
    with refused(Code.UNIDENTIFIED):
        tokens.caller_of(house.database, minted.secret, (), "x")
