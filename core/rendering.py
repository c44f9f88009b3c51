"""What the worker does with one attachment or output: look at its bytes, make the smaller pictures, write down how it went.

It knows no queue: whoever wakes it may do so twice, or for something that is long done.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import BinaryIO

from core import mediatypes, pictures, renditions
from core.errors import Code, Refusal
from core.house import House
from core.pictures import Look, PictureFault
from core.renditions import Kind, Lease, Picture
from models import Attachment

HEAD = 4096  # bytes that tell a type

log = logging.getLogger(__name__)


def render(house: House, row_id: int, kind: Kind = Attachment) -> None:
    """Look at an attachment or output that waits; what is done already, or in other hands, is left alone."""
    held = renditions.lease(house.database, row_id, kind)
    if held is None:
        return
    try:
        _render(house, held)
    except Refusal as refusal:
        if refusal.code is not Code.CONFLICT:  # a conflict says that the lease is over: others go on from here
            log.warning("%s %d is to be looked at again: %s", kind.__tablename__, row_id, refusal)
            renditions.postpone(house.database, held)


def _render(house: House, held: Lease) -> None:
    try:
        look = _look(house, held)
    except PictureFault as fault:
        renditions.fail(house.database, held, str(fault))
        return
    with ExitStack() as stack:
        made = [
            Picture(
                shot.style,
                shot.media_type,
                shot.width,
                shot.height,
                stack.enter_context(house.store.receive([shot.content])),
            )
            for shot in look.shots
        ]
        renditions.settle(house.database, held, look.facts, made)


def _look(house: House, held: Lease) -> Look:
    with house.store.open(held.key) as file:
        head = file.read(HEAD)
        if not mediatypes.agrees(head, held.media_type):
            raise PictureFault(f"The file is not of the type {mediatypes.essence(held.media_type)}.")
        file.seek(0)
        if mediatypes.is_picture(held.media_type):
            return pictures.look(file, renditions.STYLES)
        if mediatypes.begins_a_document(head):
            return _leaf_through(file)
        return Look({"unseen": "It does not begin as a PDF does."} if held.is_document else {})


def _leaf_through(file: BinaryIO) -> Look:
    # A PDF that cannot be drawn is no failure: one with a password, say, is as good a file as any.
    try:
        return pictures.leaf_through(file, renditions.COVER, renditions.PAGES, renditions.PAGE)
    except PictureFault as fault:
        return Look({"unseen": str(fault)})
