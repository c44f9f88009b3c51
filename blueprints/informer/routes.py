"""Every address of this API and its handler; the root, and the lists of what can be chosen, are answered here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, Response

from blueprints.informer import attachment_routes as attachments
from blueprints.informer import auth, drivers, hal
from blueprints.informer import job_routes as jobs
from blueprints.informer import session_routes as sessions
from core.errors import Code, Refusal, Subject

Handler = Callable[..., Response]

JOB: Final = "/jobs/<job_id>"
ACTION: Final = f"{JOB}/actions/<action_id>"
ATTACHMENT: Final = f"{ACTION}/attachments/<attachment_id>"


def root() -> Response:
    """Show where everything is; clients walk the relations from here."""
    links = {
        "self": hal.link("/api"),
        "curies": hal.CURIES,
        "inf:jobs": {"href": f"/api/jobs{hal.SEARCHABLE}", "templated": True},
        "inf:jobs-list": hal.link("/api/jobs-list"),
        "inf:job-action-drivers": hal.link("/api/job-action-drivers"),
        "inf:job-attachment-drivers": hal.link("/api/job-attachment-drivers"),
        "inf:files": {"href": f"/api/files{hal.SEARCHABLE}", "templated": True},
        "inf:tokens": hal.link("/api/tokens"),
        "inf:sessions": hal.link("/api/sessions"),
        "inf:logout": hal.link("/api/logout"),
    }
    return hal.reply({"_links": links})


def list_attachment_drivers() -> Response:
    """List the kinds of attachments."""
    return _offers("job-attachment-driver", drivers.ATTACHMENT_DRIVERS)


def show_attachment_driver(driver_id: str) -> Response:
    """Show one kind of attachment."""
    return hal.reply(_offer(drivers.ATTACHMENT_DRIVERS, driver_id))


def list_action_drivers() -> Response:
    """List the kinds of actions."""
    return _offers("job-action-driver", drivers.ACTION_DRIVERS)


def show_action_driver(driver_id: str) -> Response:
    """Show one kind of action."""
    return hal.reply(_offer(drivers.ACTION_DRIVERS, driver_id))


RULES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "", root),
    ("POST", "/auth/login", sessions.log_in),
    ("POST", "/login/<domain>", sessions.log_in_to),
    ("GET POST", "/logout", sessions.log_out),
    ("GET", "/sessions", sessions.list_sessions),
    ("GET", "/sessions/<session_id>", sessions.show_session),
    ("DELETE", "/sessions/<session_id>", sessions.end_session),
    ("GET", "/tokens", sessions.list_tokens),
    ("POST", "/tokens", sessions.mint_token),
    ("GET", "/tokens/<token_id>", sessions.show_token),
    ("DELETE", "/tokens/<token_id>", sessions.revoke_token),
    ("GET", "/jobs", jobs.list_jobs),
    ("POST", "/jobs", jobs.create_job),
    ("GET", "/jobs-list", jobs.list_bare_jobs),
    ("GET", JOB, jobs.show_job),
    ("PUT", JOB, jobs.revise_job),
    ("DELETE", JOB, jobs.delete_job),
    ("GET", f"{JOB}/shares", jobs.list_shares),
    ("PUT", f"{JOB}/shares/<principal_id>", jobs.give_share),
    ("DELETE", f"{JOB}/shares/<principal_id>", jobs.take_share),
    ("GET", f"{JOB}/action-templates", jobs.list_action_templates),
    ("GET", f"{JOB}/actions", jobs.list_actions),
    ("POST", f"{JOB}/actions", jobs.add_action),
    ("GET", ACTION, jobs.show_action),
    ("PUT", ACTION, jobs.revise_action),
    ("DELETE", ACTION, jobs.delete_action),
    ("GET", f"{ACTION}/driver", jobs.show_driver_of_action),
    ("GET", f"{ACTION}/attachment-templates", attachments.list_attachment_templates),
    ("GET", f"{ACTION}/attachments", attachments.list_attachments),
    ("POST", f"{ACTION}/attachments", attachments.create_attachment),
    ("GET", ATTACHMENT, attachments.show_attachment),
    ("PUT", ATTACHMENT, attachments.revise_attachment),
    ("DELETE", ATTACHMENT, attachments.delete_attachment),
    ("GET", f"{ATTACHMENT}/action-attachment-file-contents", attachments.send_contents),
    ("PUT", f"{ATTACHMENT}/action-attachment-file-contents", attachments.receive_contents),
    ("GET", "/job-attachment-drivers", list_attachment_drivers),
    ("GET", "/job-attachment-drivers/<driver_id>", show_attachment_driver),
    ("GET", "/job-action-drivers", list_action_drivers),
    ("GET", "/job-action-drivers/<driver_id>", show_action_driver),
    ("GET", "/files", attachments.list_stored_files),
    ("POST", "/files", attachments.store_file),
    ("GET", "/files/<file_id>", attachments.show_stored_file),
    ("GET", "/files/<file_id>/download", attachments.send_stored_file),
)


def blueprint() -> Blueprint:
    """Build the blueprint: every rule under `/api`, each request identified first."""
    made = Blueprint("informer", __name__, url_prefix="/api")
    made.before_request(auth.identify)
    for methods, path, handler in RULES:
        made.add_url_rule(path, handler.__name__, handler, methods=methods.split())
    return made


def _offers(name: str, offers: Mapping[str, drivers.Offer]) -> Response:
    return hal.collection(f"inf:{name}", f"/api/{name}s", len(offers), offers.values())


def _offer(offers: Mapping[str, drivers.Offer], name: str) -> drivers.Offer:
    if name not in offers:
        raise Refusal(Code.NOT_FOUND, "There is no such driver.", Subject.ROUTE)
    return offers[name]
