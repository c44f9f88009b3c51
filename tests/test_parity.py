"""One store, several mouths: a file attached through one is seen, the same in every byte, through each of the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import actions, attachments, tokens
from core.commands import Attach, CreateAction
from core.house import House
from core.tokens import MintToken
from models import Attachment, Job
from tests.cast import OWNER, Cast
from tests.mouths import MOUTHS, FreshClient, Mouth
from tests.saferme.conftest import speaker

NAME = "north façade + 100%.txt"
BODY = bytes(range(256)) * 3

MouthOf = Callable[[str], Mouth]


@pytest.fixture
def mouth_of(app: Flask, house: House, cast: Cast, job: Job) -> MouthOf:
    """Give the owner a mouth by name, all with one token of Addenda's own."""
    secret = token_of(house, cast)
    return lambda name: MOUTHS[name](app, job, secret)


def token_of(house: House, cast: Cast) -> str:
    assert cast.owner.user_id is not None
    return tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id)).secret


def live_rows(house: House) -> int:
    with house.database.reading() as session:
        statement = select(func.count()).select_from(Attachment).where(Attachment.deleted_at.is_(None))
        return session.scalar(statement) or 0


@pytest.mark.parametrize("reads", MOUTHS)
@pytest.mark.parametrize("attaches", MOUTHS)
def test_what_one_attaches_every_other_sees(mouth_of: MouthOf, house: House, attaches: str, reads: str) -> None:
    mouth_of(attaches).attach(NAME, BODY)
    assert mouth_of(reads).files() == {NAME: BODY}
    assert live_rows(house) == 1


@pytest.mark.parametrize("reads", MOUTHS)
@pytest.mark.parametrize("deletes", MOUTHS)
def test_what_one_deletes_is_gone_for_all(mouth_of: MouthOf, house: House, deletes: str, reads: str) -> None:
    mouth_of("nimblex").attach(NAME, BODY)
    mouth_of(deletes).delete(NAME)
    assert mouth_of(reads).files() == {}
    assert live_rows(house) == 0


@pytest.mark.parametrize("reads", MOUTHS)
def test_what_hangs_on_an_action_is_the_jobs(mouth_of: MouthOf, house: House, cast: Cast, job: Job, reads: str) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send"))
    attachments.attach(house, cast.owner, action, Attach(file_name=NAME, content=[BODY]))
    assert mouth_of(reads).files() == {NAME: BODY}


def test_the_files_of_a_report_are_those_of_the_record(app: Flask, house: House, cast: Cast) -> None:
    client = FreshClient(app)
    there = speaker(client, OWNER)
    sent = there.claimed("slate.pdf", b"%PDF-1.7 slate", "application/pdf")["id"]
    report = {"account_id": 1, "geom": "Point(174.76 -36.85)", "form_fields": [{"key": "f_files", "value": [sent]}]}
    made = there.post("/reports", json={"report": report}).get_json()
    by_path = f"/jsonapi/records/Report/{made['id']}/attachments"
    here = {"Authorization": f"Bearer {token_of(house, cast)}"}
    client.post(f"{by_path}/content/roof.txt", data=b"roof", headers=here)
    listed = client.get(by_path, headers=here).get_json()["data"]
    fields = there.get(f"/reports/{made['id']}?fields=form_fields").get_json()["form_fields"]
    shown = {entry["key"]: [file["id"] for file in entry["value"]] for entry in fields if entry["value"]}
    assert [item["id"].rpartition("/")[2] for item in listed] == ["roof.txt", "slate.pdf"]
    assert client.get(f"{by_path}/content/slate.pdf", headers=here).data == b"%PDF-1.7 slate"
    assert (shown["f_files"], len(shown["attachments"])) == ([sent], 1)


@pytest.mark.parametrize("attaches", MOUTHS)
def test_nimblex_replaces_by_name_what_another_attached(mouth_of: MouthOf, house: House, attaches: str) -> None:
    mouth_of(attaches).attach(NAME, BODY)
    mouth_of("nimblex").attach(NAME, b"new")
    assert mouth_of(attaches).files() == {NAME: b"new"}
    assert live_rows(house) == 1
