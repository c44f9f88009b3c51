"""Attachments of a record page by page: over all actions, both ways, without gap or repeat, narrowed by words."""

from __future__ import annotations

import pytest

from core import actions, attachment_lists, attachments, output_lists
from core.access import Caller
from core.commands import CreateAction
from core.errors import Code
from core.house import House
from core.keyset import Mark
from models import Attachment, Job
from tests.cast import Cast
from tests.core.stories import attached, recorded, refused, start


@pytest.fixture
def names(house: House, cast: Cast, job: Job) -> list[str]:
    """The names of files that hang on two actions by turns, newest first."""
    action = actions.add(house.database, cast.owner, job.id, CreateAction(driver="email", title="Send"))
    made = [attached(house, cast.owner, (job, action)[number % 2], f"part-{number}.txt") for number in range(7)]
    return [attachment.name for attachment in reversed(made)]


def walked(house: House, caller: Caller, job: Job, mark: Mark | None = None, text: str = "") -> list[list[str]]:
    """Return the names of each page from a mark to the end."""
    found = attachment_lists.stretch_of(house.database, caller, job, text, mark, 3)
    rest = [] if found.following is None else walked(house, caller, job, found.following, text)
    return [[attachment.name for attachment in found.items], *rest]


def test_pages_go_from_new_to_old_over_all_actions(house: House, cast: Cast, job: Job, names: list[str]) -> None:
    assert walked(house, cast.reader, job) == [names[:3], names[3:6], names[6:]]


def test_the_way_back_leads_where_one_came_from(house: House, cast: Cast, job: Job, names: list[str]) -> None:
    first = attachment_lists.stretch_of(house.database, cast.reader, job, limit=3)
    second = attachment_lists.stretch_of(house.database, cast.reader, job, mark=first.following, limit=3)
    back = attachment_lists.stretch_of(house.database, cast.reader, job, mark=second.preceding, limit=3)
    assert [row.name for row in back.items] == names[:3]
    assert back.preceding is None


def test_many_actions_are_read_as_few_are(
    house: House, cast: Cast, job: Job, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachment_lists, "_MOST_PARTS", 1)
    assert walked(house, cast.reader, job) == [names[:3], names[3:6], names[6:]]


def test_words_narrow_and_the_trash_stays_out(house: House, cast: Cast, job: Job, names: list[str]) -> None:
    assert walked(house, cast.reader, job, text="PART-3") == [["part-3.txt"]]
    assert walked(house, cast.reader, job, text="pa") == walked(house, cast.reader, job)
    assert walked(house, cast.reader, job, text="zyzzyva") == [[]]
    newest: Attachment = attachment_lists.stretch_of(house.database, cast.owner, job, limit=1).items[0]
    attachments.detach(house.database, cast.owner, newest)
    assert walked(house, cast.reader, job)[0] == names[1:4]
    assert walked(house, cast.reader, job, text="part-6") == [[]]


def test_strangers_list_nothing_private(house: House, cast: Cast, private_job: Job) -> None:
    with refused(Code.NOT_FOUND):
        attachment_lists.stretch_of(house.database, cast.stranger, private_job)
    with refused(Code.NOT_FOUND):
        output_lists.stretch_of(house.database, cast.stranger, private_job)


def test_outputs_go_on_in_the_order_they_came(house: House, cast: Cast, job: Job) -> None:
    start(house, job)
    made = [recorded(house, cast.owner, job, f"result-{number}", "txt").id for number in range(3)]
    first = output_lists.stretch_of(house.database, cast.reader, job, limit=2)
    rest = output_lists.stretch_of(house.database, cast.reader, job, first.following, 2)
    assert [row.id for row in (*first.items, *rest.items)] == made
    assert rest.following is None
