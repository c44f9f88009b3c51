"""Notes: what people write to a record, with files that come along. It knows no form and no API."""

from __future__ import annotations

from contextlib import ExitStack

from core import attachments, submissions
from core.access import Caller, Verb
from core.activities import COMMENT, NoteActivity, checked_comment, note_in
from core.commands import ById, WriteNote
from core.house import House
from core.lookup import find_in
from models import Activity, Record


def write(house: House, caller: Caller, record: Record, command: WriteNote, nonce: str | None = None) -> int:
    """Write a note to a record with its files, all or none, and return the number of its activity.

    The same nonce again writes nothing more. Refuses NOT_FOUND, DENIED, INVALID (content) and as `attach`.
    """
    text = checked_comment(command.text)
    try:
        with ExitStack() as stack:
            received = [(file, attachments.receive(house, stack, file)) for file in command.files]
            arrivals = [arrival for _, arrival in received if arrival is not None]
            with house.database.writing(*arrivals) as session:
                held: Record = find_in(session, caller, ById(record.id), Verb.EDIT, locks=True)
                _stop_if_sent_before(submissions.look_for(session, caller, nonce))
                activity: Activity = note_in(session, caller, held, NoteActivity(COMMENT, text))
                for file, arrival in received:
                    made = attachments.attach_in(house, session, caller, held, file, arrival)
                    made.activity_id = activity.id
                attachments.touch_with_job(session, held)
                submissions.note(session, caller, nonce, str(activity.id))
                return activity.id
    except _SentBeforeError as earlier:
        return earlier.activity_id


class _SentBeforeError(Exception):
    """Leaves the transaction, so that the bytes that came a second time are removed."""

    def __init__(self, activity_id: int) -> None:
        self.activity_id = activity_id


def _stop_if_sent_before(made: str | None) -> None:
    if made is not None:
        raise _SentBeforeError(int(made))
