"""Objects: what is uploaded under a key that was signed for, and becomes an attachment later. It knows no form.

An authorisation and an object are both rows of Upload; the object belongs to whoever was authorised, and to nobody where
somebody else signed with the keys of the instance.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import attachment_contents, attachments, audit, clock, custody, mediatypes
from core.access import Caller, require_creator
from core.commands import ClaimObject, ReceiveObject
from core.database import Database
from core.errors import Refusal, Subject, conflict, invalid
from core.filenames import base_name
from core.house import House
from core.uploads import FILE_LIFETIME, LOOSE_LIFETIME
from models import Attachment, Blob, Upload

POLICY, OBJECT = "policy", "object"  # what was authorised; what came under a key


def authorise(database: Database, caller: Caller, media_type: str, most: int, lifetime: timedelta) -> Upload:
    """Note that the caller may upload objects of a type and size for a while; refuses DENIED."""
    require_creator(caller)
    now = clock.now()
    upload = Upload(
        kind=POLICY,
        owner_id=caller.user_id,
        media_type=media_type,
        least=1,
        most=most,
        facts={},
        created_at=now,
        expires_at=now + lifetime,
    )
    with database.writing() as session:
        session.add(upload)
        session.flush()
        audit.note(session, caller, "authorise", Subject.UPLOAD, upload.id)
    return upload


def receive(house: House, command: ReceiveObject) -> str:
    """Keep an object for a day for whoever was authorised; the same key again replaces it. Return its MD5 in hex.

    Refuses CONFLICT (upload) when the key was claimed and the bytes are others, and whatever the content refuses.
    """
    with house.store.receive(command.content) as arrival:
        if not _is_claimed(house.database, command.key, arrival.stored.sha256):
            with house.database.writing(arrival) as session:
                _put(session, command, custody.admit(session, arrival.stored))
        return arrival.stored.md5


def claim(house: House, caller: Caller, command: ClaimObject) -> Attachment:
    """Make an attachment of an object that the caller was authorised for; again, it is the same one.

    Refuses DENIED, and INVALID (key) alike for a key that never came, expired, or is somebody else's.
    """
    require_creator(caller)
    with house.database.writing() as session:
        mine = (Upload.kind == OBJECT, Upload.object_key == command.key, Upload.owner_id == caller.user_id)
        upload = session.scalar(select(Upload).where(*mine, Upload.expires_at > clock.now()).with_for_update())
        if upload is None:
            raise invalid("key", "There is no upload of yours with this key.", Subject.UPLOAD)
        attachment_id = upload.attachment_id
        if upload.blob_id is not None:
            attachment_id = _claimed(house, session, caller, upload, command)
        if attachment_id is None:
            raise invalid("key", "The file of this key is gone.", Subject.UPLOAD)
    return attachments.find(house.database, caller, attachment_id)


def _is_claimed(database: Database, key: str, sha256: str) -> bool:
    """Tell whether the key's object is an attachment by now, made of just these bytes; refuses CONFLICT for others."""
    with database.reading() as session:
        same_key = (Upload.kind == OBJECT, Upload.object_key == key, Upload.claimed_at.is_not(None))
        attachment_id = session.scalar(select(Upload.attachment_id).where(*same_key))
        if attachment_id is None:
            return False
        attached = select(Blob.sha256).join(Attachment, Attachment.blob_id == Blob.id)
        known = session.scalar(attached.where(Attachment.id == attachment_id))
    if known != sha256:
        raise _claimed_already()
    return True


def _put(session: Session, command: ReceiveObject, blob: Blob) -> None:
    now = clock.now()
    named = select(Upload).where(Upload.object_key == command.key)
    upload = session.scalar(named.with_for_update())
    if upload is None:
        authorised = select(Upload.owner_id).where(Upload.kind == POLICY, Upload.guid == command.authorization)
        upload = Upload(kind=OBJECT, object_key=command.key, owner_id=session.scalar(authorised), created_at=now)
        session.add(upload)
    elif upload.claimed_at is not None:
        raise _claimed_already()
    elif upload.blob_id is not None:
        old, upload.blob_id = upload.blob_id, None
        session.flush()
        custody.release(session, [old], custody.AFTER_REPLACEMENT)
    known_type = mediatypes.is_type(command.media_type)
    upload.media_type = command.media_type if known_type else mediatypes.UNKNOWN
    upload.most = upload.offset = blob.size
    upload.facts, upload.blob_id = dict(command.facts), blob.id
    upload.received_at, upload.expires_at = now, now + FILE_LIFETIME


def _claimed_already() -> Refusal:
    return conflict("A file attachment was made of this key already; ask for a new authorization.", Subject.UPLOAD)


def _claimed(house: House, session: Session, caller: Caller, upload: Upload, command: ClaimObject) -> int:
    name = command.file_name or base_name(upload.object_key or "")
    content = attachment_contents.NewContent(upload.blob_id or 0, media_type=upload.media_type)
    upload.blob_id = None
    session.flush()
    attachment = attachments.keep_loose(house, session, caller, name, content)
    now = clock.now()
    upload.attachment_id, upload.claimed_at, upload.expires_at = attachment.id, now, now + LOOSE_LIFETIME
    return attachment.id
