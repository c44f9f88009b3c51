"""Attachments on the pages: in, described, replaced, out and away."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from core import actions, attachments
from core.commands import Attach, CreateAction
from core.house import House
from models import Attachment, Job
from tests.cast import Cast
from tests.pages.conftest import Visitor, token_of
from tests.pages.test_jobs import nonce_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def file(name: str, content: bytes = b"some bytes") -> FileStorage:
    """Return a file as a browser sends one."""
    return FileStorage(io.BytesIO(content), name)


def send(visitor: Visitor, job: Job, *files: FileStorage, **fields: str) -> TestResponse:
    """Send the form that attaches files, token first."""
    address = f"/jobs/{job.number}/attach"
    page = visitor.see(address)
    sent = {"csrf_token": token_of(page), "nonce": nonce_of(page), **fields, "files": list(files)}
    return visitor.client.post(address, data=sent)


@pytest.fixture
def attachment(house: House, cast: Cast, job: Job) -> Attachment:
    """A picture on the owner's job."""
    command = Attach(file_name="north façade.png", content=[PNG], description="North")
    return attachments.attach(house, cast.owner, actions.of_jobs(house.database, cast.owner, [job.id])[0], command)


def test_several_files_arrive_in_one_form_with_their_facts(owner: Visitor, job: Job) -> None:
    assert send(owner, job, file("a.txt"), file("b.pdf")).location == f"/jobs/{job.number}"
    page = owner.see(f"/jobs/{job.number}")
    assert "2 files are attached." in page
    assert "a.txt" in page
    assert "b.pdf" in page
    assert "10 bytes" in page


def test_a_file_is_attached_to_the_action_that_was_chosen(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send"))
    send(owner, job, file("a.txt"), action=str(action.guid))
    assert [found.name for found in attachments.page_of(house.database, cast.owner, action).items] == ["a.txt"]


def test_an_upload_form_sent_twice_attaches_once(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    send(owner, job, file("a.txt"), nonce="the same nonce")
    assert send(owner, job, file("a.txt"), nonce="the same nonce").status_code == 303
    assert attachments.page_of(house.database, cast.owner, job).total == 1
    assert len(list(house.store.keys())) == 1


def test_no_file_at_all_is_refused_beside_the_field(owner: Visitor, job: Job) -> None:
    token = token_of(owner.see(f"/jobs/{job.number}/attach"))
    # As browsers send an input in which nothing was chosen.
    body = (
        f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\n'
        "Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n"
    )
    response = owner.client.post(
        f"/jobs/{job.number}/attach", data=body.encode(), content_type="multipart/form-data; boundary=b"
    )
    assert response.status_code == 422
    assert re.search(r'id="files-error">Choose at least one file', response.text)


@pytest.mark.parametrize("fields", [{}, {"csrf_token": "forged"}], ids=["missing", "forged"])
def test_no_file_is_read_without_the_token(
    owner: Visitor, house: House, cast: Cast, job: Job, fields: dict[str, str]
) -> None:
    response = owner.client.post(f"/jobs/{job.number}/attach", data={**fields, "files": file("a.txt")})
    assert response.status_code in {403, 422}
    assert attachments.page_of(house.database, cast.owner, job).total == 0
    assert list(house.store.keys()) == []


def test_a_form_of_another_site_attaches_nothing(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    page = owner.see(f"/jobs/{job.number}/attach")
    owner.client.post(
        f"/jobs/{job.number}/attach",
        data={"csrf_token": token_of(page), "files": file("a.txt")},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert attachments.page_of(house.database, cast.owner, job).total == 0


def test_a_reader_attaches_nothing(reader: Visitor, job: Job) -> None:
    reader.see(f"/jobs/{job.number}/attach", 403)


def test_the_page_of_an_attachment_shows_its_facts(owner: Visitor, attachment: Attachment) -> None:
    page = owner.see(f"/attachments/{attachment.guid}")
    assert "<h1" in page
    assert hashlib.sha256(PNG).hexdigest() in page
    assert "image/png" in page
    assert f'src="/attachments/{attachment.guid}/preview"' in page


def test_a_download_is_byte_exact_and_named(owner: Visitor, attachment: Attachment) -> None:
    response = owner.client.get(f"/attachments/{attachment.guid}/download")
    assert response.data == PNG
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''north%20fa%C3%A7ade.png" in response.headers["Content-Disposition"]


def test_a_picture_is_shown_in_place_and_a_page_never_is(
    owner: Visitor, house: House, cast: Cast, job: Job, attachment: Attachment
) -> None:
    html = attachments.attach(house, cast.owner, job, Attach(file_name="x.html", content=[b"<script>1</script>"]))
    assert (
        owner.client.get(f"/attachments/{attachment.guid}/preview").headers["Content-Disposition"].startswith("inline")
    )
    sent = owner.client.get(f"/attachments/{html.guid}/preview")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["Content-Type"] == "application/octet-stream"


def test_names_and_description_are_changed(owner: Visitor, attachment: Attachment) -> None:
    address = f"/attachments/{attachment.guid}/edit"
    owner.send(address, name="North face", file_name="north.png", description="Second floor")
    page = owner.see(f"/attachments/{attachment.guid}")
    assert "North face" in page
    assert "north.png" in page
    assert "Second floor" in page


def test_a_bad_file_name_is_refused_beside_its_field(owner: Visitor, attachment: Attachment) -> None:
    address = f"/attachments/{attachment.guid}/edit"
    response = owner.send(address, name="North face", file_name="..", description="Kept")
    assert response.status_code == 422
    assert 'id="file_name-error"' in response.text
    assert "Kept" in response.text


def test_replacing_keeps_what_was_before_as_a_version(owner: Visitor, attachment: Attachment) -> None:
    address = f"/attachments/{attachment.guid}/replace"
    token = token_of(owner.see(address))
    owner.client.post(address, data={"csrf_token": token, "content": file("new.png", PNG + b"new")})
    assert owner.client.get(f"/attachments/{attachment.guid}/download").data == PNG + b"new"
    assert owner.client.get(f"/attachments/{attachment.guid}/versions/1").data == PNG
    assert "Earlier versions" in owner.see(f"/attachments/{attachment.guid}")


def test_an_attachment_goes_to_the_trash_after_a_question(owner: Visitor, job: Job, attachment: Attachment) -> None:
    assert "Move to the trash?" in owner.see(f"/attachments/{attachment.guid}/delete")
    assert owner.send(f"/attachments/{attachment.guid}/delete").location == f"/jobs/{job.number}"
    owner.see(f"/attachments/{attachment.guid}", 404)


def test_a_stranger_cannot_tell_a_private_attachment_from_none(
    stranger: Visitor, house: House, cast: Cast, private_job: Job
) -> None:
    hidden = attachments.attach(house, cast.owner, private_job, Attach(file_name="a.txt", content=[b"x"]))
    missing = stranger.client.get("/attachments/00000000-0000-4000-8000-000000000000/download")
    found = stranger.client.get(f"/attachments/{hidden.guid}/download")
    assert found.status_code == missing.status_code == 404
    assert _without_token(found.text) == _without_token(missing.text)


def _without_token(page: str) -> str:
    # Signed with the second in which it was shown.
    return page.replace(token_of(page), "")


def test_an_earlier_version_is_made_the_current_one_and_both_are_kept(owner: Visitor, attachment: Attachment) -> None:
    place = f"/attachments/{attachment.guid}"
    token = token_of(owner.see(f"{place}/replace"))
    owner.client.post(f"{place}/replace", data={"csrf_token": token, "content": (io.BytesIO(b"second"), "b.txt")})
    page = owner.see(place)
    assert "Make this the current version" in page
    first = owner.client.get(f"{place}/versions/1").data
    done = owner.send(f"{place}/versions/1/restore", place)
    assert (done.status_code, done.location) == (303, place)
    assert owner.client.get(f"{place}/download").data == first
    assert owner.client.get(f"{place}/versions/2").data == b"second"
    owner.see(f"{place}/versions/1", 404)
    assert owner.send(f"{place}/versions/1/restore", place).status_code == 404


def test_a_reader_makes_no_version_the_current_one(owner: Visitor, reader: Visitor, attachment: Attachment) -> None:
    place = f"/attachments/{attachment.guid}"
    token = token_of(owner.see(f"{place}/replace"))
    owner.client.post(f"{place}/replace", data={"csrf_token": token, "content": (io.BytesIO(b"second"), "b.txt")})
    assert "Make this the current version" not in reader.see(place)
    assert reader.send(f"{place}/versions/1/restore", "/jobs").status_code == 403


def test_a_script_gets_the_form_and_the_words_alone(owner: Visitor, attachment: Attachment) -> None:
    edit = f"/attachments/{attachment.guid}/edit"
    token, asked = token_of(owner.see(edit)), {"HX-Request": "true"}
    form = owner.client.get(edit, headers=asked).text
    assert "<html" not in form
    assert f'id="name-{attachment.guid.hex}"' in form
    given = {"csrf_token": token, "name": "Plan", "file_name": "plan.txt", "description": "Signed"}
    words = owner.client.post(edit, data=given, headers=asked)
    assert (words.status_code, "<html" in words.text, "<bdi>Plan</bdi></h1>" in words.text) == (200, False, True)
    row = owner.client.post(f"{edit}?in=row", data=given, headers=asked)
    assert row.text.lstrip().startswith("<li")
    assert owner.client.post(edit, data=given | {"name": ""}, headers=asked).status_code == 422
