"""The house itself, for administrators: how full it is, what failed, who did what, how it is set. It decides nothing."""

from __future__ import annotations

from dataclasses import fields

from flask import flash, request, url_for

from blueprints.http import caller, house
from blueprints.pages.account_forms import ApplicationForm
from blueprints.pages.blueprint import PAGES
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from blueprints.pages.measures import size
from core import accounts, applications, audit, health
from core.access import require_admin
from core.audit import TrailQuery
from core.settings import Settings

LINES = 50  # of the trail on a page
_SIZES = frozenset({"max_upload", "max_json", "disk_reserve"})  # settings in bytes
_KINDS = {
    "live": "Files and outputs",
    "trash": "Trash",
    "versions": "Earlier versions",
    "renditions": "Small pictures",
    "uploads": "Uploads on their way",
    "leaving": "Deleted, gone within minutes",
}


@PAGES.get("/admin")
def show_house() -> Answer:
    """Show how full the house is, and what the background worker could not do."""
    failed = health.faults(house().database, caller())
    return shown("admin/house.html", found=health.fullness(house()), kinds=_KINDS, failed=failed)


@PAGES.get("/admin/trail")
def show_trail() -> Answer:
    """Show who did what, the newest first."""
    before = request.args.get("before", type=int)
    verb = request.args.get("verb", "").strip()[:40] or None
    query = TrailQuery(verb=verb, before=before if before and 0 < before < 2**62 else None, limit=LINES + 1)
    lines = audit.page_of_trail(house().database, caller(), query)
    return shown("admin/trail.html", lines=lines[:LINES], more=len(lines) > LINES, verb=verb)


@PAGES.get("/admin/settings")
def show_settings() -> Answer:
    """Show every setting; of a secret only that there is one."""
    require_admin(caller())
    return shown("admin/settings.html", settings=_settings(house().settings))


@PAGES.route("/admin/applications", methods=["GET", "POST"])
def list_applications() -> Answer:
    """Show the accounts of programs, or make one and show its secret this once."""
    require_admin(caller())
    form = ApplicationForm(request.form)
    if request.method == "POST" and form.validate():
        with form.noting():
            made = applications.add(house().database, caller(), form.name.data or "", form.role.data)
            return shown("admin/application_made.html", made=made)
    found = [user for user in accounts.all_users(house().database) if user.is_application]
    return shown("admin/applications.html", form=form, applications=found)


@PAGES.post("/admin/applications/<digits:user_id>/renew")
def renew_application(user_id: int) -> Answer:
    """Give a program a new secret, and show it this once."""
    found = accounts.find_by_id(house().database, user_id)
    made = applications.renew(house().database, caller(), found.name)
    return shown("admin/application_made.html", made=made)


@PAGES.post("/admin/applications/<digits:user_id>/<any(shut, open):wanted>")
def shut_application(user_id: int, wanted: str) -> Answer:
    """Shut a program out, or let it in again."""
    command = accounts.ReviseUser(enabled=wanted == "open")
    changed = accounts.revise(house().database, caller(), user_id, command)
    flash(f"{changed.name} is {'let in again' if changed.enabled else 'shut out'}.", "done")
    return see_other(url_for("pages.list_applications"))


def _settings(settings: Settings) -> dict[str, str]:
    return {
        f"ADDENDA_{field.name.upper()}": _said(field.name, getattr(settings, field.name), is_secret=not field.repr)
        for field in fields(settings)
    }


def _said(name: str, value: object, *, is_secret: bool) -> str:
    if is_secret:
        return "set, and not shown" if value else "not set"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if name in _SIZES and isinstance(value, int):
        return size(value)
    return "not set" if value is None else str(value)
