"""Who may see a record, as those who manage it see and change it. It decides nothing."""

from __future__ import annotations

from flask import flash, request, url_for

from blueprints.http import caller, house
from blueprints.pages.attachments import place_of
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import ShareForm, choices_of
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer, find_job
from blueprints.pages.records import find_record
from core import accounts, groups, shares
from core.access import Verb
from core.errors import invalid
from models import Group, Level, Record, User

_LEVELS = {"read": Level.READ, "edit": Level.EDIT, "manage": Level.MANAGE}


@PAGES.route("/jobs/<digits:number>/sharing", methods=["GET", "POST"])
def share_job(number: int) -> Answer:
    """Show with whom a job is shared, or share it with one more."""
    return _shared(find_job(number, Verb.MANAGE))


@PAGES.post("/jobs/<digits:number>/sharing/<holder>/end")
def unshare_job(number: int, holder: str) -> Answer:
    """Take a share away."""
    return _unshared(find_job(number, Verb.MANAGE), holder)


@PAGES.route("/records/<type_name>/<digits:number>/sharing", methods=["GET", "POST"])
def share_record(type_name: str, number: int) -> Answer:
    """Show with whom a record is shared, or share it with one more."""
    return _shared(find_record(type_name, number, Verb.MANAGE))


@PAGES.post("/records/<type_name>/<digits:number>/sharing/<holder>/end")
def unshare_record(type_name: str, number: int, holder: str) -> Answer:
    """Take a share away."""
    return _unshared(find_record(type_name, number, Verb.MANAGE), holder)


def _shared(record: Record) -> Answer:
    form = ShareForm(request.form)
    form.holder.choices = choices_of(_holders(record.owner_id))
    if request.method == "POST" and form.validate():
        with form.noting():
            holder = _holder(form.holder.data or "")
            shares.set_level(house().database, caller(), record, holder, _LEVELS[form.level.data])
            flash(f"“{record.title}” is shared with {holder.name}.", "done")
            return see_other(_sharing_place(record))
    given = shares.of_record(house().database, caller(), record)
    place = place_of(record)
    return shown(
        "records/sharing.html", form=form, record=record, shares=given, place=place, here=_sharing_place(record)
    )


def _unshared(record: Record, holder: str) -> Answer:
    found = _holder(holder)
    shares.set_level(house().database, caller(), record, found, Level.NONE)
    flash(f"“{record.title}” is no longer shared with {found.name}.", "done")
    return see_other(_sharing_place(record))


def _sharing_place(record: Record) -> str:
    if record.kind == "job":
        return url_for("pages.share_job", number=record.number)
    return url_for("pages.share_record", type_name=record.record_type.name, number=record.number)


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
