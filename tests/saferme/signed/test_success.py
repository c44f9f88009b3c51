"""The receiver of signed forms: what it answers to the good ones, and how it reads their fields (sheet §5.5, §5.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from blueprints.http import assert_covers
from blueprints.saferme.s3_errors import TABLE
from tests.saferme.conftest import Receiver
from tests.saferme.forms import BOUNDARY, Signer, body, changed, field_part
from tests.saferme.signed.answers import ETAG, MD5, members

ANSWER_201 = {"success_action_status": "201"}


def test_every_refusal_of_the_house_has_a_code_of_s3() -> None:
    assert_covers(TABLE)


def test_201_answers_with_the_document_and_its_headers(
    receiver: Receiver, signer: Signer, gained: Callable[[], int]
) -> None:
    reply = receiver.post(signer.fields(ANSWER_201, given=ANSWER_201))
    location = "http://localhost/addenda-uploads/inbox%2Fpicture.png"
    assert (reply.status_code, reply.content_type) == (201, "application/xml")
    assert reply.text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<PostResponse><Location>{location}</Location><Bucket>addenda-uploads</Bucket>"
        f'<Key>inbox/picture.png</Key><ETag>"{MD5.hexdigest()}"</ETag></PostResponse>'
    )
    assert (reply.headers["ETag"], reply.headers["Location"]) == (ETAG, location)
    assert gained() == 1


@pytest.mark.parametrize(("asked", "status"), [("200", 200), ("204", 204), ("404", 204)])
def test_other_statuses_answer_with_nothing(receiver: Receiver, signer: Signer, asked: str, status: int) -> None:
    reply = receiver.post(signer.fields({"success_action_status": asked}, given={"success_action_status": asked}))
    assert (reply.status_code, reply.data, reply.headers.get("Content-Type")) == (status, b"", None)
    assert reply.headers["ETag"] == ETAG


def test_no_status_is_204(receiver: Receiver, signer: Signer) -> None:
    assert receiver.post(signer.fields()).status_code == 204


@pytest.mark.parametrize(
    ("given", "location"),
    [
        ("https://app.example/done", "https://app.example/done?"),
        ("https://app.example/done?a=1", "https://app.example/done?a=1&"),
    ],
)
@pytest.mark.parametrize("name", ["success_action_redirect", "redirect"])
def test_a_redirect_wins_over_the_status(
    receiver: Receiver, signer: Signer, given: str, location: str, name: str
) -> None:
    fields = signer.fields(
        ANSWER_201, ["starts-with", f"${name}", ""], given={"success_action_status": "201", name: given}
    )
    reply = receiver.post(fields)
    asked = f"bucket=addenda-uploads&key=inbox%2Fpicture.png&etag=%22{MD5.hexdigest()}%22"
    assert (reply.status_code, reply.headers["Location"], reply.data) == (303, location + asked, b"")


@pytest.mark.parametrize("given", ["/done", "javascript:alert(1)", "https://", "https://a.example/\r\nSet-Cookie: a=b"])
def test_a_redirect_that_is_no_absolute_address_is_ignored(receiver: Receiver, signer: Signer, given: str) -> None:
    reply = receiver.post(signer.fields(["starts-with", "$redirect", ""], given={"redirect": given}))
    assert (reply.status_code, "Set-Cookie" in reply.headers) == (204, False)


@pytest.mark.parametrize("path", ["/addenda-uploads", "/addenda-uploads/"])
def test_the_address_works_with_and_without_a_slash(receiver: Receiver, signer: Signer, path: str) -> None:
    assert receiver.post(signer.fields(), path=path).status_code == 204


def test_a_preflight_is_answered(client: FlaskClient) -> None:
    assert "POST" in client.options("/addenda-uploads").headers["Allow"]


def test_names_are_read_without_case_and_values_with_it(receiver: Receiver, signer: Signer) -> None:
    bent = [(name.swapcase(), value) for name, value in signer.fields()]
    assert receiver.post(bent).status_code == 204


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'form-data; name="file"; filename="C:\\\\photos\\\\roof.png"', "roof.png"),
        (b'form-data; name="file"; filename="/home/me/roof.png"', "roof.png"),
        (b"form-data; name=file; filename=roof.png", "roof.png"),
        ('form-data; name="file"; filename="dächer.png"'.encode(), "dächer.png"),
        (b"form-data; name=\"file\"; filename*=UTF-8''d%C3%A4cher.png", "dächer.png"),
        (b'form-data; name="FILE"; filename="roof.png"', "roof.png"),
        (b'form-data; name="file"; filename=""', ""),
        (b'form-data; name="file"', "${filename}"),
    ],
)
def test_the_file_name_takes_its_place_in_the_key(receiver: Receiver, signer: Signer, head: bytes, name: str) -> None:
    fields = signer.fields(ANSWER_201, given=ANSWER_201)
    reply = receiver.raw(body(fields, b"bytes", b"Content-Disposition: " + head))
    assert members(reply)["Key"] == f"inbox/{name}"


def test_the_file_name_is_expanded_in_every_field_before_the_conditions(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields({"x-amz-meta-name": "picture.png"}, given={"x-amz-meta-name": "${filename}"})
    assert receiver.post(fields).status_code == 204


def test_a_key_is_escaped_in_the_document(receiver: Receiver, signer: Signer) -> None:
    fields = changed(signer.fields(ANSWER_201, given=ANSWER_201), "key", "inbox/<a & b>")
    reply = receiver.post(fields)
    assert "<Key>inbox/&lt;a &amp; b&gt;</Key>" in reply.text
    assert reply.headers["Location"].endswith("/inbox%2F%3Ca%20%26%20b%3E")


def test_a_large_file_in_a_plain_field_is_taken(receiver: Receiver, signer: Signer, gained: Callable[[], int]) -> None:
    sent = body(signer.fields(), b"0" * 600_000, b'Content-Disposition: form-data; name="file"')
    assert receiver.raw(sent).status_code == 204
    assert gained() == 1


def test_what_follows_the_file_is_ignored(receiver: Receiver, signer: Signer) -> None:
    sent = body(signer.fields()).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    sent += field_part("undeclared", "value") + f"--{BOUNDARY}--\r\n".encode()
    assert receiver.raw(sent).status_code == 204


def test_fields_to_be_ignored_need_no_condition(receiver: Receiver, signer: Signer) -> None:
    assert receiver.post([("x-ignore-this", "1"), *signer.fields()]).status_code == 204
