"""Jobs, shares and actions on the wire: requests to commands, lines and rows to documents (sheet §4, §5, §7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from flask import Request
from msgspec import UNSET, Meta, Struct, UnsetType

from blueprints.informer import drivers
from blueprints.informer.attachment_wire import show_line
from blueprints.informer.hal import Payload, link, stamp
from blueprints.informer.wire import Moment, Object, Text, in_utc, read_body
from core.commands import CreateAction, CreateJob, Principal, PrincipalKind, ReviseAction, ReviseJob
from core.errors import Subject, invalid

if TYPE_CHECKING:
    from core.lines import Holding, JobLine, Outline
    from models import Action, Job

SORTABLE: Final = {
    "name": "title",
    "type": "driver",
    "enabled": "enabled",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "ownerId": "owner",
    "slug": "slug",
}

Interval = Annotated[str, Meta(max_length=255)]
Comparison = Literal["eq", "ne", "gt", "gte", "lt", "lte"]


class NewJob(Struct, rename="camel"):
    """The body of `POST /api/jobs`."""

    type: str
    name: str
    description: Text | None = None
    slug: Interval | None = None
    interval: Interval | None = None
    interval_type: str | None = None
    timezone: str | None = None
    enabled: bool = True
    start_on: Moment | None = None
    end_on: Moment | None = None


class JobChange(Struct, rename="camel"):
    """The body of `PUT /api/jobs/{id}`; what is left out stays."""

    type: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    interval: Interval | UnsetType | None = UNSET
    interval_type: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    start_on: Moment | UnsetType | None = UNSET
    end_on: Moment | UnsetType | None = UNSET


class Condition(Struct, forbid_unknown_fields=True):
    """When an action is taken: `{"dataset": "<alias>", "count": {"gt": 0}}`."""

    dataset: str
    count: dict[Comparison, int]


class NewAction(Struct):
    """The body of `POST …/actions`."""

    type: str
    name: str | None = None
    description: Text | None = None
    index: int | None = None
    enabled: bool = True
    condition: Condition | None = None
    data: Object | None = None


class ActionChange(Struct):
    """The body of `PUT …/actions/{id}`; what is left out stays."""

    type: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: Text | UnsetType | None = UNSET
    index: int | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    condition: Condition | UnsetType | None = UNSET
    data: Object | UnsetType | None = UNSET


class ShareChange(Struct, rename="camel"):
    """The body of `PUT …/shares/{principalId}`."""

    access_level: Annotated[int, Meta(ge=0, le=3)]


def job_path(guid: object) -> str:
    """Return the address of a job."""
    return f"/api/jobs/{guid}"


def action_path(action: Action) -> str:
    """Return the address of an action whose job is loaded."""
    return f"{job_path(action.job.guid)}/actions/{action.guid}"


def read_new_job(request: Request, limit: int) -> CreateJob:
    """Read what is to be made; refuses INVALID for an unknown type."""
    body = read_body(request, limit, NewJob)
    if body.type not in drivers.JOB_TYPES:
        raise invalid("type", f"A job's type is one of {', '.join(drivers.JOB_TYPES)}.", Subject.JOB)
    return CreateJob(
        title=body.name,
        driver=body.type,
        description=body.description or "",
        slug=body.slug or None,
        schedule=body.interval or None,
        schedule_kind=body.interval_type or ("cron" if body.interval else None),
        timezone=body.timezone or None,
        enabled=body.enabled,
        start_on=body.start_on and in_utc(body.start_on, "startOn"),
        end_on=body.end_on and in_utc(body.end_on, "endOn"),
    )


def read_job_change(request: Request, limit: int, job: Job) -> ReviseJob:
    """Read what is to change; refuses INVALID for another type."""
    body = read_body(request, limit, JobChange)
    if body.type not in (UNSET, job.driver):
        raise invalid("type", "A job keeps its type.", Subject.JOB)
    return ReviseJob(
        title=body.name,
        description=body.description or "" if body.description is not UNSET else UNSET,
        schedule=body.interval,
        schedule_kind=body.interval_type,
        timezone=body.timezone,
        enabled=body.enabled,
        start_on=in_utc(body.start_on, "startOn") if body.start_on else body.start_on,
        end_on=in_utc(body.end_on, "endOn") if body.end_on else body.end_on,
    )


def read_level(request: Request, limit: int) -> int:
    """Read the level of a share: 0 none, 1 read, 2 edit, 3 manage."""
    return read_body(request, limit, ShareChange).access_level


def read_principal(text: str) -> Principal:
    """Read `team:everyone`, `team:{group}` or a user's name, which holds no colon (DECISIONS 5)."""
    if text == "team:everyone":
        return Principal(PrincipalKind.TEAM)
    if text.startswith("team:"):
        return Principal(PrincipalKind.GROUP, text.removeprefix("team:"))
    return Principal(PrincipalKind.USER, text)


def read_new_action(request: Request, limit: int) -> CreateAction:
    """Read the action to add; refuses INVALID for an unknown type or a blank name."""
    body = read_body(request, limit, NewAction)
    if body.type not in drivers.ACTION_DRIVERS:
        raise invalid("type", f"An action's type is one of {', '.join(drivers.ACTION_DRIVERS)}.", Subject.ACTION)
    if body.name is not None and not body.name.strip():
        raise invalid("name", "An action's name is not blank.", Subject.ACTION)
    return CreateAction(
        driver=body.type,
        title=body.name or str(drivers.ACTION_DRIVERS[body.type]["name"]),
        description=body.description or "",
        index=body.index,
        enabled=body.enabled,
        condition=_plain(body.condition),
        data=body.data or {},
    )


def read_action_change(request: Request, limit: int, action: Action) -> ReviseAction:
    """Read what is to change; refuses INVALID for another type."""
    body = read_body(request, limit, ActionChange)
    if body.type not in (UNSET, action.driver):
        raise invalid("type", "An action keeps its type.", Subject.ACTION)
    return ReviseAction(
        title=body.name,
        description=body.description or "" if body.description is not UNSET else UNSET,
        index=body.index,
        enabled=body.enabled,
        condition=UNSET if body.condition is UNSET else _plain(body.condition),
        data=body.data or {} if body.data is not UNSET else UNSET,
    )


def show_job_line(job: JobLine) -> Payload:
    """Return a job as `GET /api/jobs` lists it."""
    path = job_path(job.guid)
    links: dict[str, object] = {"self": link(path)}
    if job.may_edit:
        links["edit"] = link(path)
    links |= {"inf:job-actions": link(f"{path}/actions"), "inf:shares": link(f"{path}/shares")}
    return {
        "id": str(job.guid),
        "type": job.driver,
        "name": job.title,
        "slug": job.slug,
        "description": job.description,
        **_owner(job),
        "interval": job.schedule,
        "intervalType": job.schedule_kind,
        "timezone": job.timezone,
        "enabled": job.enabled,
        "nextRunAt": None,  # jobs do not run by themselves yet (DECISIONS 9)
        "startOn": stamp(job.start_on),
        "endOn": stamp(job.end_on),
        "lockedAt": stamp(job.locked_at),
        "createdAt": stamp(job.created_at),
        "updatedAt": stamp(job.updated_at),
        **_sharing(job),
        "_links": links,
    }


def show_bare_job(job: JobLine) -> Payload:
    """Return a job as `GET /api/jobs-list` lists it."""
    return {
        "id": str(job.guid),
        "name": job.title,
        "type": job.driver,
        "enabled": job.enabled,
        **_owner(job),
        **_sharing(job),
    }


def show_job(outline: Outline) -> Payload:
    """Return a job with its driver, its actions and their attachments."""
    guid = outline.job.guid
    actions = [show_action(action, guid) for action in outline.actions]
    driver = job_driver(outline.job.driver)
    held = [
        [show_line(line, f"{job_path(guid)}/actions/{action.guid}") for line in outline.attachments.get(action.id, ())]
        for action in outline.actions
    ]
    return {
        **show_job_line(outline.job),
        "datasets": [],
        "actions": [{**action, "attachments": mine} for action, mine in zip(actions, held, strict=True)],
        "driver": driver,
        "_embedded": {"inf:dataset": [], "inf:job-action": actions, "inf:job-driver": [driver]},
    }


def show_action(action: Action, job_guid: object) -> Payload:
    """Return an action."""
    path = f"{job_path(job_guid)}/actions/{action.guid}"
    return {
        "id": str(action.guid),
        "jobId": str(job_guid),
        "type": action.driver,
        "name": action.title,
        "description": action.description,
        "index": action.index,
        "enabled": action.enabled,
        "condition": action.condition,
        "data": action.data,
        "createdAt": stamp(action.created_at),
        "updatedAt": stamp(action.updated_at),
        "_links": {
            "self": link(path),
            "inf:job": link(job_path(job_guid)),
            "inf:job-attachments": link(f"{path}/attachments"),
            "inf:job-attachment-templates": link(f"{path}/attachment-templates"),
            "inf:job-action-driver": link(f"{path}/driver"),
        },
    }


def show_share(holding: Payload, path: str) -> Payload:
    """Return a share, as `sharing` holds it, with its address."""
    return {**holding, "_links": {"self": link(f"{path}/{holding['principalId']}")}}


def show_holdings(job: JobLine) -> Sequence[Payload]:
    """Return who holds which level of a job; the whole team comes first."""
    team = [] if job.private else [{"principalId": "team:everyone", "accessLevel": 2}]
    return [*team, *(_show_holding(holding) for holding in job.holdings)]


def job_driver(name: str) -> drivers.Offer:
    """Return what drives a job; those that other APIs made are workers'."""
    return drivers.JOB_TYPES.get(name, drivers.WORKER)


def action_driver(action: Action) -> drivers.Offer:
    """Return what drives an action; the built-in one keeps the files of the job itself."""
    return drivers.ACTION_DRIVERS.get(action.driver, drivers.FILES)


def _plain(condition: Condition | None) -> Object | None:
    if condition is None:
        return None
    plain: Object = msgspec.to_builtins(condition)
    return plain


def _owner(job: JobLine) -> Payload:
    return {
        "ownerId": job.slug_scope,
        "ownerName": job.owner_full_name or job.slug_scope,
        "naturalId": f"{job.slug_scope}:{job.slug}",
    }


def _sharing(job: JobLine) -> Payload:
    return {
        "tags": [],
        "sharing": show_holdings(job),
        "permissions": {
            "edit": job.may_edit,
            "write": job.may_edit,
            "delete": job.may_manage,
            "share": job.may_manage,
        },
    }


def _show_holding(holding: Holding) -> Payload:
    name = f"team:{holding.name}" if holding.is_group else holding.name
    return {"principalId": name, "accessLevel": int(holding.level)}
