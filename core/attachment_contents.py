"""What an attachment's bytes are and were: given, kept as versions, gone. It opens no transaction and checks no right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import audit, clock, custody, renditions
from core.access import Caller
from core.attachment_checks import checked_type
from core.errors import Subject, invalid
from core.filenames import base_name, clean_name
from core.house import House
from models import Attachment, Version


@dataclass(frozen=True, slots=True)
class NewContent:
    """Bytes that have a row already and are to become an attachment's content."""

    blob_id: int
    file_name: str | None = None  # None: the one it has, else its name
    media_type: str | None = None  # None: guessed from the file name


def require_file(attachment: Attachment) -> None:
    """Refuse INVALID for what has no content of its own, such as a link."""
    if attachment.driver != "file":
        raise invalid("type", "Only a file has contents to upload.", Subject.CONTENT)


def give_content(
    house: House, session: Session, caller: Caller, attachment: Attachment, content: NewContent, verb: str = "replace"
) -> None:
    """Make bytes the content of an attachment that is locked; what it had becomes a version. Refuses INVALID."""
    name = clean_name(base_name(content.file_name or attachment.file_name or attachment.name), "file_name")
    _keep_version(house, session, caller, attachment)
    attachment.blob_id = content.blob_id
    attachment.file_name = name
    attachment.media_type = checked_type(content.media_type, name)
    attachment.updated_at = clock.now()
    session.flush()
    renditions.expect(house, session, attachment)
    audit.note(session, caller, verb, Subject.ATTACHMENT, attachment.id, attachment.record_id, name=name)


def purge_in(session: Session, attachment_ids: Sequence[int]) -> None:
    """Remove attachments for good inside a transaction that is already open; their bytes are queued for removal."""
    owned = (
        select(Attachment.blob_id).where(Attachment.id.in_(attachment_ids)),
        select(Version.blob_id).where(Version.attachment_id.in_(attachment_ids)),
    )
    blob_ids = [blob_id for statement in owned for blob_id in session.scalars(statement) if blob_id is not None]
    renditions.drop(session, Attachment, attachment_ids, custody.AFTER_PURGE)
    session.execute(delete(Version).where(Version.attachment_id.in_(attachment_ids)))
    session.execute(delete(Attachment).where(Attachment.id.in_(attachment_ids)))
    custody.release(session, blob_ids, custody.AFTER_PURGE)


def _keep_version(house: House, session: Session, caller: Caller, attachment: Attachment) -> None:
    if attachment.blob_id is None:
        return
    session.add(
        Version(
            attachment_id=attachment.id,
            number=attachment.version,
            file_name=attachment.file_name,
            media_type=attachment.media_type,
            blob_id=attachment.blob_id,
            author_id=attachment.author_id,
            created_at=attachment.updated_at,
            replaced_at=clock.now(),
        )
    )
    attachment.blob_id = None  # the version's now, which may go at once where no versions are kept
    attachment.version += 1
    attachment.author_id = caller.user_id
    session.flush()
    _drop_old_versions(session, attachment, keep=house.settings.versions)
    renditions.drop(session, Attachment, [attachment.id])


def _drop_old_versions(session: Session, attachment: Attachment, keep: int) -> None:
    statement = (
        select(Version.id, Version.blob_id)
        .where(Version.attachment_id == attachment.id)
        .order_by(Version.number.desc())
        .offset(keep)
    )
    old = session.execute(statement).all()
    session.execute(delete(Version).where(Version.id.in_([row.id for row in old])))
    custody.release(session, [row.blob_id for row in old], custody.AFTER_REPLACEMENT)
