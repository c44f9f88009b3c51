"""The set-up page: the one-time code of the terminal makes the first administrator. It knows no code."""

from __future__ import annotations

from flask import flash, request, url_for

from blueprints import http
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import SetUpForm
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from blueprints.pages.session import enter
from core import accounts, first_run
from core.errors import Code


@PAGES.route("/setup", methods=["GET", "POST"])
def set_up() -> Answer:
    """Show the form of the first administrator, or make them and sign them in; gone once there is an account."""
    database = http.house().database
    if not accounts.is_empty(database):
        return see_other(url_for("pages.sign_in"))
    form = SetUpForm(request.form)
    if request.method == "POST" and form.validate():
        words = [str(field.data or "") for field in (form.code, form.user_name, form.password, form.full_name)]
        with form.noting(Code.UNAVAILABLE):
            enter(first_run.found(database, *words))
            flash("Welcome. You are the administrator; add your team under your name, top right.", "done")
            return see_other(url_for("pages.list_jobs"))
    return shown("session/set_up.html", form=form)
