"""Signing in and out, and who looks at a page. It knows no password rule and no session row, only the core's words."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, flash, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from blueprints import http
from blueprints.pages.blueprint import PAGES
from blueprints.pages.cookies import PageCookie
from blueprints.pages.forms import SignInForm
from blueprints.pages.frame import see_other, shown
from core import accounts, sign_ins
from core.access import Caller
from core.errors import Code, Refusal
from models import Role, User

KIND = "pages"
PUBLIC = frozenset({"pages.sign_in", "pages.sign_out", "pages.set_up", "pages.asset"})


class Person:
    """Who is signed in, in the form that Flask-Login asks for; known by the secret of the session, not by an id."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, caller: Caller, user: User, secret: str) -> None:
        self.caller = caller
        self.user = user
        self._secret = secret

    def get_id(self) -> str:
        """Return the secret of the session row: when the row ends, so does the cookie."""
        return self._secret


def install(app: Flask) -> None:
    """Give the pages their cookie, and Flask-Login its way to the session rows."""
    app.session_interface = PageCookie()
    manager = LoginManager()
    manager.session_protection = None  # the row knows when it ends
    manager.user_loader(_look_for_person)
    manager.init_app(app)


def enter(user: User) -> None:
    """Begin a session for a user who has just proved who they are; what the cookie held before is gone."""
    opened = sign_ins.open_session(
        http.house().database, user, KIND, request.remote_addr, request.headers.get("User-Agent", "")
    )
    _forget_cookie()
    caller = Caller(user.id, user.name, Role(user.role), "write", KIND, request.remote_addr)
    login_user(Person(caller, user, opened.secret))


@PAGES.before_request
def _identify() -> Response | None:
    if request.endpoint in PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _to_the_door()
    http.set_caller(current_user.caller)
    return None


@PAGES.route("/login", methods=["GET", "POST"])
def sign_in() -> Response | str | tuple[str, int]:
    """Show the sign-in form, or check it."""
    if accounts.is_empty(http.house().database):
        return see_other(url_for("pages.set_up"))
    form = SignInForm(request.form)
    if request.method == "POST" and form.validate():
        with form.noting(Code.UNIDENTIFIED, Code.THROTTLED):
            enter(_checked_user(form))
            return see_other(_safe(form.next.data))
    form.next.data = form.next.data or request.args.get("next", "")
    return shown("session/sign_in.html", form=form)


@PAGES.route("/logout", methods=["POST"])
def sign_out() -> Response:
    """End the session, here and in the table."""
    if current_user.is_authenticated:
        sign_ins.end_session(http.house().database, current_user.get_id())
    logout_user()
    _forget_cookie()
    flash("You are signed out.", "done")
    return see_other(url_for("pages.sign_in"))


def _look_for_person(secret: str) -> Person | None:
    try:
        caller, row = sign_ins.recognise(http.house().database, secret, KIND, request.remote_addr)
    except Refusal as refusal:
        if refusal.code is not Code.UNIDENTIFIED:
            raise
        return None
    return Person(caller, row.user, secret)


def _checked_user(form: SignInForm) -> User:
    name, password = form.user_name.data or "", form.password.data or ""
    try:
        return sign_ins.check_password(http.house().database, name, password, request.remote_addr or "")
    except Refusal as refusal:
        if refusal.code is not Code.UNIDENTIFIED:
            raise
        message = "This name and password do not belong together."
        raise Refusal(Code.UNIDENTIFIED, message, refusal.subject, "password") from None


def _to_the_door() -> Response:
    if request.method not in {"GET", "HEAD"} or "HX-Request" in request.headers:
        raise http.unidentified("Your session has ended. Sign in again; nothing was changed.")
    if accounts.is_empty(http.house().database):
        return see_other(url_for("pages.set_up"))
    wanted = request.full_path.rstrip("?")
    return see_other(url_for("pages.sign_in", next=None if wanted == "/" else wanted))


def _safe(wanted: str | None) -> str:
    # Only a path of our own: a browser reads a backslash like a slash, and two slashes as another host.
    parts = urlsplit(wanted or "")
    is_ours = bool(wanted) and not parts.scheme and not parts.netloc and str(wanted).startswith("/")
    if not is_ours or str(wanted).startswith(("//", "/\\")) or not str(wanted).isprintable():
        return url_for("pages.list_jobs")
    return str(wanted)


def _forget_cookie() -> None:
    flashes = session.get("_flashes")
    session.clear()
    if flashes:
        session["_flashes"] = flashes
