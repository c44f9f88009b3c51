"""The receiver of signed forms: what a policy says, and whether the form keeps to it (sheet §5.6)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.saferme.conftest import Receiver
from tests.saferme.forms import Signer, moment
from tests.saferme.signed.answers import MD5, members, refused

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
