"""The accounts of people, for administrators. It decides nothing: whoever is none is refused by the core."""

from __future__ import annotations

from flask import flash, request, url_for
from msgspec import UNSET

from blueprints.http import caller, house
from blueprints.pages.account_forms import NewUserForm, UserForm
from blueprints.pages.blueprint import PAGES
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from core import accounts
from core.access import require_admin
from core.accounts import AddUser, ReviseUser


@PAGES.get("/admin/users")
def list_users() -> Answer:
    """Show every account of a person."""
    require_admin(caller())
    users = [user for user in accounts.all_users(house().database) if not user.is_application]
    return shown("admin/users.html", users=users)


@PAGES.route("/admin/users/new", methods=["GET", "POST"])
def add_user() -> Answer:
    """Show the form of a new account, or make it."""
    require_admin(caller())
    form = NewUserForm(request.form)
    if request.method == "POST" and form.validate():
        with form.noting():
            made = accounts.add(house().database, caller(), _new_user(form))
            flash(f"{made.name} can sign in now.", "done")
            return see_other(url_for("pages.list_users"))
    return shown("admin/user_new.html", form=form)


@PAGES.route("/admin/users/<digits:user_id>", methods=["GET", "POST"])
def revise_user(user_id: int) -> Answer:
    """Show the form of an account, or change it."""
    require_admin(caller())
    user = accounts.find_by_id(house().database, user_id)
    form = UserForm(request.form, obj=user)
    if request.method == "POST" and form.validate():
        with form.noting():
            accounts.revise(house().database, caller(), user_id, _revision(form))
            flash(f"The account of {user.name} is saved.", "done")
            return see_other(url_for("pages.list_users"))
    return shown("admin/user.html", form=form, user=user)


def _new_user(form: NewUserForm) -> AddUser:
    return AddUser(
        name=form.user_name.data or "",
        role=form.role.data,
        password=form.password.data or "",
        email=form.email.data or None,
        full_name=form.full_name.data or "",
    )


def _revision(form: UserForm) -> ReviseUser:
    return ReviseUser(
        full_name=form.full_name.data or "",
        email=form.email.data or None,
        role=form.role.data,
        enabled=form.enabled.data,
        password=form.password.data or UNSET,
    )
