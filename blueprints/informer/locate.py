"""Locating with authority, in the order of sheet §2: 401, 404 job, 403, 404 action, 404 attachment; and limits.

It words nothing and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from blueprints import http
from blueprints.informer.wire import read_guid, read_job_id
from core import actions, attachments, jobs
from core.access import Verb

if TYPE_CHECKING:
    from models import Action, Attachment, Job

LARGEST_BODY: Final = 1024 * 1024  # bytes of JSON or of flat form fields; none carries a file here


def json_limit() -> int:
    """Return how many bytes a JSON body may have."""
    return min(http.house().settings.max_json, LARGEST_BODY)


def find_job(job_id: str, verb: Verb = Verb.READ) -> Job:
    """Return the job of an address; refuses NOT_FOUND and DENIED."""
    return jobs.find(http.house().database, http.caller(), read_job_id(job_id), verb)


def find_action(job_id: str, action_id: str, verb: Verb = Verb.READ) -> Action:
    """Return the action of an address, with its job; refuses NOT_FOUND and DENIED."""
    database = http.house().database
    return actions.find(database, http.caller(), read_job_id(job_id), read_guid(action_id), verb)


def find_attachment(
    job_id: str, action_id: str, attachment_id: str, verb: Verb = Verb.READ
) -> tuple[Action, Attachment]:
    """Return the attachment of an address and its action; refuses NOT_FOUND and DENIED."""
    action = find_action(job_id, action_id, verb)
    database = http.house().database
    return action, attachments.find_on(database, http.caller(), action, read_guid(attachment_id), verb)
