"""The receiver of signed forms: who has not signed, or wrongly, is told that and no more (sheet §5.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blueprints.saferme.s3_signature import Keys, mint_token
from core.settings import Settings
from tests.saferme.conftest import Receiver
from tests.saferme.forms import Signer, changed, without
from tests.saferme.signed.answers import members, refused


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
