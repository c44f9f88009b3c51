"""One's own account, as a browser without scripts sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

from core import tokens
from core.errors import Refusal
from core.house import House
from tests.cast import PASSWORD
from tests.pages.conftest import Visitor

NEW = "a longer sentence than before"


def test_the_profile_is_changed(owner: Visitor) -> None:
    assert owner.send("/account", full_name="Ada L.", email="ada@example.org").status_code == 303
    assert "Ada L." in owner.see("/account")


def test_a_bad_address_is_refused_beside_its_field_and_kept(owner: Visitor) -> None:
    reply = owner.send("/account", full_name="Ada", email="nowhere")
    assert reply.status_code == 422
    assert 'value="nowhere"' in reply.text
    assert 'id="email-error"' in reply.text


def test_a_new_password_ends_the_other_sessions_but_not_this_one(visit: Callable[[str], Visitor]) -> None:
    here, elsewhere = visit("ada"), visit("ada")
    assert here.send("/account/password", present=PASSWORD, password=NEW).status_code == 303
    here.see("/account")
    elsewhere.see("/account", 303)


def test_the_present_password_is_the_proof(owner: Visitor) -> None:
    reply = owner.send("/account/password", present="wrong by far", password=NEW)
    assert reply.status_code == 401
    assert "not your present password" in reply.text


def test_a_weak_password_is_refused(owner: Visitor) -> None:
    assert owner.send("/account/password", present=PASSWORD, password="password").status_code == 422


def test_a_session_elsewhere_can_be_ended(visit: Callable[[str], Visitor]) -> None:
    elsewhere = visit("ada")
    here = visit("ada")
    ends = re.findall(r'action="(/account/sessions/[^"]+/end)"', here.see("/account/sessions"))
    assert here.send(ends[1], page="/account/sessions").status_code == 303
    elsewhere.see("/account", 303)
    here.see("/account")


def test_nobody_ends_the_sessions_of_others(visit: Callable[[str], Visitor]) -> None:
    mine = re.findall(r'action="(/account/sessions/[^"]+/end)"', visit("ada").see("/account/sessions"))
    assert visit("bo").send(mine[0], page="/account/sessions").status_code == 404


def test_a_token_is_shown_once_and_revoked(owner: Visitor, house: House) -> None:
    page = owner.see("/account/tokens")
    nonce = re.findall(r'name="nonce" value="([^"]+)"', page)[0]
    made = owner.send("/account/tokens", label="nightly", scope="read", days="30", nonce=nonce)
    secret = re.findall(r"adt_[\w-]{40,}", made.text)[0]
    assert tokens.caller_of(house.database, secret, (), "informer").scope == "read"
    again = owner.send("/account/tokens", label="nightly", scope="read", days="30", nonce=nonce)
    assert again.status_code == 409
    listed = owner.see("/account/tokens")
    assert secret not in listed
    (revoke,) = re.findall(r'action="(/account/tokens/[^"]+/revoke)"', listed)
    owner.send(revoke, page="/account/tokens")
    assert _is_dead(house, secret)


def _is_dead(house: House, secret: str) -> bool:
    try:
        tokens.caller_of(house.database, secret, (), "informer")
    except Refusal:
        return True
    return False
