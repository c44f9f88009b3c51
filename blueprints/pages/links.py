"""Links in: the forms that attach an address of the web to a job or a record. They decide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, request

from blueprints.http import caller, house
from blueprints.pages.attaching import record_named
from blueprints.pages.attachments import place_of
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import LinkForm, choices_of
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer, find_job
from blueprints.pages.records import find_record
from core import actions, attachments
from core.access import Verb
from core.attachment_checks import checked_web_address
from core.commands import Attach
from models import Record


@PAGES.route("/jobs/<digits:number>/link", methods=["GET", "POST"])
def attach_link(number: int) -> Answer:
    """Show the form that attaches a link to a job, or attach it."""
    job = find_job(number, Verb.EDIT)
    return _link(job, actions.of_jobs(house().database, caller(), [job.id]))


@PAGES.route("/records/<type_name>/<digits:number>/link", methods=["GET", "POST"])
def attach_link_to_record(type_name: str, number: int) -> Answer:
    """Show the form that attaches a link to a record, or attach it."""
    record = find_record(type_name, number, Verb.EDIT)
    return _link(record, [record])


def _link(home: Record, holders: Sequence[Record]) -> Answer:
    form = LinkForm(request.form, data={"action": request.args.get("action")})
    form.action.choices = choices_of({str(holder.guid): holder.title for holder in holders})
    if request.method == "POST" and form.validate():
        with form.noting():
            record = record_named(holders, form.action.data or "")
            made = attachments.attach_many(house(), caller(), record, [_command(form)], form.nonce.data)
            flash(f"The link “{made[0].name}” is attached." if made else "The link is attached.", "done")
            return see_other(place_of(home))
    return shown("attachments/link.html", form=form, record=home, place=place_of(home))


def _command(form: LinkForm) -> Attach:
    return Attach(
        name=form.name.data or "",
        description=form.description.data or "",
        driver="link",
        link_target=checked_web_address(form.link_target.data or ""),
    )
