"""Everything of a job, an action or a record in one zip. It packs nothing itself and decides nothing."""

from __future__ import annotations

import uuid

from flask import Response

from blueprints import http
from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.records import find_record
from core import actions, archives
from core.commands import ByNumber
from models import Record


@PAGES.get("/jobs/<digits:number>/zip", defaults={"type_name": "Job"})
@PAGES.get("/records/<type_name>/<digits:number>/zip")
def zip_record(type_name: str, number: int) -> Response:
    """Send all files of a record as a zip; of a job those of its actions and its outputs."""
    return _zip(find_record(type_name, number))


@PAGES.get("/jobs/<digits:number>/actions/<uuid:guid>/zip")
def zip_action(number: int, guid: uuid.UUID) -> Response:
    """Send all files of an action as a zip."""
    return _zip(actions.find(house().database, caller(), ByNumber("Job", number), guid))


def _zip(record: Record) -> Response:
    return http.send_archive(house().store, record.title, archives.members(house().database, caller(), record))
