"""One's own account: profile, password, sessions and API tokens. It decides nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import flash, request, url_for
from flask_login import current_user

from blueprints.http import caller, house
from blueprints.pages import session
from blueprints.pages.account_forms import PasswordForm, ProfileForm, TokenForm
from blueprints.pages.blueprint import PAGES
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from core import accounts, sign_ins, tokens
from core.accounts import ReviseUser
from core.errors import Code, Refusal
from core.tokens import MintToken


@PAGES.route("/account", methods=["GET", "POST"])
def show_account() -> Answer:
    """Show one's profile, or change it."""
    form = ProfileForm(request.form, obj=current_user.user)
    if request.method == "POST" and form.validate():
        with form.noting():
            command = ReviseUser(full_name=form.full_name.data or "", email=form.email.data or None)
            accounts.revise(house().database, caller(), current_user.user.id, command)
            flash("Your profile is saved.", "done")
            return see_other(url_for("pages.show_account"))
    return shown("account/account.html", form=form, user=current_user.user)


@PAGES.route("/account/password", methods=["GET", "POST"])
def change_password() -> Answer:
    """Show the form of a new password, or change it; every other session and token ends."""
    form = PasswordForm(request.form)
    if request.method == "POST" and form.validate():
        with form.noting(Code.UNIDENTIFIED, Code.THROTTLED):
            _check_present(form)
            command = ReviseUser(password=form.password.data or "")
            user = accounts.revise(house().database, caller(), current_user.user.id, command)
            session.enter(user)
            flash("Your password is changed. Every other session and every token of yours has ended.", "done")
            return see_other(url_for("pages.show_account"))
    return shown("account/password.html", form=form)


@PAGES.get("/account/sessions")
def list_sessions() -> Answer:
    """Show where one is signed in."""
    user_id = current_user.user.id
    rows = sign_ins.sessions_of(house().database, caller(), user_id)
    return shown("account/sessions.html", rows=rows, present=tokens.hash_of(current_user.get_id()))


@PAGES.post("/account/sessions/<uuid:guid>/end")
def end_session(guid: uuid.UUID) -> Answer:
    """End one session; ending the present one leads to the door."""
    sign_ins.end_other(house().database, caller(), guid)
    flash("The session has ended.", "done")
    return see_other(url_for("pages.list_sessions"))


@PAGES.route("/account/tokens", methods=["GET", "POST"])
def list_tokens() -> Answer:
    """Show one's API tokens, or make one and show its secret this once."""
    form = TokenForm(request.form)
    if request.method == "POST" and form.validate():
        with form.noting():
            minted = tokens.mint(house().database, caller(), _token(form), form.nonce.data)
            return shown("account/token_made.html", minted=minted)
    rows = tokens.tokens_of(house().database, caller(), current_user.user.id)
    return shown("account/tokens.html", form=form, rows=rows)


@PAGES.post("/account/tokens/<uuid:guid>/revoke")
def revoke_token(guid: uuid.UUID) -> Answer:
    """End a token at once."""
    tokens.revoke(house().database, caller(), guid)
    flash("The token is revoked.", "done")
    return see_other(url_for("pages.list_tokens"))


def _check_present(form: PasswordForm) -> None:
    name, address = current_user.user.name, request.remote_addr or ""
    try:
        sign_ins.check_password(house().database, name, form.present.data or "", address)
    except Refusal as refusal:
        if refusal.code is not Code.UNIDENTIFIED:
            raise
        raise Refusal(Code.UNIDENTIFIED, "This is not your present password.", refusal.subject, "present") from None


def _token(form: TokenForm) -> MintToken:
    return MintToken(
        current_user.user.id,
        label=form.label.data or "",
        scope=form.scope.data,
        lifetime=timedelta(days=int(form.days.data)) if form.days.data else None,
    )
