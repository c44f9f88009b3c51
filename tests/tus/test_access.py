"""Whose an upload is, and that rights are asked for at each step: begin, go on, finish."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core import records, resumable
from core.commands import ReviseRecord
from core.errors import Code, Refusal
from core.house import House
from models import Attachment, Job
from tests.cast import Cast
from tests.tus.conftest import BYTES, Talker, guid_of, metadata

Talk = Callable[..., Talker]
Listed = Callable[[], list[Attachment]]


def announce(talker: Talker, job: Job) -> int:
    """Try to begin an upload; return the status."""
    named = metadata(filename="a.txt", record=str(job.guid))
    return talker.ask("POST", "/tus/", headers={"Upload-Length": "3", "Upload-Metadata": named}).status_code


def test_stranger_cannot_tell_missing_from_forbidden(talk: Talk, cast: Cast, private_job: Job) -> None:
    assert announce(talk(cast.stranger), private_job) == 404


def test_reader_and_read_only_token_may_not_begin(talk: Talk, cast: Cast, job: Job) -> None:
    assert announce(talk(cast.reader), job) == 403
    assert announce(talk(cast.owner, scope="read"), job) == 403


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_upload_is_its_owners_alone(owner: Talker, talk: Talk, cast: Cast, job: Job, method: str) -> None:
    path = owner.begin(job, 3)
    spoken = {"Content-Type": BYTES, "Upload-Offset": "0"}
    assert talk(cast.teammate).ask(method, path, b"abc", spoken).status_code == 404
    assert talk(cast.admin).ask(method, path, b"abc", spoken).status_code == 404
    assert owner.head(path).headers["Upload-Offset"] == "0"


def test_a_read_only_token_may_look_and_do_no_more(owner: Talker, talk: Talk, cast: Cast, job: Job) -> None:
    path, reader = owner.begin(job, 3), talk(cast.owner, scope="read")
    assert reader.head(path).status_code == 200
    assert reader.patch(path, 0, b"abc").status_code == 403
    assert reader.ask("DELETE", path).status_code == 403


def test_whoever_lost_the_record_cannot_go_on(teammate: Talker, house: House, cast: Cast, job: Job) -> None:
    path = teammate.begin(job, 6)
    teammate.patch(path, 0, b"abc")
    records.revise(house.database, cast.owner, job.id, ReviseRecord(private=True))
    assert teammate.patch(path, 3, b"def").status_code == 404
    assert teammate.head(path).status_code == 404
    assert teammate.ask("DELETE", path).status_code == 204


def test_rights_are_asked_for_again_when_the_last_byte_is_there(
    teammate: Talker, house: House, cast: Cast, job: Job, attached: Listed
) -> None:
    path = teammate.begin(job, 3)
    upload = resumable.find(house.database, cast.teammate, guid_of(path))
    house.store.append_partial(str(upload.guid), 0, [b"abc"])
    records.revise(house.database, cast.owner, job.id, ReviseRecord(private=True))
    with pytest.raises(Refusal) as refused:
        resumable.settle(house, cast.teammate, upload)
    assert refused.value.code is Code.NOT_FOUND
    assert attached() == []
    assert list(house.store.keys()) == []


def test_a_record_in_the_trash_takes_no_more(owner: Talker, house: House, cast: Cast, job: Job) -> None:
    path = owner.begin(job, 3)
    records.forget(house.database, cast.owner, job.id)
    assert owner.patch(path, 0, b"abc").status_code == 404
