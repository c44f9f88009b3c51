"""The addresses of jobs, templates, nodes and users, and what answers them (UFDL sheet §4)."""

from __future__ import annotations

import msgspec
from flask import Response, request

from blueprints import http
from blueprints.ufdl import auth, filters, job_wire, wire
from blueprints.ufdl.auth import staff
from blueprints.ufdl.outlet import routes
from core import accounts, job_life, job_lists, nodes, templates
from core.commands import ByNumber
from core.errors import Subject, denied

_JOB = "/jobs/<digits:pk>"
_NODE = "/nodes/<digits:pk>"


@routes.post("/jobs/list")
def list_jobs() -> Response:
    """List the jobs that match a FilterSpec."""
    query = filters.read_query(wire.read_object(request), filters.JOBS)
    return wire.reply_array(job_lists.lines(http.house().database, http.caller(), query), job_wire.show_job)


@routes.post("/jobs/create")
def refuse_job_create() -> Response:
    """Refuse to everybody: jobs are made from a template."""
    raise denied(Subject.JOB)


@routes.get(_JOB)
def retrieve_job(pk: int) -> Response:
    """Show one job."""
    return wire.reply(job_wire.show_job(job_lists.find(http.house().database, http.caller(), job(pk))))


@routes.route(_JOB, methods=["PUT", "PATCH"])
@staff
def describe_job(pk: int) -> Response:
    """Change the description of a job."""
    description = job_wire.read_description(request)
    return wire.reply(job_wire.show_job(job_life.describe(http.house().database, http.caller(), job(pk), description)))


@routes.delete(_JOB)
@staff
def destroy_job(pk: int) -> Response:
    """Put a job in the trash."""
    job_life.forget(http.house().database, http.caller(), job(pk))
    return Response(status=204)


@routes.delete(_JOB + "/hard")
@staff
def hard_delete_job(pk: int) -> Response:
    """Remove a job for good and show it as it was."""
    return wire.reply(job_wire.show_job(job_life.purge(http.house().database, http.caller(), job(pk))))


@routes.route(_JOB + "/reinstate", methods=["DELETE", "POST"])
@staff
def reinstate_job(pk: int) -> Response:
    """Take a job out of the trash."""
    return wire.reply(job_wire.show_job(job_life.reinstate(http.house().database, http.caller(), job(pk))))


@routes.get(_JOB + "/acquire")
def acquire_job(pk: int) -> Response:
    """Give a job to the caller's node."""
    return wire.reply(job_wire.show_job(job_life.acquire(http.house().database, http.caller(), job(pk), auth.node())))


@routes.route(_JOB + "/release", methods=["DELETE", "GET"])
def release_job(pk: int) -> Response:
    """Take a job back from the caller's node; the Java client sends GET."""
    return wire.reply(job_wire.show_job(job_life.release(http.house().database, http.caller(), job(pk), auth.node())))


@routes.post(_JOB + "/start")
def start_job(pk: int) -> Response:
    """Begin a job on the caller's node."""
    job_wire.read_start(request)
    return wire.reply(job_wire.show_job(job_life.start(http.house().database, http.caller(), job(pk), auth.node())))


@routes.post(_JOB + "/progress/<done>")
def progress_job(pk: int, done: str) -> Response:
    """Note how far a job is."""
    share = job_wire.read_progress(request, done)
    line = job_life.progress(http.house().database, http.caller(), job(pk), auth.node(), share)
    return wire.reply(job_wire.show_job(line))


@routes.post(_JOB + "/finish")
def finish_job(pk: int) -> Response:
    """End a job, with a reason if it failed."""
    error = job_wire.read_finish(request)
    line = job_life.finish(http.house().database, http.caller(), job(pk), auth.node(), error)
    return wire.reply(job_wire.show_job(line))


@routes.delete(_JOB + "/reset")
def reset_job(pk: int) -> Response:
    """Make a failed job new again."""
    return wire.reply(job_wire.show_job(job_life.reset(http.house().database, http.caller(), job(pk), auth.node())))


@routes.delete(_JOB + "/abort")
@staff
def abort_job(pk: int) -> Response:
    """Take a job from its node and make it new again."""
    return wire.reply(job_wire.show_job(job_life.abort(http.house().database, http.caller(), job(pk))))


@routes.delete(_JOB + "/cancel")
@staff
def cancel_job(pk: int) -> Response:
    """Call a job off."""
    return wire.reply(job_wire.show_job(job_life.cancel(http.house().database, http.caller(), job(pk))))


@routes.post("/job-templates/list")
def list_templates() -> Response:
    """List the templates that match a FilterSpec."""
    query = filters.read_query(wire.read_object(request), filters.TEMPLATES)
    return wire.reply_array(templates.lines(http.house().database, query), job_wire.show_template)


@routes.get("/job-templates/<digits:pk>")
def retrieve_template(pk: int) -> Response:
    """Show one template."""
    return wire.reply(job_wire.show_template(templates.find(http.house().database, pk)))


@routes.post("/job-templates/<digits:pk>/create-job")
def create_job(pk: int) -> Response:
    """Make a job from a template."""
    body = job_wire.read_order(request)
    template = templates.find(http.house().database, pk)
    line = templates.create_job(http.house().database, http.caller(), template, order_of(body))
    return wire.reply(job_wire.show_job(line))


@routes.post("/nodes/create")
def create_node() -> Response:
    """Register a node."""
    command = nodes.DescribeNode(**job_wire.read_node(request, whole=True))
    return wire.reply(job_wire.show_node(nodes.add(http.house().database, http.caller(), command)), 201)


@routes.post("/nodes/list")
def list_nodes() -> Response:
    """List the nodes that match a FilterSpec."""
    query = filters.read_query(wire.read_object(request), filters.NODES)
    return wire.reply_array(nodes.lines(http.house().database, query), job_wire.show_node)


@routes.get("/nodes/ping")
def ping() -> Response:
    """Let a node say that it lives; its header has been noted already."""
    return Response(status=200)


@routes.get(_NODE)
def retrieve_node(pk: int) -> Response:
    """Show one node."""
    return wire.reply(job_wire.show_node(nodes.find(http.house().database, pk)))


@routes.route(_NODE, methods=["PUT", "PATCH"])
@auth.own_node
def describe_node(pk: int) -> Response:
    """Change a node."""
    command = nodes.DescribeNode(**job_wire.read_node(request, whole=request.method == "PUT"))
    return wire.reply(job_wire.show_node(nodes.describe(http.house().database, http.caller(), pk, command)))


@routes.delete(_NODE)
@auth.own_node
def destroy_node(pk: int) -> Response:
    """Forget a node."""
    nodes.remove(http.house().database, http.caller(), pk)
    return Response(status=204)


@routes.get("/users/<name>")
@auth.own_user
def retrieve_user(name: str) -> Response:
    """Show one user in an array, as the TypeScript client wants it."""
    return wire.reply([job_wire.show_user(accounts.find(http.house().database, name))])


def job(pk: int) -> ByNumber:
    """Name a job by its number."""
    return ByNumber("Job", pk)


def order_of(body: job_wire.CreateJobBody) -> templates.Order:
    """Turn a body into what the core takes: plain values, as they will be stored."""
    plain = msgspec.to_builtins(body)
    return templates.Order(
        plain["input_values"],
        plain["parameter_values"],
        plain["description"],
        plain.get("notification_override", {}),
        plain["child_notification_overrides"],
    )
