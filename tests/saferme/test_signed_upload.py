"""The receiver of signed forms: every row of its tables of success and error, and every field bent."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.http import assert_covers
from blueprints.saferme.s3_errors import TABLE
from blueprints.saferme.s3_signature import Keys, mint_token
from core.house import House
from core.settings import Settings
from tests.conftest import running, sqlite_instance
from tests.saferme.conftest import Receiver, Speaker
from tests.saferme.forms import BOUNDARY, Fields, Signer, body, changed, field_part, moment, ordered, without

MD5 = hashlib.md5(b"bytes", usedforsecurity=False)
ETAG = f'"{MD5.hexdigest()}"'
ANSWER_201 = {"success_action_status": "201"}


def members(reply: TestResponse) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r"<(\w+)>([^<]*)</\1>", reply.text)}


def refused(reply: TestResponse) -> tuple[int, str, str]:
    assert reply.content_type == "application/xml"
    found = members(reply)
    return reply.status_code, found["Code"], found["Message"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Settings:
    """One instance for the whole file: what is refused leaves nothing, and core/test_objects.py looks at the rows."""
    return sqlite_instance(tmp_path_factory.mktemp("receiver") / "instance", sqlite_template)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    """The application on that instance."""
    with running(settings) as application:
        yield application


@pytest.fixture
def gained(house: House) -> Callable[[], int]:
    """How many files the store has gained since the test began."""
    before = len(list(house.store.keys()))
    return lambda: len(list(house.store.keys())) - before


def test_every_refusal_of_the_house_has_a_code_of_s3() -> None:
    assert_covers(TABLE)


# Success (sheet §5.5)


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


# Fields (sheet §5.1)


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


# Errors (sheet §5.6), in the order of the checks


def test_another_method_is_not_allowed(client: FlaskClient) -> None:
    reply = client.get("/addenda-uploads")
    assert refused(reply)[:2] == (405, "MethodNotAllowed")
    assert "POST" in reply.headers["Allow"]


def test_another_path_is_no_bucket(receiver: Receiver, signer: Signer) -> None:
    assert refused(receiver.post(signer.fields(), path="/addenda-uploads/deeper"))[:2] == (404, "NoSuchBucket")


def test_a_body_without_a_length_is_refused(receiver: Receiver) -> None:
    reply = receiver.client.post(
        "/addenda-uploads",
        content_type="multipart/form-data; boundary=x",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"CONTENT_LENGTH": ""},
    )
    assert refused(reply)[:2] == (411, "MissingContentLength")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/mixed; boundary=x", ""])
def test_another_enclosure_is_a_failed_precondition(receiver: Receiver, kind: str) -> None:
    reply = receiver.raw(b"key=a", content_type=kind)
    assert refused(reply)[:2] == (412, "PreconditionFailed")
    assert members(reply)["Condition"] == "Bucket POST must be of the enclosure-type multipart/form-data"


MALFORMED = (400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        (f"multipart/form-data; boundary={BOUNDARY}", b"no boundary at all"),
        (f"multipart/form-data; boundary={BOUNDARY}", f"--{BOUNDARY}\r\nno header\r\n\r\n".encode()),
        (f"multipart/form-data; boundary={BOUNDARY}", field_part("key", "a")),
    ],
)
def test_a_form_that_is_not_well_formed_is_refused(receiver: Receiver, kind: str, sent: bytes) -> None:
    assert refused(receiver.raw(sent, content_type=kind)) == MALFORMED


def test_an_empty_form_is_refused(receiver: Receiver) -> None:
    assert refused(receiver.streamed(io.BytesIO(), 0)) == MALFORMED


def test_a_form_that_does_not_end_leaves_nothing(receiver: Receiver, signer: Signer, gained: Callable[[], int]) -> None:
    sent = body(signer.fields(), b"0" * 300_000).removesuffix(f"\r\n--{BOUNDARY}--\r\n".encode())
    assert refused(receiver.raw(sent)) == MALFORMED
    assert gained() == 0


def test_more_than_20_kib_before_the_file_are_refused(receiver: Receiver, signer: Signer) -> None:
    fields = [("x-ignore-a", "a" * 20_480), *signer.fields()]
    reply = receiver.post(fields)
    assert refused(reply)[:2] == (400, "MaxPostPreDataLengthExceeded")
    assert members(reply)["MaxPostPreDataLengthBytes"] == "20480"


@pytest.mark.parametrize(("spare", "status"), [(0, 204), (-1, 400)])
def test_the_limit_before_the_file_is_exact(receiver: Receiver, signer: Signer, spare: int, status: int) -> None:
    fields = signer.fields()
    empty = len(body([("x-ignore-a", ""), *fields], b"")) - len(f"--{BOUNDARY}--\r\n")
    # The first boundary has no line break before it, the file's last line break is not its own: both are counted.
    filled = [("x-ignore-a", "a" * (20_480 - empty - spare)), *fields]
    assert receiver.post(filled).status_code == status


KEY_MISSING = (
    400,
    "InvalidArgument",
    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
)


def test_a_key_is_needed(receiver: Receiver, signer: Signer) -> None:
    reply = receiver.post(without(signer.fields(), "key"))
    assert refused(reply) == KEY_MISSING
    assert (members(reply)["ArgumentName"], members(reply)["ArgumentValue"]) == ("key", "")


def test_a_key_after_the_file_is_missing(receiver: Receiver, signer: Signer) -> None:
    sent = body(without(signer.fields(), "key")).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    sent += field_part("key", "inbox/a") + f"--{BOUNDARY}--\r\n".encode()
    assert refused(receiver.raw(sent)) == KEY_MISSING


def test_a_policy_after_the_file_is_missing(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields()
    sent = body(without(fields, "policy")).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    sent += field_part("policy", dict(fields)["policy"]) + f"--{BOUNDARY}--\r\n".encode()
    assert refused(receiver.raw(sent)) == (403, "AccessDenied", "Access Denied")


ONE_FILE = (400, "InvalidArgument", "POST requires exactly one file upload per request.")


def test_a_file_is_needed(receiver: Receiver, signer: Signer) -> None:
    reply = receiver.post(signer.fields(), content=None)
    assert refused(reply) == ONE_FILE
    assert members(reply)["ArgumentName"] == "file"


def test_two_files_are_refused_and_none_is_kept(receiver: Receiver, signer: Signer, gained: Callable[[], int]) -> None:
    sent = body(signer.fields()).removesuffix(f"--{BOUNDARY}--\r\n".encode()) + body([], b"second")
    assert refused(receiver.raw(sent)) == ONE_FILE
    assert gained() == 0


def test_a_policy_without_a_signature_is_denied(receiver: Receiver, signer: Signer) -> None:
    fields = [field for field in signer.fields() if not field[0].startswith("x-amz-")]
    assert refused(receiver.post(fields)) == (403, "AccessDenied", "Access Denied")


def test_no_policy_is_denied(receiver: Receiver) -> None:
    assert refused(receiver.post([("key", "inbox/a")])) == (403, "AccessDenied", "Access Denied")


@pytest.mark.parametrize("name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"])
def test_a_missing_part_of_the_signature_is_named(receiver: Receiver, signer: Signer, name: str) -> None:
    reply = receiver.post(without(signer.fields(), name.lower()))
    assert refused(reply)[:2] == (400, "InvalidArgument")
    assert members(reply)["ArgumentName"] == name


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("x-amz-algorithm", "AWS4-HMAC-SHA1", "X-Amz-Algorithm"),
        ("x-amz-credential", "KEY/20260101/us-east-1/ec2/aws4_request", "X-Amz-Credential"),
        ("x-amz-credential", "KEY/20260101/us-east-1/s3/aws3_request", "X-Amz-Credential"),
        ("x-amz-credential", "KEY/2026-01-01/us-east-1/s3/aws4_request", "X-Amz-Credential"),
        ("x-amz-credential", "KEY", "X-Amz-Credential"),
        ("x-amz-date", "20260102T000000Z", "X-Amz-Date"),
        ("x-amz-date", "20260101", "X-Amz-Date"),
        ("x-amz-date", "20260101T00000\u0660Z", "X-Amz-Date"),
    ],
)
def test_a_malformed_part_of_the_signature_is_named(
    receiver: Receiver, signer: Signer, name: str, value: str, shown: str
) -> None:
    reply = receiver.post(changed(signer.fields(), name, value))
    assert refused(reply)[:2] == (400, "InvalidArgument")
    assert (members(reply)["ArgumentName"], members(reply)["ArgumentValue"]) == (shown, value)


def test_an_unknown_access_key_is_named(receiver: Receiver, signer: Signer) -> None:
    reply = receiver.post(changed(signer.fields(), "x-amz-credential", "OTHER/20260101/us-east-1/s3/aws4_request"))
    assert refused(reply)[:2] == (403, "InvalidAccessKeyId")
    assert members(reply)["AWSAccessKeyId"] == "OTHER"


def test_a_wrong_signature_shows_what_was_signed(receiver: Receiver, signer: Signer, settings: Settings) -> None:
    fields = changed(signer.fields(), "x-amz-signature", "f" * 64)
    reply = receiver.post(fields)
    found = members(reply)
    policy = dict(fields)["policy"]
    assert refused(reply)[:2] == (403, "SignatureDoesNotMatch")
    assert (found["AWSAccessKeyId"], found["StringToSign"]) == (settings.upload_access_key, policy)
    assert (found["SignatureProvided"], found["StringToSignBytes"]) == ("f" * 64, policy.encode().hex(" "))
    assert settings.upload_secret_key not in reply.text


def test_a_cut_policy_is_a_wrong_signature_and_not_a_bad_policy(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields()
    reply = receiver.post(changed(fields, "policy", dict(fields)["policy"][:-7]))
    assert refused(reply)[:2] == (403, "SignatureDoesNotMatch")


def test_the_signature_is_compared_with_case(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields()
    reply = receiver.post(changed(fields, "x-amz-signature", dict(fields)["x-amz-signature"].upper()))
    assert refused(reply)[:2] == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "x" * 200])
def test_a_security_token_that_is_not_ours_is_refused(receiver: Receiver, signer: Signer, token: str) -> None:
    reply = receiver.post(signer.fields({"x-amz-security-token": token}, given={"x-amz-security-token": token}))
    assert refused(reply)[:2] == (400, "InvalidToken")


@pytest.mark.parametrize(("age", "answer"), [(timedelta(), 204), (timedelta(days=2), 400)])
def test_a_security_token_of_ours_ends(
    receiver: Receiver, signer: Signer, settings: Settings, age: timedelta, answer: int
) -> None:
    keys = Keys(settings.upload_access_key, settings.upload_secret_key)
    token = mint_token(keys, "ada", datetime.now(UTC) - age)
    reply = receiver.post(signer.fields({"x-amz-security-token": token}, given={"x-amz-security-token": token}))
    assert reply.status_code == answer
    assert (answer == 204) or refused(reply)[:2] == (400, "ExpiredToken")


@pytest.mark.parametrize(
    "policy",
    [
        b"no JSON",
        b'{"conditions": []}',
        b'{"expiration": "2001-01-01T00:00:00Z", "conditions": []}',
        b'{"expiration": "2999-01-01T00:00:00Z", "conditions": [["eq", "$key", "elsewhere"]]}',
    ],
)
def test_whoever_cannot_sign_is_told_nothing_of_the_policy(receiver: Receiver, signer: Signer, policy: bytes) -> None:
    fields = signer.signed(policy)
    signed, unsigned = receiver.post(fields), receiver.post(changed(fields, "x-amz-signature", "0" * 64))
    assert refused(signed)[1] in {"InvalidPolicyDocument", "AccessDenied"}
    assert refused(unsigned)[:2] == (403, "SignatureDoesNotMatch")
    assert signed.text != unsigned.text


JSON_FAULT = (400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")


@pytest.mark.parametrize(
    "policy",
    [b"{", b"", b"\xff", b"[]", b'"text"', b'{"expiration":1,"expiration":2}', b"[" * 5000, b'{"a":NaN}'],
    ids=range(8),
)
def test_a_policy_that_is_no_json_object_is_refused(receiver: Receiver, signer: Signer, policy: bytes) -> None:
    assert refused(receiver.post(signer.signed(policy))) == JSON_FAULT


AHEAD = moment(timedelta(hours=2))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"conditions": []}, "Policy missing expiration."),
        ({"expiration": AHEAD}, "Policy missing conditions."),
        ({"EXPIRATION": AHEAD, "conditions": []}, "Policy missing expiration."),
        ({"expiration": AHEAD, "CONDITIONS": []}, "Policy missing conditions."),
        ({"expiration": "tomorrow", "conditions": []}, "Invalid 'expiration' value"),
        ({"expiration": "2030-01-01 00:00:00Z", "conditions": []}, "Invalid 'expiration' value"),
        ({"expiration": "2030-01-01T00:00:00", "conditions": []}, "Invalid 'expiration' value"),
        ({"expiration": "2030-13-01T00:00:00Z", "conditions": []}, "Invalid 'expiration' value"),
        ({"expiration": 1893456000, "conditions": []}, "Invalid 'expiration' value"),
        ({"expiration": AHEAD, "conditions": {}}, "Invalid 'conditions' value: must be a List."),
        (
            {"expiration": AHEAD, "conditions": [{"acl": "private", "key": "a"}]},
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
        ),
        (
            {"expiration": AHEAD, "conditions": [{}]},
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
        ),
        ({"expiration": AHEAD, "conditions": [{"a": 1}]}, "Invalid Simple-Condition: value must be a string."),
        (
            {"expiration": AHEAD, "conditions": [["ends-with", "$key", "a"]]},
            "Invalid condition: unknown operator ends-with.",
        ),
        ({"expiration": AHEAD, "conditions": [["eq", "$key"]]}, "Invalid condition: eq takes two arguments."),
        ({"expiration": AHEAD, "conditions": [["eq", "$key", 1]]}, "Invalid condition: eq takes two texts."),
        (
            {"expiration": AHEAD, "conditions": [["content-length-range", 1]]},
            "Invalid condition: content-length-range takes two arguments.",
        ),
        (
            {"expiration": AHEAD, "conditions": [["content-length-range", -1, 5]]},
            "Invalid content-length-range: bounds must not be negative.",
        ),
        (
            {"expiration": AHEAD, "conditions": ["text"]},
            "Invalid condition: must be an object or a list that begins with an operator.",
        ),
    ],
)
def test_a_policy_that_says_nothing_sensible_is_refused(
    receiver: Receiver, signer: Signer, document: dict[str, Any], message: str
) -> None:
    reply = receiver.post(signer.fields(document=document))
    assert refused(reply) == (400, "InvalidPolicyDocument", f"Invalid Policy: {message}")


@pytest.mark.parametrize("suffix", ["Z", ".123Z"])
def test_both_spellings_of_an_expiration_are_read(receiver: Receiver, signer: Signer, suffix: str) -> None:
    document = {"expiration": f"2099-01-01T00:00:00{suffix}", "conditions": signer.conditions()}
    assert receiver.post(signer.fields(document=document)).status_code == 204


def test_an_expired_policy_is_denied(receiver: Receiver, signer: Signer) -> None:
    document = {"expiration": moment(timedelta(seconds=-1)), "conditions": signer.conditions()}
    message = "Invalid according to Policy: Policy expired."
    assert refused(receiver.post(signer.fields(document=document))) == (403, "AccessDenied", message)


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        (["eq", "$key", "inbox/other"], '["eq", "$key", "inbox/other"]'),
        ({"key": "inbox/other"}, '["eq", "$key", "inbox/other"]'),
        (["eq", "$key", "INBOX/picture.png"], '["eq", "$key", "INBOX/picture.png"]'),
        (["starts-with", "$key", "outbox/"], '["starts-with", "$key", "outbox/"]'),
        (["eq", "key", "inbox/picture.png"], '["eq", "key", "inbox/picture.png"]'),
        ({"bucket": "other"}, '["eq", "$bucket", "other"]'),
        ({"acl": "private"}, '["eq", "$acl", "private"]'),
        (["starts-with", "$acl", ""], '["starts-with", "$acl", ""]'),
        (["content-length-range", "few", 10], '["content-length-range", "few", 10]'),
    ],
)
def test_a_condition_that_does_not_hold_is_shown(
    receiver: Receiver, signer: Signer, condition: Any, shown: str
) -> None:
    reply = receiver.post(signer.fields(condition))
    message = f"Invalid according to Policy: Policy Condition failed: {shown}"
    assert refused(reply) == (403, "AccessDenied", message)


@pytest.mark.parametrize(
    "condition",
    [
        ["StArTs-WiTh", "$key", "inbox/"],
        ["EQ", "$KEY", "inbox/picture.png"],
        ["starts-with", "$key", ""],
        {"key": "inbox/picture.png"},
        ["content-length-range", "5", "5"],
    ],
)
def test_a_condition_that_holds_lets_the_file_in(receiver: Receiver, signer: Signer, condition: Any) -> None:
    assert receiver.post(signer.fields(condition)).status_code == 204


@pytest.mark.parametrize(("given", "status"), [("image/png,image/gif", 204), ("image/png,text/plain", 403)])
def test_each_type_of_a_list_must_begin_as_the_policy_says(
    receiver: Receiver, signer: Signer, given: str, status: int
) -> None:
    fields = signer.fields(["starts-with", "$Content-Type", "image/"], given={"Content-Type": given})
    assert receiver.post(fields).status_code == status


def test_an_undeclared_field_is_denied_by_its_small_name(receiver: Receiver, signer: Signer) -> None:
    message = "Invalid according to Policy: Extra input fields: x-amz-meta-a"
    assert refused(receiver.post(signer.fields(given={"X-Amz-Meta-A": "1"}))) == (403, "AccessDenied", message)


def test_a_policy_must_name_the_bucket(receiver: Receiver, signer: Signer) -> None:
    document = {"expiration": AHEAD, "conditions": signer.conditions()[1:]}
    message = "Invalid according to Policy: Extra input fields: bucket"
    assert refused(receiver.post(signer.fields(document=document))) == (403, "AccessDenied", message)


def test_a_key_that_is_too_long_is_refused(receiver: Receiver, signer: Signer) -> None:
    fields = changed(signer.fields(), "key", "inbox/" + "ä" * 510)
    assert refused(receiver.post(fields))[:2] == (400, "KeyTooLongError")


@pytest.mark.parametrize("key", ["", "inbox/\0", "inbox/\ud800"])
def test_a_key_that_is_no_text_is_refused(receiver: Receiver, signer: Signer, key: str) -> None:
    assert refused(receiver.raw(_with_raw_key(signer.fields(), key)))[:2] == (400, "InvalidArgument")


@pytest.mark.parametrize("filename", [b"filename*=UTF-8''a%00b", b'filename="a\0b"'])
def test_a_file_name_with_a_nul_is_refused(receiver: Receiver, signer: Signer, filename: bytes) -> None:
    head = b'Content-Disposition: form-data; name="file"; ' + filename
    assert refused(receiver.raw(body(signer.fields(), b"bytes", head)))[:2] == (400, "InvalidArgument")


def _with_raw_key(fields: Fields, key: str) -> bytes:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\n{key}\r\n'
    return part.encode(errors="surrogatepass") + body(without(fields, "key"))


@pytest.mark.parametrize(("size", "status"), [(4, 400), (5, 204), (9, 204), (10, 400)])
def test_both_bounds_of_the_size_are_included(
    receiver: Receiver, signer: Signer, gained: Callable[[], int], size: int, status: int
) -> None:
    reply = receiver.post(signer.fields(["content-length-range", 5, 9]), b"0" * size)
    assert reply.status_code == status
    assert gained() == (status == 204)


def test_too_large_names_both_sizes(receiver: Receiver, signer: Signer) -> None:
    reply = receiver.post(signer.fields(["content-length-range", 0, 9]), b"0" * 10)
    assert refused(reply) == (400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    assert (members(reply)["ProposedSize"], members(reply)["MaxSizeAllowed"]) == ("10", "9")


def test_too_small_names_both_sizes(receiver: Receiver, signer: Signer) -> None:
    reply = receiver.post(signer.fields(["content-length-range", 6, 9]))
    message = "Your proposed upload is smaller than the minimum allowed size"
    assert refused(reply) == (400, "EntityTooSmall", message)
    assert (members(reply)["ProposedSize"], members(reply)["MinSizeAllowed"]) == ("5", "6")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Content-MD5", base64.b64encode(MD5.digest()).decode(), ""),
        ("Content-MD5", base64.b64encode(b"0" * 16).decode(), "BadDigest"),
        ("Content-MD5", "not base64", "InvalidDigest"),
        ("Content-MD5", "", "InvalidDigest"),
        ("x-amz-checksum-sha256", base64.b64encode(hashlib.sha256(b"bytes").digest()).decode(), ""),
        ("x-amz-checksum-sha256", base64.b64encode(b"0" * 32).decode(), "BadDigest"),
        ("x-amz-checksum-sha1", base64.b64encode(hashlib.sha1(b"bytes", usedforsecurity=False).digest()).decode(), ""),
        ("x-amz-checksum-crc32", base64.b64encode(b"0000").decode(), "BadDigest"),
    ],
)
def test_a_checksum_is_compared(
    receiver: Receiver, signer: Signer, gained: Callable[[], int], name: str, value: str, code: str
) -> None:
    fields = signer.fields({name: value}, given={name: value})
    reply = receiver.post(fields)
    assert (reply.status_code, f"<Code>{code}</Code>" in reply.text) == ((400, True) if code else (204, False))
    assert gained() == (not code)


# Every field changed, dropped, doubled, reordered

SIGNED = ("key", "policy", "x-amz-credential", "x-amz-algorithm", "x-amz-date", "x-amz-signature")


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("bend", ["changed", "dropped", "doubled"])
def test_a_bent_form_is_refused_and_leaves_nothing(
    receiver: Receiver, signer: Signer, gained: Callable[[], int], name: str, bend: str
) -> None:
    fields = signer.fields({"key": "inbox/picture.png"})
    bent = {
        "changed": changed(fields, name, dict(fields)[name] + "x"),
        "dropped": without(fields, name),
        "doubled": [*fields, (name, dict(fields)[name])],
    }[bend]
    assert receiver.post(bent).status_code in {400, 403}
    assert gained() == 0


@pytest.mark.parametrize("first", SIGNED)
def test_the_order_of_the_fields_before_the_file_is_free(receiver: Receiver, signer: Signer, first: str) -> None:
    assert receiver.post(ordered(signer.fields(), [first])).status_code == 204
    assert receiver.post(signer.fields()[::-1]).status_code == 204


def test_a_doubled_field_is_joined_by_a_comma(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields({"x-amz-meta-a": "1,2"}, given={"x-amz-meta-a": "1"})
    assert receiver.post([*fields, ("X-Amz-Meta-A", "2")]).status_code == 204


# What a refusal costs


class Counted(io.RawIOBase):
    """A body of a form and 100 MB, that counts what is taken from it."""

    def __init__(self, head: bytes, size: int) -> None:
        super().__init__()
        self.taken = 0
        self._head = head
        self._size = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        wanted = min(self._size - self.taken, len(buffer))
        buffer[:wanted] = self._head[self.taken : self.taken + wanted].ljust(wanted, b"0")
        self.taken += wanted
        return wanted


def test_a_badly_signed_form_of_100_mb_is_refused_before_1_mb_is_read(receiver: Receiver, signer: Signer) -> None:
    fields = changed(signer.fields(), "x-amz-signature", "0" * 64)
    stream = Counted(body(fields, b"").removesuffix(f"\r\n--{BOUNDARY}--\r\n".encode()), 100_000_000)
    reply = receiver.streamed(stream, 100_000_000)
    assert refused(reply)[:2] == (403, "SignatureDoesNotMatch")
    assert stream.taken < 1_000_000


def test_fields_without_end_are_refused_before_1_mb_is_read(receiver: Receiver) -> None:
    stream = Counted(field_part("key", "")[:-2], 100_000_000)
    reply = receiver.streamed(stream, 100_000_000)
    assert refused(reply)[:2] == (400, "MaxPostPreDataLengthExceeded")
    assert stream.taken < 100_000


def test_what_is_promised_far_too_large_is_refused_at_once(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields(["content-length-range", 0, 1000])
    stream = Counted(body(fields, b"").removesuffix(f"\r\n--{BOUNDARY}--\r\n".encode()), 100_000_000)
    reply = receiver.streamed(stream, 100_000_000)
    assert refused(reply)[:2] == (400, "EntityTooLarge")
    assert stream.taken < 1_000_000


def test_a_cut_body_is_incomplete_and_leaves_nothing(
    receiver: Receiver, signer: Signer, gained: Callable[[], int]
) -> None:
    sent = body(signer.fields(), b"0" * 300_000)
    reply = receiver.streamed(io.BytesIO(sent[:200_000]), len(sent))
    assert refused(reply)[:2] == (400, "IncompleteBody")
    assert gained() == 0


def test_a_cookie_or_a_token_changes_nothing(receiver: Receiver, signer: Signer, owner: Speaker) -> None:
    reply = receiver.raw(body(signer.fields()), headers={"Authorization": f"Token token={owner.token}x"})
    assert reply.status_code == 204
