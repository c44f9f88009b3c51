"""What is done with many attachments that were ticked: sent as a zip, moved, put in the trash. It decides nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import flash, request
from werkzeug.wrappers import Response

from blueprints import http
from blueprints.http import caller, house
from blueprints.pages.attachments import place_of
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import SureForm
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from blueprints.pages.measures import counted
from blueprints.pages.moving import MoveManyForm, actions_of, read_guid, read_moves
from blueprints.pages.records import find_record
from core import archives, attachment_sets
from core.access import Verb
from core.archives import Selection
from models import Attachment, Record

_JOB = {"type_name": "Job"}


@PAGES.post("/jobs/<digits:number>/selection/zip", defaults=_JOB)
@PAGES.post("/records/<type_name>/<digits:number>/selection/zip")
def zip_selection(type_name: str, number: int) -> Answer:
    """Send the ticked attachments as a zip."""
    home = find_record(type_name, number)
    found = [attachment.guid for attachment in _ticked(home) if attachment.blob is not None]
    if not found:
        return _nothing(home, "Tick the files to download first; a link has nothing to download.")
    members = archives.members(house().database, caller(), home, Selection(found, []))
    return http.send_archive(house().store, home.title, members)


@PAGES.post("/jobs/<digits:number>/selection/trash", defaults=_JOB)
@PAGES.post("/records/<type_name>/<digits:number>/selection/trash")
def trash_selection(type_name: str, number: int) -> Answer:
    """Ask whether the ticked attachments shall go, or move them to the trash."""
    home = find_record(type_name, number, Verb.EDIT)
    found, form = _ticked(home), SureForm(request.form)
    if not found:
        return _nothing(home, "Tick the files to move to the trash first.")
    if form.sure.data:
        with form.noting():
            gone = attachment_sets.detach_many(house().database, caller(), _guids(found))
            flash(f"{counted(gone, 'attachment')} moved to the trash.", "done")
            return see_other(place_of(home))
    days = house().settings.retention_days
    return shown("attachments/delete_many.html", form=form, home=home, ticked=found, place=place_of(home), days=days)


@PAGES.post("/jobs/<digits:number>/selection/move", defaults=_JOB)
@PAGES.post("/records/<type_name>/<digits:number>/selection/move")
def move_selection(type_name: str, number: int) -> Answer:
    """Show where the ticked attachments can be moved, or move them."""
    home = find_record(type_name, number, Verb.EDIT)
    found, form = _ticked(home), MoveManyForm(request.form)
    if not found:
        return _nothing(home, "Tick the files to move first.")
    form.offer(actions_of(home))
    if form.sure.data and form.validate():
        with form.noting():
            moved = attachment_sets.move(house().database, caller(), _guids(found), read_moves(form))
            flash(f"{counted(len(moved), 'attachment')} moved.", "done")
            return see_other(place_of(home))
    places = attachment_sets.places_of(house().database, caller(), home)
    return shown("attachments/move_many.html", form=form, home=home, ticked=found, place=place_of(home), places=places)


def _ticked(home: Record) -> Sequence[Attachment]:
    named = (read_guid(text) for text in request.form.getlist("attachment"))
    guids = [guid for guid in named if guid is not None]
    return attachment_sets.chosen(house().database, caller(), home, guids)


def _guids(found: Sequence[Attachment]) -> list[uuid.UUID]:
    return [attachment.guid for attachment in found]


def _nothing(home: Record, words: str) -> Response:
    flash(words, "refused")
    return see_other(place_of(home))
