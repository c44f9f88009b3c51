"""The pictures of users: each is an attachment of the user's own that hangs nowhere. It knows no size and no link."""

from __future__ import annotations

from sqlalchemy import select

from core import audit
from core.access import Caller
from core.attachment_rows import WHOLE
from core.database import Database
from core.errors import Subject, denied, invalid, not_found
from core.mediatypes import is_picture
from models import Attachment, State, User


def find(database: Database, user_id: int) -> tuple[User, Attachment | None]:
    """Return a user and the picture, where there is one; refuses NOT_FOUND."""
    with database.reading() as session:
        user = session.get(User, user_id)
        if user is None:
            raise not_found(Subject.USER)
        live = (Attachment.id == user.avatar_id, Attachment.deleted_at.is_(None))
        return user, session.scalars(select(Attachment).where(*live).options(*WHOLE)).unique().one_or_none()


def change(database: Database, caller: Caller, user: User, attachment_id: int | None) -> None:
    """Give the caller another picture, or (None) none; refuses DENIED and INVALID (attached_avatar_id)."""
    if caller.user_id != user.id or caller.scope == "read":
        raise denied(Subject.USER)
    with database.writing() as session:
        held = session.get_one(User, user.id, with_for_update=True)
        if attachment_id is not None:
            found = session.get(Attachment, attachment_id)
            if found is None or found.author_id != user.id or found.deleted_at is not None:
                raise invalid("attached_avatar_id", "There is no such file of yours.", Subject.ATTACHMENT)
            if not is_picture(found.media_type) or found.state == State.FAILED:
                raise invalid("attached_avatar_id", "This file is no picture.", Subject.ATTACHMENT)
        held.avatar_id = attachment_id
        audit.note(session, caller, "revise", Subject.USER, held.id, name=held.name)
