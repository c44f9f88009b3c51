"""What the templates are given: rows that are fully loaded, and what may be done to them. It decides no right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blueprints import http
from blueprints.http import Example
from core.access import Rights
from core.archives import Weights
from core.house import House
from core.timeline import Timeline
from models import Action, Attachment, Job, JobOutput, Share

READ_ONLY = Rights(edit=False, manage=False)


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be attached: the limit of one file and what the disk has left, in bytes."""

    limit: int
    free: int


@dataclass(frozen=True, slots=True)
class ActionBlock:
    """One step of a job with those of its attachments that the page shows, and how many it has in all."""

    action: Action
    attachments: Sequence[Attachment]
    total: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class JobView:
    """All that the page of a job shows."""

    job: Job
    rights: Rights
    blocks: Sequence[ActionBlock]
    total: int
    outputs: Sequence[JobOutput]
    shares: Sequence[Share]
    room: Room
    weights: Weights
    told: Timeline


def room_of(house: House) -> Room:
    """Return how much may be attached at this moment."""
    return Room(house.settings.max_upload, house.store.free())


def blocks_of(
    actions: Sequence[Action], attachments: Iterable[Attachment], totals: Mapping[int, int]
) -> Sequence[ActionBlock]:
    """Lay attachments under the actions that they hang on."""
    hanging: dict[int | None, list[Attachment]] = {}
    for attachment in attachments:
        hanging.setdefault(attachment.record_id, []).append(attachment)
    # The built-in action stays first; among the others one can be the first and one the last.
    last = len(actions) - 1
    return [
        ActionBlock(action, hanging.get(action.id, []), totals.get(action.id, 0), index <= 1, index == last)
        for index, action in enumerate(actions)
    ]


def examples_of(row: Attachment | JobOutput) -> list[tuple[str, Sequence[Example]]]:
    """Return the ready command lines of each API that can reach a row, by the API's title."""
    found = [(api.title, api.curl(row)) for api in http.registered()]
    return [(title, examples) for title, examples in found if examples]
