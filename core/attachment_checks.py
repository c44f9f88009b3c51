"""What may be said of an attachment: names, folders, areas, types, targets, each in its one form. It knows no row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from core import mediatypes
from core.bounds import is_json, is_text
from core.commands import Attach
from core.errors import Subject, invalid
from core.filenames import base_name, clean_name
from core.folding import normal

DRIVERS = ("file", "link", "report", "dataset")
LONGEST_DESCRIPTION = 20_000  # characters
LONGEST_TARGET = 4_000  # characters
LONGEST_AREA = 100  # characters


@dataclass(frozen=True, slots=True)
class Checked:
    """A command to attach, every value in the form in which it is kept."""

    name: str
    file_name: str | None
    media_type: str
    description: str
    driver: str
    link_target: str | None
    folder: str
    area: str | None
    data: dict[str, Any]
    replaces_name: bool


def checked_command(command: Attach) -> Checked:
    """Return what a command asks for, fit to be kept; refuses INVALID, naming the field."""
    if command.driver not in DRIVERS:
        raise invalid("type", f"There is no attachment driver called “{command.driver}”.", Subject.ATTACHMENT)
    file_name = None if command.file_name is None else clean_name(base_name(command.file_name), "file_name")
    target = checked_target(command.link_target or "") if command.driver == "link" else None
    return Checked(
        name=checked_name(command.name or file_name or _shortened(target)),
        file_name=file_name,
        media_type=checked_type(command.media_type, file_name),
        description=checked_description(command.description),
        driver=command.driver,
        link_target=target,
        folder=checked_folder(command.folder),
        area=checked_area(command.area),
        data=checked_data(command.data),
        replaces_name=command.replaces_name,
    )


def checked_folder(folder: str) -> str:
    """Return a folder's path in its one form, without a slash at either end; refuses INVALID as `clean_name` does."""
    if not folder:
        return ""
    segments = [clean_name(segment, "folder") for segment in folder.split("/")]
    path = "/".join(segments)
    if len(segments) > 20 or len(path) > 1000:
        raise invalid("folder", "Folders go 20 deep and 1000 characters long at the most.", Subject.FOLDER)
    return path


def checked_name(name: str) -> str:
    """Return the name of an attachment as it is kept; refuses INVALID."""
    cleaned = clean_name(name.strip(), "name")
    if len(cleaned) > 255:
        raise invalid("name", "A name has 1 to 255 characters.", Subject.ATTACHMENT)
    return cleaned


def checked_type(media_type: str | None, file_name: str | None) -> str:
    """Return a media type, guessed from the file name where none is given; refuses INVALID."""
    if media_type is None:
        return mediatypes.guess(file_name or "")
    return mediatypes.clean_type(media_type, "media_type")


def checked_description(description: str) -> str:
    """Return a description as it is kept; refuses INVALID."""
    if len(description) > LONGEST_DESCRIPTION or not is_text(description):
        raise invalid("description", f"A description has at most {LONGEST_DESCRIPTION} characters.", Subject.ATTACHMENT)
    return normal(description)


def checked_area(area: str | None) -> str | None:
    """Return the name of an area as it may be kept, None for none; refuses INVALID."""
    if area is not None and (len(area) > LONGEST_AREA or not is_text(area)):
        raise invalid("area", f"The name of an area has at most {LONGEST_AREA} characters.", Subject.AREA)
    return None if area is None else normal(area)


def checked_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an attachment as they may be kept; refuses INVALID."""
    if not is_json(dict(data)):
        raise invalid("data", "The data of an attachment hold no NUL character.", Subject.ATTACHMENT)
    return dict(data)


def checked_target(target: str) -> str:
    """Return what a link leads to as it is kept, whatever its scheme; refuses INVALID (link_target)."""
    target = normal(target).strip()
    if not target or len(target) > LONGEST_TARGET or any(ord(letter) < 32 for letter in target) or not is_text(target):
        raise invalid("link_target", "A link needs a target.", Subject.ATTACHMENT)
    return target


def checked_web_address(address: str) -> str:
    """Return an address that a browser may be sent to: http or https and a host; refuses INVALID (link_target)."""
    target = checked_target(address)
    try:
        parts = urlsplit(target)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or any(letter.isspace() for letter in target):
        raise invalid("link_target", "A web address begins with http:// or https://.", Subject.ATTACHMENT)
    return target


def _shortened(target: str | None) -> str:
    return (target or "").encode()[:250].decode(errors="ignore")
