"""Who may see a job, as those who manage it see and change it. It decides nothing."""

from __future__ import annotations

from flask import flash, request, url_for

from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import ShareForm, choices_of
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer, find_job
from core import accounts, groups, records
from core.access import Verb
from core.errors import invalid
from models import Group, Level, User

_LEVELS = {"read": Level.READ, "edit": Level.EDIT, "manage": Level.MANAGE}


@PAGES.route("/jobs/<digits:number>/sharing", methods=["GET", "POST"])
def share_job(number: int) -> Answer:
    """Show with whom a job is shared, or share it with one more."""
    job = find_job(number, Verb.MANAGE)
    form = ShareForm(request.form)
    form.holder.choices = choices_of(_holders(job.owner_id))
    if request.method == "POST" and form.validate():
        with form.noting():
            holder = _holder(form.holder.data or "")
            records.share(house().database, caller(), job, holder, _LEVELS[form.level.data])
            flash(f"The job is shared with {holder.name}.", "done")
            return see_other(url_for("pages.share_job", number=number))
    shares = records.shares_of(house().database, caller(), job)
    return shown("jobs/sharing.html", form=form, job=job, shares=shares)


@PAGES.post("/jobs/<digits:number>/sharing/<holder>/end")
def unshare_job(number: int, holder: str) -> Answer:
    """Take a share away."""
    job = find_job(number, Verb.MANAGE)
    found = _holder(holder)
    records.share(house().database, caller(), job, found, Level.NONE)
    flash(f"The job is no longer shared with {found.name}.", "done")
    return see_other(url_for("pages.share_job", number=number))


def _holders(owner_id: int | None) -> dict[str, str]:
    users = [user for user in accounts.all_users(house().database) if user.enabled and user.id != owner_id]
    people = {f"user-{user.id}": user.shown_name for user in users}
    return people | {f"group-{group.id}": f"{group.name} (group)" for group in groups.all_groups(house().database)}


def _holder(text: str) -> User | Group:
    kind, _, number = text.partition("-")
    if kind not in {"user", "group"} or not (number.isascii() and number.isdigit() and len(number) < 18):
        raise invalid("holder", "Choose a person or a group.")
    if kind == "user":
        return accounts.find_by_id(house().database, int(number))
    return groups.find_by_id(house().database, int(number))
