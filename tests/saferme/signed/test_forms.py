"""The receiver of signed forms: what is no form, or not with what every one has (sheet §5.6, in the order of the checks)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.saferme.conftest import Receiver
from tests.saferme.forms import BOUNDARY, Fields, Signer, body, changed, field_part, without
from tests.saferme.signed.answers import members, refused


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
