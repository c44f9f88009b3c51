"""SaferMe's words for requests and rows: sessions, authorizations, file attachments. It knows no database and no verb.

Honours sheet §1, §2, §4 and §6; reports have their own words in wire_reports.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from blueprints import http
from blueprints.saferme.errors import missing
from blueprints.saferme.links import Linked
from blueprints.saferme.s3_post import Authorization
from core.commands import ClaimObject
from core.errors import Subject, invalid, not_found
from core.mediatypes import essence

if TYPE_CHECKING:
    from models import Attachment, Token, User

LinkTo = Callable[[Linked], str]

UNDONE: Final = frozenset({"waiting", "working"})
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif"})
_OFFICE = "application/vnd.openxmlformats-officedocument."
ALLOWED: Final = PICTURES | {
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    _OFFICE + "wordprocessingml.document",
    _OFFICE + "spreadsheetml.sheet",
    "application/vnd.apple.pages",
    "application/vnd.apple.numbers",
    "application/vnd.apple.keynote",
    "application/x-iwork-pages-sffpages",
    "application/x-iwork-numbers-sffnumbers",
    "application/x-iwork-keynote-sffkey",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a session is opened with."""

    email: str
    password: str
    app_bundle_id: str


@dataclass(frozen=True, slots=True)
class SignUp:
    """What an account is made of."""

    email: str
    password: str
    full_name: str


class NewFileAttachment(msgspec.Struct):
    """What a file attachment is made of."""

    key: str
    filename: str | None = None


def unwrapped(body: Mapping[str, object], name: str) -> dict[str, object]:
    """Return the members of a body, sent in `{name: {…}}` or bare, as Android does (sheet §2)."""
    inner = body.get(name, body)
    if not isinstance(inner, dict):
        raise invalid(name, f"{name} must be an object.")
    return inner


def required(members: Mapping[str, object], name: str) -> str:
    """Return a text that must be there; refuses it as missing, or as INVALID when it is no text."""
    value = members.get(name)
    if value is None or value == "":
        raise missing(name)
    if not isinstance(value, str):
        raise invalid(name, f"{name} must be a text.")
    return value


def read_sign_in(body: Mapping[str, object]) -> SignIn:
    """Read `{"session": {"app_bundle_id", "email", "password"}}`."""
    members = unwrapped(body, "session")
    app = members.get("app_bundle_id")
    shown = app if isinstance(app, str) and len(app) <= 100 else "com.thundermaps.main"
    return SignIn(required(members, "email"), required(members, "password"), shown)


def read_renewal(body: Mapping[str, object]) -> tuple[str, str]:
    """Read the pair of tokens to be renewed."""
    members = unwrapped(body, "session")
    return required(members, "access_token"), required(members, "refresh_token")


def read_content_type(query: Mapping[str, str]) -> str:
    """Return the type that an upload is asked for, as it is to be signed; refuses what is not allowed (§8)."""
    given = query.get("content_type", "").strip()
    if not given:
        raise missing("content_type")
    if essence(given) not in ALLOWED or not http_header_safe(given):
        raise invalid("content_type", "This content type is not allowed.", Subject.UPLOAD, word="not_allowed")
    return given


def http_header_safe(text: str) -> bool:
    """Tell whether a text is printable ASCII of at most 255 characters."""
    return len(text) <= 255 and text.isascii() and text.isprintable()


def read_claim(body: Mapping[str, object]) -> ClaimObject:
    """Read `{"file_attachment": {"key", "filename"?}}`."""
    members = unwrapped(body, "file_attachment")
    required(members, "key")
    claim = http.decode(members, NewFileAttachment)
    return ClaimObject(claim.key, claim.filename or None)


def read_reference(text: str) -> int | uuid.UUID:
    """Read `:id`, which is an int or a UUID; anything else is refused as not found."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    try:
        return uuid.UUID(text)
    except ValueError:
        raise not_found(Subject.ATTACHMENT) from None


def read_sign_up(body: Mapping[str, object]) -> SignUp:
    """Read a new user: the e-mail address is the name as well."""
    members = unwrapped(body, "user")
    names = [members.get(name) for name in ("first_name", "last_name")]
    full_name = " ".join(name.strip() for name in names if isinstance(name, str))
    return SignUp(required(members, "email"), required(members, "password"), full_name.strip())


def read_user_reference(text: str, own_id: int | None) -> int:
    """Read a user's id, or `me`; anything else is refused as not found."""
    found = own_id if text == "me" else read_reference(text)
    if not isinstance(found, int):
        raise not_found(Subject.USER)
    return found


def read_avatar(body: Mapping[str, object]) -> int | None:
    """Read `attached_avatar_id`, an attachment's id or null."""
    members = unwrapped(body, "user")
    if "attached_avatar_id" not in members:
        raise missing("attached_avatar_id")
    value = members["attached_avatar_id"]
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise invalid("attached_avatar_id", "This must be a whole number or null.")
    return value


def show_moment(moment: datetime) -> str:
    """Print a moment in ISO 8601 with milliseconds and offset."""
    return moment.isoformat(timespec="milliseconds")


def show_session(user: User, token: Token, access: str | None = None, refresh: str | None = None) -> dict[str, Any]:
    """Build a session; without the secrets when they are not given."""
    secrets = {} if access is None else {"access_token": access, "refresh_token": refresh}
    expires = None if token.expires_at is None else show_moment(token.expires_at)
    rest = {
        "token_expire_at": expires,
        "app_bundle_id": token.facts.get("app_bundle_id", "com.thundermaps.main"),
        "branded_app_id": None,
        "client_uuid": str(token.guid),
        "profile": {
            "user_id": user.id,
            "preferred_team_id": 1,
            "user_uuid": str(user.guid),
            "personal_account_option": False,
            "consent_required": False,
            "profile_details_pending": False,
            "password_update_pending": False,
        },
    }
    return {"session": secrets | rest}


def show_authorization(authorization: Authorization) -> dict[str, Any]:
    """Build the reply that a client fills its form from (§4)."""
    return {
        "upload_authorization": {
            "method": "POST",
            "key": authorization.key,
            "key_prefix": f"{authorization.key}/",
            "url": authorization.url,
            "fields": dict(authorization.fields),
            "required_fields": ["Content-Type", "file"],
        }
    }


def show_attachment(attachment: Attachment, link_to: LinkTo, *, styles: bool = True) -> dict[str, Any]:
    """Build a file attachment: its nine members, and `error` where its processing failed (§6)."""
    is_done = attachment.state not in UNDONE
    name = attachment.file_name or attachment.name
    shown = {
        "id": attachment.id,
        "original_url": _original(attachment, link_to),
        "filename": name if is_done else None,
        "style_url": _styles(attachment, link_to) if styles else {},
        "photo_time": attachment.facts.get("photo_time"),
        "photo_location": attachment.facts.get("photo_location"),
        "tags": {},
        "ready_to_attach": attachment.state in {"ready", "stored"},
        "attached": attachment.record_id is not None,
    }
    return shown if attachment.state != "failed" else shown | {"error": attachment.state_detail}


def attachment_status(attachment: Attachment) -> int:
    """Return 202 while the worker has not looked at the file, else 200."""
    return 202 if attachment.state in UNDONE else 200


def download_of(attachment: Attachment, style: str) -> http.Download:
    """Return what a link of that style sends; refuses NOT_FOUND where there is no such picture."""
    name = attachment.file_name or attachment.name
    picture = next((made for made in attachment.renditions if made.style == style), None)
    if picture is not None:
        blob, media_type = picture.blob, picture.media_type
        name = f"{name.rpartition('.')[0] or name}-{style}.{media_type[6:]}"
    elif style == "original" and attachment.blob is not None:
        blob, media_type = attachment.blob, attachment.media_type
    else:
        raise not_found(Subject.ATTACHMENT)
    return http.Download(blob.key, blob.size, blob.sha256, name, media_type, blob.created_at)


def _original(attachment: Attachment, link_to: LinkTo) -> str | None:
    if attachment.blob is None:
        return attachment.link_target
    name = attachment.file_name or attachment.name
    return link_to(Linked(attachment.id, "original", attachment.blob.key, name))


def _styles(attachment: Attachment, link_to: LinkTo) -> dict[str, str]:
    made = {picture.style: picture for picture in attachment.renditions}
    return {
        style: link_to(Linked(attachment.id, style, made[style].blob.key, f".{made[style].media_type[6:]}"))
        for style in ("thumb", "medium")
        if style in made
    }
