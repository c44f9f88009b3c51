"""SaferMe's words for what surrounds reports: the form, the channel, the team, states and users. It knows no database.

Honours sheet §1 (users) and §7; an instance has one channel, one team and one form (DECISIONS 5).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from blueprints.saferme.wire import LinkTo, show_attachment

if TYPE_CHECKING:
    from models import Attachment, RecordType, User

CHANNEL: Final = 1
CHANNEL_UUID: Final = str(uuid.uuid5(uuid.NAMESPACE_URL, "addenda:channel:1"))
TEAM_UUID: Final = str(uuid.uuid5(uuid.NAMESPACE_URL, "addenda:team:1"))
TEAM_NAME: Final = "Team"
STATES: Final[Mapping[int, str]] = {1: "Open", 2: "Resolved"}
OTHER_FILES: Final = "attachments"
FILE_KINDS: Final = frozenset({"Image", "FileUpload"})


def show_form(record_type: RecordType) -> dict[str, Any]:
    """Build the channel's form."""
    return {"id": CHANNEL, "account_id": CHANNEL, "fields": form_fields(record_type)}


def show_channel() -> dict[str, Any]:
    """Build the one channel."""
    return {"id": CHANNEL, "uuid": CHANNEL_UUID, "name": TEAM_NAME, "team_id": 1, "form_id": CHANNEL}


def show_team() -> dict[str, Any]:
    """Build the one team."""
    return {"id": 1, "uuid": TEAM_UUID, "name": TEAM_NAME}


def show_states() -> list[dict[str, Any]]:
    """Build the states that a report can be in."""
    return [{"id": number, "name": name, "account_id": CHANNEL} for number, name in STATES.items()]


def show_categories() -> list[dict[str, Any]]:
    """Build the categories of the channel: one, until a team needs more."""
    return [{"id": 1, "label": "General", "parent_id": None, "position": 1}]


def show_user(user: User, avatar: Attachment | None, link_to: LinkTo) -> dict[str, Any]:
    """Build a user, with the picture in five sizes made of our two."""
    styles = {} if avatar is None else show_attachment(avatar, link_to)["style_url"]
    sizes = {"mini": "thumb", "small": "thumb", "medium": "medium", "large": "medium", "huge": "medium"}
    return {
        "id": user.id,
        "uuid": str(user.guid),
        "name": user.shown_name,
        "email": user.email,
        "avatar": {size: styles.get(style) for size, style in sizes.items()},
        "attached_avatar_id": user.avatar_id,
    }


def form_fields(record_type: RecordType) -> list[dict[str, Any]]:
    """Build the fields of the empty form, with the one for files that came from elsewhere at its end."""
    implicit = {"name": OTHER_FILES, "label": "Attachments", "form": "FileUpload"}
    return [
        {
            "id": order,
            "label": field.get("label") or field["name"],
            "key": field["name"],
            "field_type": field.get("form") or "FreeText",
            "form_order": order,
            "data": "",
            "mandatory": bool(field.get("mandatory")),
            "visibility": "public",
            "field_visibility": "public",
            "value": [] if field.get("form") in FILE_KINDS else None,
            "editable": True,
        }
        for order, field in enumerate([*record_type.fields, implicit], start=1)
    ]
