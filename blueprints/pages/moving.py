"""Attachments moved between actions, areas and folders: the forms, and the page of one. It decides nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask import flash, request, url_for
from msgspec import UNSET, UnsetType
from wtforms import HiddenField, SelectField

from blueprints.http import caller, house
from blueprints.pages.attachments import home_of
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import PageForm, choices_of, text_field
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from core import actions, attachment_sets, attachments
from core.access import Verb
from core.attachment_checks import LONGEST_AREA
from core.commands import ByGuid, Move
from core.errors import Subject, invalid, not_found
from models import Action, Job, Record

LONGEST_FOLDER = 1000  # characters
NO_PLACE = "/"  # what takes many out of the folders or areas that they lie in


class MoveForm(PageForm):
    """Where an attachment hangs and lies."""

    first: ClassVar[Mapping[str, str]] = {}  # a choice before the actions
    action = SelectField("Action", choices=[], validate_choice=False)
    folder = text_field("Folder", LONGEST_FOLDER, required=False, list="folders", autocomplete="off")
    area = text_field("Area", LONGEST_AREA, required=False, list="areas", autocomplete="off")

    def offer(self, actions: Sequence[Action]) -> None:
        """Give the choice of actions; a record without any has no such field."""
        self.action.choices = choices_of({**self.first, **{str(action.guid): action.title for action in actions}})
        if not actions:
            del self.action


class MoveManyForm(MoveForm):
    """Where many shall hang and lie; what is left blank stays as it is."""

    status = 200  # asking is no refusal
    first: ClassVar[Mapping[str, str]] = {"": "Leave each where it is"}
    sure = HiddenField()


@PAGES.route("/attachments/<uuid:guid>/move", methods=["GET", "POST"])
def move_attachment(guid: uuid.UUID) -> Answer:
    """Show where an attachment can be moved, or move it."""
    attachment = attachments.find(house().database, caller(), guid, Verb.EDIT)
    home = home_of(attachment)
    if home is None or attachment.record is None:
        raise not_found(Subject.RECORD)
    present = {"action": str(attachment.record.guid), "folder": attachment.folder, "area": attachment.area or ""}
    form = MoveForm(request.form, data=present)
    form.offer(actions_of(home))
    if request.method == "POST" and form.validate():
        with form.noting():
            attachment_sets.move(house().database, caller(), [guid], read_move(form))
            flash("The attachment is moved.", "done")
            return see_other(url_for("pages.show_attachment", guid=guid))
    places = attachment_sets.places_of(house().database, caller(), home)
    return shown("attachments/move.html", form=form, attachment=attachment, home=home, places=places)


def actions_of(home: Record) -> Sequence[Action]:
    """Return the actions among which what hangs on a record can move."""
    return actions.of_jobs(house().database, caller(), [home.id]) if isinstance(home, Job) else []


def read_move(form: MoveForm) -> Move:
    """Return what the form of one says: blank is no folder, and no area."""
    area = (form.area.data or "").strip()
    return Move(_action(form), _folder(form.folder.data or ""), area or None)


def read_moves(form: MoveManyForm) -> Move:
    """Return what the form of many says: blank leaves each as it is."""
    folder, area = (form.folder.data or "").strip(), (form.area.data or "").strip()
    return Move(
        _action(form),
        _folder(folder) if folder else UNSET,
        UNSET if not area else None if area == NO_PLACE else area,
    )


def _folder(text: str) -> str:
    return text.strip().strip("/")


def read_guid(text: str) -> uuid.UUID | None:
    """Read the GUID in a field of a form; anything else is None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _action(form: MoveForm) -> ByGuid | UnsetType:
    chosen = form.data.get("action")  # a record without actions has no such field
    if not chosen:
        return UNSET
    guid = read_guid(chosen)
    if guid is None:
        raise invalid("action", "This action is gone; choose another.", Subject.ACTION)
    return ByGuid(guid)
