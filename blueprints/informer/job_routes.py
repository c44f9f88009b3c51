"""Jobs, their shares and their actions (sheet §4, §5, §7)."""

from __future__ import annotations

from flask import Response, request

from blueprints import http
from blueprints.informer import drivers, hal
from blueprints.informer import job_wire as wire
from blueprints.informer.locate import find_action, find_job, json_limit
from core import actions, jobs, lines, records, shares
from core.access import Verb, require_creator
from core.commands import ById
from core.job_pages import JobQuery


def list_jobs() -> Response:
    """List the jobs that the caller may read."""
    asked = hal.read_query(request.args, wire.SORTABLE, "name", 30)
    query = JobQuery(text=asked.text, sort=asked.sort, part=asked.part)
    found = lines.job_lines(http.house().database, http.caller(), query)
    return hal.collection("inf:job", "/api/jobs", found.total, map(wire.show_job_line, found.items), asked, is_top=True)


def list_bare_jobs() -> Response:
    """List every job that the caller may read, as a plain array."""
    asked = hal.read_query(request.args, wire.SORTABLE, "name", None)
    query = JobQuery(text=asked.text, sort=asked.sort, part=asked.part)
    return hal.bare_list(map(wire.show_bare_job, lines.job_lines(http.house().database, http.caller(), query).items))


def create_job() -> Response:
    """Make a job."""
    require_creator(http.caller())
    job = jobs.create(http.house().database, http.caller(), wire.read_new_job(request, json_limit()))
    return _shown(job.id, 201, wire.job_path(job.guid))


def show_job(job_id: str) -> Response:
    """Show one job."""
    return _shown(find_job(job_id).id)


def revise_job(job_id: str) -> Response:
    """Change what is given of a job."""
    job = find_job(job_id, Verb.EDIT)
    command = wire.read_job_change(request, json_limit(), job)
    jobs.revise(http.house().database, http.caller(), job.id, command)
    return _shown(job.id)


def delete_job(job_id: str) -> Response:
    """Put a job in the trash, with all that hangs on it."""
    records.forget(http.house().database, http.caller(), find_job(job_id, Verb.MANAGE).id)
    return hal.nothing()


def list_shares(job_id: str) -> Response:
    """List who holds which level of a job."""
    job = lines.outline(http.house().database, http.caller(), ById(find_job(job_id).id)).job
    path = f"{wire.job_path(job.guid)}/shares"
    items = [wire.show_share(holding, path) for holding in wire.show_holdings(job)]
    return hal.collection("inf:share", path, len(items), items)


def give_share(job_id: str, principal_id: str) -> Response:
    """Give somebody a level of a job."""
    job = find_job(job_id, Verb.MANAGE)
    level = wire.read_level(request, json_limit())
    shares.give(http.house().database, http.caller(), job, wire.read_principal(principal_id), level)
    path = f"{wire.job_path(job.guid)}/shares"
    return hal.reply(wire.show_share({"principalId": principal_id, "accessLevel": level}, path))


def take_share(job_id: str, principal_id: str) -> Response:
    """Take somebody's level of a job away."""
    job = find_job(job_id, Verb.MANAGE)
    shares.give(http.house().database, http.caller(), job, wire.read_principal(principal_id), 0)
    return hal.nothing()


def list_actions(job_id: str) -> Response:
    """List the actions of a job, in order."""
    job = find_job(job_id)
    found = actions.of_jobs(http.house().database, http.caller(), [job.id])
    items = [wire.show_action(action, job.guid) for action in found]
    return hal.collection("inf:job-action", f"{wire.job_path(job.guid)}/actions", len(items), items)


def add_action(job_id: str) -> Response:
    """Add an action to a job."""
    job = find_job(job_id, Verb.EDIT)
    command = wire.read_new_action(request, json_limit())
    action = actions.add(http.house().database, http.caller(), job.id, command)
    shown = wire.show_action(action, job.guid)
    return hal.reply(shown, 201, f"{wire.job_path(job.guid)}/actions/{action.guid}")


def show_action(job_id: str, action_id: str) -> Response:
    """Show one action."""
    action = find_action(job_id, action_id)
    return hal.reply(wire.show_action(action, action.job.guid))


def revise_action(job_id: str, action_id: str) -> Response:
    """Change what is given of an action; an index moves it."""
    action = find_action(job_id, action_id, Verb.EDIT)
    command = wire.read_action_change(request, json_limit(), action)
    revised = actions.revise(http.house().database, http.caller(), action.id, command)
    return hal.reply(wire.show_action(revised, action.job.guid))


def delete_action(job_id: str, action_id: str) -> Response:
    """Put an action in the trash, with its attachments."""
    actions.remove(http.house().database, http.caller(), find_action(job_id, action_id, Verb.EDIT).id)
    return hal.nothing()


def show_driver_of_action(job_id: str, action_id: str) -> Response:
    """Show what drives an action."""
    return hal.reply(wire.action_driver(find_action(job_id, action_id)))


def list_action_templates(job_id: str) -> Response:
    """List what an action of this job may be made from."""
    path = f"{wire.job_path(find_job(job_id).guid)}/action-templates"
    found = drivers.ACTION_TEMPLATES
    return hal.collection("inf:job-action-template", path, len(found), found)


def _shown(job_id: int, status: int = 200, location: str | None = None) -> Response:
    outline = lines.outline(http.house().database, http.caller(), ById(job_id))
    return hal.reply(wire.show_job(outline), status, location)
