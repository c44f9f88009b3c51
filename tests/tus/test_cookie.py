"""The pages' session, with the proof that the page meant it, opens resumable uploads; the bare cookie does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from core import sign_ins
from core.house import House
from models import Attachment, Job
from tests.cast import Cast
from tests.pages.conftest import Visitor, token_of
from tests.tus.conftest import Talker, metadata

Listed = Callable[[], list[Attachment]]


@pytest.fixture
def proof(client: FlaskClient, cast: Cast) -> str:
    """Sign the owner in on the pages; return what X-CSRFToken must say."""
    return token_of(Visitor(client).sign_in(cast.owner.name).see("/jobs"))


@pytest.fixture
def page(client: FlaskClient) -> Talker:
    """A page's script, which has no token but sends the browser's cookie."""
    return Talker(client, "", {"Tus-Resumable": "1.0.0", "Authorization": ""})


def test_a_page_uploads_with_its_session_and_its_proof(page: Talker, proof: str, job: Job, attached: Listed) -> None:
    page.usual |= {"X-CSRFToken": proof, "Sec-Fetch-Site": "same-origin"}
    path = page.begin(job, 3)
    assert page.head(path).status_code == 200
    assert page.patch(path, 0, b"abc").status_code == 204
    assert len(attached()) == 1


@pytest.mark.parametrize("headers", [{}, {"X-CSRFToken": "nonsense"}])
def test_a_cookie_without_its_proof_changes_nothing(
    page: Talker, proof: str, job: Job, headers: dict[str, str]
) -> None:
    assert proof
    named = {"Upload-Length": "3", "Upload-Metadata": metadata(filename="a.txt", record=str(job.guid))}
    reply = page.ask("POST", "/tus/", headers=named | headers)
    assert (reply.status_code, reply.mimetype) == (403, "text/plain")


def test_another_site_changes_nothing_even_with_the_proof(page: Talker, proof: str, job: Job) -> None:
    page.usual |= {"X-CSRFToken": proof, "Sec-Fetch-Site": "cross-site"}
    named = {"Upload-Length": "3", "Upload-Metadata": metadata(filename="a.txt", record=str(job.guid))}
    assert page.ask("POST", "/tus/", headers=named).status_code == 403


def test_a_session_that_has_ended_opens_nothing(page: Talker, proof: str, house: House, cast: Cast, job: Job) -> None:
    page.usual |= {"X-CSRFToken": proof}
    path = page.begin(job, 3)
    (row,) = sign_ins.sessions_of(house.database, cast.owner)
    sign_ins.end_other(house.database, cast.owner, row.guid)
    assert page.head(path).status_code == 401


def test_a_bad_header_is_not_saved_by_the_cookie(page: Talker, proof: str) -> None:
    page.usual |= {"X-CSRFToken": proof, "Authorization": "Bearer adt_nonsense"}
    assert page.ask("POST", "/tus/").status_code == 401
