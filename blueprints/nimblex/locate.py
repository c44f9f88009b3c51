"""From a place in an address to the row it means, through the caller. It parses nothing and shows nothing."""

from __future__ import annotations

from blueprints import http
from blueprints.nimblex import wire
from blueprints.nimblex.paths import Place
from core import attachment_paths, attachments, record_types, records
from core.access import Verb
from core.commands import ByNumber
from models import Attachment, Record, RecordType


def type_name(place: Place) -> str:
    """Return the form type that is meant: as written, or with each `+` as a blank; refuses NOT_FOUND (sheet §1)."""
    if len(place.names) == 1:
        return place.names[0]
    return record_types.find_spelt(http.house().database, place.names).name


def record_type(place: Place) -> RecordType:
    """Return the form type that is meant; refuses NOT_FOUND."""
    return record_types.find_spelt(http.house().database, place.names)


def canonical(place: Place) -> ByNumber:
    """Return the name of the record that is meant, whether or not there is one; refuses NOT_FOUND for its type."""
    return wire.read_reference(record_type(place).name, place.record_id)


def reference(place: Place) -> ByNumber:
    """Return the name of the record that is meant; refuses NOT_FOUND."""
    return wire.read_reference(type_name(place), place.record_id)


def record(place: Place, verb: Verb = Verb.READ) -> Record:
    """Return the record that is meant; refuses NOT_FOUND and DENIED."""
    return records.find(http.house().database, http.caller(), reference(place), verb)


def room_for(place: Place) -> Record:
    """Return the record that a file may be stored on at that place; refuses as `attachment_paths.find_place`."""
    folder, file_name = wire.read_place(place)
    return attachment_paths.find_place(http.house().database, http.caller(), reference(place), folder, file_name)


def attachment(place: Place, verb: Verb = Verb.READ) -> Attachment:
    """Return the newest attachment of that folder and file name; refuses NOT_FOUND and DENIED."""
    found = record(place, verb)
    return attachments.find_named(http.house().database, http.caller(), found, place.folder, place.file_name, verb)
