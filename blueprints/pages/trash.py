"""The trash: what was deleted, by whom and when; restored, or purged by an administrator. It decides nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, request, url_for

from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import ConfirmForm
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from blueprints.pages.marks import read_mark
from core import attachments, outputs, records, trash
from core.access import Verb, require_admin
from core.commands import ById
from core.keyset import Mark, Stretch

PAGE = 50


@PAGES.get("/trash")
def list_trash() -> Answer:
    """Show deleted attachments."""
    found = trash.attachments_in_trash(house().database, caller(), _mark(), PAGE)
    return _listed("attachments", found, trash.jobs_of(house().database, found.items))


@PAGES.get("/trash/outputs")
def list_trashed_outputs() -> Answer:
    """Show deleted outputs."""
    return _listed("outputs", trash.outputs_in_trash(house().database, caller(), _mark(), PAGE))


@PAGES.get("/trash/records")
def list_trashed_records() -> Answer:
    """Show deleted jobs and records."""
    return _listed("records", trash.records_in_trash(house().database, caller(), _mark(), PAGE))


@PAGES.post("/trash/attachments/<uuid:guid>/restore")
def restore_attachment(guid: uuid.UUID) -> Answer:
    """Take an attachment out of the trash."""
    found = attachments.find(house().database, caller(), guid, Verb.EDIT, deleted=True)
    restored = attachments.reinstate(house().database, caller(), found)
    flash(f"“{restored.name}” is back.", "done")
    return see_other(url_for("pages.list_trash"))


@PAGES.post("/trash/outputs/<digits:output_id>/restore")
def restore_output(output_id: int) -> Answer:
    """Take an output out of the trash."""
    restored = outputs.reinstate(house().database, caller(), output_id)
    flash(f"“{restored.name}” is back.", "done")
    return see_other(url_for("pages.list_trashed_outputs"))


@PAGES.post("/trash/records/<digits:record_id>/restore")
def restore_record(record_id: int) -> Answer:
    """Take a job or another record out of the trash, with all that hangs on it."""
    restored = records.reinstate(house().database, caller(), record_id)
    flash(f"“{restored.title}” is back.", "done")
    return see_other(url_for("pages.list_trashed_records"))


@PAGES.route("/trash/attachments/<uuid:guid>/purge", methods=["GET", "POST"])
def purge_attachment(guid: uuid.UUID) -> Answer:
    """Ask whether an attachment shall go for good, or remove it."""
    require_admin(caller())
    found = attachments.find(house().database, caller(), guid, deleted=True)
    if request.method == "POST":
        attachments.purge(house().database, caller(), found)
        return _gone(found.name, "pages.list_trash")
    return _asked(found.name, "pages.list_trash")


@PAGES.route("/trash/outputs/<digits:output_id>/purge", methods=["GET", "POST"])
def purge_output(output_id: int) -> Answer:
    """Ask whether an output shall go for good, or remove it."""
    require_admin(caller())
    found = outputs.find(house().database, caller(), output_id)
    if request.method == "POST":
        outputs.purge(house().database, caller(), output_id)
        return _gone(found.name, "pages.list_trashed_outputs")
    return _asked(found.name, "pages.list_trashed_outputs")


@PAGES.route("/trash/records/<digits:record_id>/purge", methods=["GET", "POST"])
def purge_record(record_id: int) -> Answer:
    """Ask whether a record shall go for good with all that hangs on it, or remove it."""
    require_admin(caller())
    found = records.find(house().database, caller(), ById(record_id), deleted=True)
    if request.method == "POST":
        records.purge(house().database, caller(), record_id)
        return _gone(found.title, "pages.list_trashed_records")
    return _asked(found.title, "pages.list_trashed_records")


def _mark() -> Mark | None:
    return read_mark(request.args.get("at"), datetime)


def _listed(kind: str, found: Stretch[Any], jobs: Mapping[int, str] | None = None) -> Answer:
    deleters = trash.deleters(house().database, found.items)
    return shown(
        "trash/list.html",
        kind=kind,
        found=found,
        deleters=deleters,
        jobs=jobs or {},
        days=house().settings.retention_days,
        is_admin=caller().is_admin,
    )


def _asked(name: str, back: str) -> Answer:
    return shown("trash/purge.html", form=ConfirmForm(request.form), name=name, back=url_for(back))


def _gone(name: str, back: str) -> Answer:
    flash(f"“{name}” is gone for good.", "done")
    return see_other(url_for(back))
