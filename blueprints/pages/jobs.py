"""Jobs as people see them: the list, one job, and the forms that change it. It decides nothing."""

from __future__ import annotations

from datetime import datetime

from flask import flash, render_template, request, url_for
from msgspec import UNSET
from werkzeug.wrappers import Response

from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import JOB_TYPES, ConfirmForm, DescriptionForm, JobForm, NoteForm, ReviseJobForm
from blueprints.pages.frame import see_other, shown, wants_fragment
from blueprints.pages.marks import read_mark
from blueprints.pages.views import JobView, blocks_of, room_of
from core import (
    accounts,
    actions,
    archives,
    attachment_lists,
    attachments,
    job_pages,
    jobs,
    output_lists,
    records,
    shares,
    timeline,
)
from core.access import Rights, Verb, may_create
from core.commands import ByNumber, CreateJob, ReviseJob
from core.job_pages import JobQuery
from core.keyset import Value
from models import Job

Answer = Response | str | tuple[str, int]

PAGE = 50  # jobs on a page of the list
FILES = 100  # attachments, and outputs, on the page of a job; all have pages of their own
# What the list may be sorted by: the word in the address → column, descending, kind of its value.
SORTS: dict[str, tuple[str, bool, type[Value]]] = {
    "changed": ("updated_at", True, datetime),
    "created": ("created_at", True, datetime),
    "name": ("title", False, str),
    "number": ("number", True, int),
}


@PAGES.get("/")
def home() -> Response:
    """Lead to the list of jobs."""
    return see_other(url_for("pages.list_jobs"))


@PAGES.get("/jobs")
def list_jobs() -> Answer:
    """Show the jobs that the caller may read."""
    database, wanted = house().database, _wanted()
    column, descending, kind = SORTS[wanted["sort"]]
    query = JobQuery(
        text=wanted["q"],
        drivers=(wanted["type"],) if wanted["type"] else (),
        owner_id=_owner_id(wanted["owner"]),
        sort=((column, descending),),
    )
    found = job_pages.stretch_of_jobs(database, caller(), query, read_mark(request.args.get("at"), kind), PAGE)
    return shown(
        "jobs/list.html",
        wanted=wanted,
        found=found,
        contents=job_pages.contents_of(database, caller(), [job.id for job in found.items]),
        types={name: JOB_TYPES.get(name, name) for name in job_pages.drivers_in_use(database, caller())},
        owners=accounts.all_users(database),
        may_create=may_create(caller()),
    )


@PAGES.route("/jobs/new", methods=["GET", "POST"])
def create_job() -> Answer:
    """Show the form of a new job, or make it."""
    form = JobForm(request.form)
    if request.method == "POST" and form.validate():
        command = CreateJob(
            title=form.title.data or "",
            driver=form.driver.data,
            description=form.description.data or "",
            private=form.private.data,
        )
        with form.noting():
            job = jobs.create(house().database, caller(), command, form.nonce.data)
            flash("The job is created. Attach its files below.", "done")
            return see_other(url_for("pages.show_job", number=job.number))
    return shown("jobs/new.html", form=form)


@PAGES.get("/jobs/<digits:number>")
def show_job(number: int) -> Answer:
    """Show one job with all that it has."""
    return shown("jobs/job.html", view=view_of(find_job(number)), note_form=NoteForm())


@PAGES.route("/jobs/<digits:number>/edit", methods=["GET", "POST"])
def revise_job(number: int) -> Answer:
    """Show the form of a job, or change it."""
    job = find_job(number, Verb.EDIT)
    rights = records.rights_of(house().database, caller(), job)
    form = ReviseJobForm(request.form, obj=job)
    if request.method == "POST" and form.validate():
        command = ReviseJob(
            title=form.title.data or "",
            description=form.description.data or "",
            private=form.private.data if rights.manage else UNSET,
        )
        with form.noting():
            jobs.revise(house().database, caller(), job.id, command)
            flash("The changes are saved.", "done")
            return see_other(url_for("pages.show_job", number=number))
    return shown("jobs/edit.html", form=form, job=job, rights=rights)


@PAGES.get("/jobs/<digits:number>/description")
def show_description(number: int) -> Answer:
    """Show the description of a job by itself, for a script that closes the form."""
    job = find_job(number)
    rights = records.rights_of(house().database, caller(), job)
    return render_template("jobs/_description.html", job=job, rights=rights)


@PAGES.route("/jobs/<digits:number>/description/edit", methods=["GET", "POST"])
def describe_job(number: int) -> Answer:
    """Show the form of a description, in its place or on a page of its own, or change it."""
    job = find_job(number, Verb.EDIT)
    form = DescriptionForm(request.form, obj=job)
    if request.method == "POST" and form.validate():
        with form.noting():
            job = jobs.revise(house().database, caller(), job.id, ReviseJob(description=form.description.data or ""))
            return _described(job)
    page = "jobs/_describe.html" if wants_fragment() else "jobs/describe.html"
    return shown(page, form=form, job=job)


@PAGES.route("/jobs/<digits:number>/delete", methods=["GET", "POST"])
def delete_job(number: int) -> Answer:
    """Ask whether a job shall go, or move it to the trash."""
    job = find_job(number, Verb.MANAGE)
    form = ConfirmForm(request.form)
    if request.method == "POST":
        with form.noting():
            records.forget(house().database, caller(), job.id)
            flash(f"“{job.title}” is in the trash.", "done")
            return see_other(url_for("pages.list_jobs"))
    contents = job_pages.contents_of(house().database, caller(), [job.id])[job.id]
    return shown("jobs/delete.html", form=form, job=job, contents=contents, days=house().settings.retention_days)


@PAGES.get("/jobs/<digits:number>/files")
def list_files(number: int) -> Answer:
    """Show all attachments of a job, a page at a time."""
    job = find_job(number)
    text = request.args.get("q", "").strip()[:200]
    mark = read_mark(request.args.get("at"), datetime)
    found = attachment_lists.stretch_of(house().database, caller(), job, text, mark, FILES)
    total = sum(attachments.counts_of(house().database, caller(), [job.id]).values())
    rights = records.rights_of(house().database, caller(), job)
    return shown("jobs/files.html", job=job, found=found, text=text, total=total, rights=rights)


@PAGES.get("/jobs/<digits:number>/outputs")
def list_outputs(number: int) -> Answer:
    """Show all outputs of a job, a page at a time."""
    job = find_job(number)
    found = output_lists.stretch_of(house().database, caller(), job, read_mark(request.args.get("at"), int), FILES)
    rights = records.rights_of(house().database, caller(), job)
    return shown("jobs/outputs.html", job=job, found=found, rights=rights)


def find_job(number: int, verb: Verb = Verb.READ) -> Job:
    """Find the job of that number; refuses NOT_FOUND and DENIED."""
    return jobs.find(house().database, caller(), ByNumber("Job", number), verb)


def view_of(job: Job) -> JobView:
    """Gather what the page of a job shows."""
    database = house().database
    found = attachment_lists.stretch_of(database, caller(), job, limit=FILES)
    totals = attachments.counts_of(database, caller(), [job.id])
    rights = records.rights_of(database, caller(), job)
    return JobView(
        job=job,
        rights=rights,
        blocks=blocks_of(actions.of_jobs(database, caller(), [job.id]), found.items, totals),
        total=sum(totals.values()),
        outputs=output_lists.stretch_of(database, caller(), job, limit=FILES).items,
        shares=shares.of_record(database, caller(), job),
        room=room_of(house()),
        weights=archives.weigh(database, caller(), job),
        told=timeline.tell(database, caller(), job),
    )


def _wanted() -> dict[str, str]:
    given = {name: request.args.get(name, "").strip()[:200] for name in ("q", "type", "owner", "sort")}
    given["owner"] = "me" if request.args.get("mine") else given["owner"]
    return given | {"sort": given["sort"] if given["sort"] in SORTS else "changed"}


def _owner_id(owner: str) -> int | None:
    if owner == "me":
        return caller().user_id
    return int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 18 else None


def _described(job: Job) -> Answer:
    if wants_fragment():
        rights = Rights(edit=True, manage=False)  # whoever has just edited may edit
        return render_template("jobs/_description.html", job=job, rights=rights, focus=True)
    flash("The description is saved.", "done")
    return see_other(url_for("pages.show_job", number=job.number))
