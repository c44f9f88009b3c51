"""The addresses of SaferMe's API for reports, their search and their signatures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, request

from blueprints import http
from blueprints.saferme import wire
from blueprints.saferme import wire_lists as lists
from blueprints.saferme import wire_reports as words
from blueprints.saferme.blueprint import API_PATH, BLUEPRINT, MOST_JSON
from blueprints.saferme.house import link_to
from blueprints.saferme.replies import nothing, reply
from core import attachments, record_pages, records, reports
from core.access import Verb
from core.paging import Slice
from core.record_pages import RecordQuery

if TYPE_CHECKING:
    from models import Record

MOST_FOUND = 10_000  # reports of one search


@BLUEPRINT.post(f"{API_PATH}/reports")
def create_report() -> Response:
    """Make a report; the same uuid again gives the one that is there."""
    body = http.read_json(request, MOST_JSON)
    command = words.read_new_report(body, reports.form(http.house().database))
    return reply(_shown([reports.create(http.house().database, http.caller(), command)])[0], 201)


@BLUEPRINT.get(f"{API_PATH}/reports")
def list_reports() -> Response:
    """List the reports that the caller may read, the last changed first; the status is always 200."""
    query = RecordQuery(type_name=reports.TYPE, part=lists.read_part(request.headers.get("Range")))
    page = record_pages.page_records(http.house().database, http.caller(), query)
    response = reply(_shown(page.items))
    response.headers["Content-Range"] = lists.content_range("reports", page)
    response.headers["Accept-Ranges"] = "reports"
    return response


@BLUEPRINT.get(f"{API_PATH}/reports/search")
def search_reports() -> Response:
    """Begin a search: its id carries what is looked for."""
    search = lists.read_search(request.args, request.args.getlist("channel_ids[]"))
    found = lists.search_id(search)
    return reply({"id": found, "url": http.absolute(f"/api/v4/report_searches/{found}")})


@BLUEPRINT.get(f"{API_PATH}/report_searches/<search_id>")
def show_search(search_id: str) -> Response:
    """Show what a search finds now."""
    search = lists.read_search_id(search_id)
    query = RecordQuery(
        type_name=reports.TYPE,
        changed_after=search.changed_after,
        sort=((search.column, search.descending),),
        part=Slice(0, MOST_FOUND),
    )
    page = record_pages.page_records(http.house().database, http.caller(), query)
    return reply([words.show_found(report) for report in page.items])


@BLUEPRINT.get(f"{API_PATH}/reports/<reference>")
def show_report(reference: str) -> Response:
    """Show a report."""
    return reply(_shown([_found(reference)])[0])


@BLUEPRINT.patch(f"{API_PATH}/reports/<reference>")
def revise_report(reference: str) -> Response:
    """Change what is given of a report."""
    report = _found(reference, Verb.EDIT)
    command = words.read_revision(http.read_json(request, MOST_JSON), report.record_type)
    reports.fill(http.house().database, http.caller(), report, command)
    return nothing()


@BLUEPRINT.delete(f"{API_PATH}/reports/<reference>")
def forget_report(reference: str) -> Response:
    """Put a report in the trash."""
    records.forget(http.house().database, http.caller(), _found(reference).id)
    return nothing()


@BLUEPRINT.post(f"{API_PATH}/reports/<reference>/signatures")
def sign_report(reference: str) -> Response:
    """Hang somebody's signature on a report."""
    report = _found(reference, Verb.EDIT)
    attachment_id, name = words.read_signature(http.read_json(request, MOST_JSON))
    reports.append_file(http.house().database, http.caller(), report, attachment_id, f"Signature of {name}")
    signature = attachments.find(http.house().database, http.caller(), attachment_id)
    shown = wire.show_attachment(signature, link_to, styles=False)
    return reply({name: shown[name] for name in ("id", "original_url", "filename", "style_url")}, 201)


@BLUEPRINT.post(f"{API_PATH}/report_comments")
def comment_report() -> Response:
    """Say something about a report."""
    reference, command = words.read_comment(http.read_json(request, MOST_JSON))
    report = reports.find(http.house().database, http.caller(), reference)
    comment = reports.comment(http.house().database, http.caller(), report, command)
    return reply(words.show_comment(comment, report), 201)


@BLUEPRINT.get(f"{API_PATH}/report_comments")
def list_comments() -> Response:
    """List what was said about a report."""
    report = reports.find(http.house().database, http.caller(), words.read_commented(request.args))
    comments = reports.comments_of(http.house().database, http.caller(), [report])
    return reply([words.show_comment(comment, report) for comment in comments])


def _found(reference: str, verb: Verb = Verb.READ) -> Record:
    return reports.find(http.house().database, http.caller(), words.read_report_reference(reference), verb)


def _shown(found: Sequence[Record]) -> list[dict[str, object]]:
    fields, database, caller = lists.read_fields(request.args), http.house().database, http.caller()
    around = words.Around(
        attachments.of_records(database, caller, found if fields.wants("form_fields") else []),
        reports.comments_of(database, caller, found if fields.wants("comment_count") else []),
    )
    return [words.show_report(report, around, fields, link_to) for report in found]
