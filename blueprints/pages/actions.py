"""The steps of a job as people see them: added, changed, ordered, removed. It decides nothing."""

from __future__ import annotations

import uuid

from flask import flash, request, url_for

from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import ActionForm, ConfirmForm, ReviseActionForm
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer, find_job
from core import actions, attachments
from core.access import Verb
from core.commands import ByNumber, CreateAction, ReviseAction
from models import Action

_STEPS = {"up": -1, "down": 1}


@PAGES.route("/jobs/<digits:number>/actions/new", methods=["GET", "POST"])
def add_action(number: int) -> Answer:
    """Show the form of a new action, or add it."""
    job = find_job(number, Verb.EDIT)
    form = ActionForm(request.form)
    if request.method == "POST" and form.validate():
        command = CreateAction(
            driver=form.driver.data, title=form.title.data or "", description=form.description.data or ""
        )
        with form.noting():
            action = actions.add(house().database, caller(), job.id, command, form.nonce.data)
            flash(f"“{action.title}” is added.", "done")
            return see_other(_place(number, action))
    return shown("jobs/action_new.html", form=form, job=job)


@PAGES.route("/jobs/<digits:number>/actions/<uuid:guid>/edit", methods=["GET", "POST"])
def revise_action(number: int, guid: uuid.UUID) -> Answer:
    """Show the form of an action, or change it."""
    job, action = find_job(number, Verb.EDIT), _find(number, guid)
    form = ReviseActionForm(request.form, obj=action)
    if request.method == "POST" and form.validate():
        command = ReviseAction(
            title=form.title.data or "", description=form.description.data or "", enabled=form.enabled.data
        )
        with form.noting():
            actions.revise(house().database, caller(), action.id, command)
            flash("The changes are saved.", "done")
            return see_other(_place(number, action))
    return shown("jobs/action_edit.html", form=form, job=job, action=action)


@PAGES.post("/jobs/<digits:number>/actions/<uuid:guid>/move/<any(up, down):way>")
def move_action(number: int, guid: uuid.UUID, way: str) -> Answer:
    """Move an action one place up or down."""
    action = _find(number, guid)
    actions.revise(house().database, caller(), action.id, ReviseAction(index=action.index + _STEPS[way]))
    return see_other(_place(number, action))


@PAGES.route("/jobs/<digits:number>/actions/<uuid:guid>/delete", methods=["GET", "POST"])
def remove_action(number: int, guid: uuid.UUID) -> Answer:
    """Ask whether an action shall go, or remove it with its attachments."""
    job, action = find_job(number, Verb.EDIT), _find(number, guid)
    form = ConfirmForm(request.form)
    if request.method == "POST":
        with form.noting():
            actions.remove(house().database, caller(), action.id)
            flash(f"“{action.title}” and its files are removed.", "done")
            return see_other(url_for("pages.show_job", number=number))
    total = attachments.counts_of(house().database, caller(), [job.id]).get(action.id, 0)
    return shown("jobs/action_delete.html", form=form, job=job, action=action, total=total)


def _find(number: int, guid: uuid.UUID) -> Action:
    return actions.find(house().database, caller(), ByNumber("Job", number), guid, Verb.EDIT)


def _place(number: int, action: Action) -> str:
    return url_for("pages.show_job", number=number, _anchor=f"action-{action.guid}")
