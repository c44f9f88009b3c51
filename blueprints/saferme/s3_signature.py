"""Signature version 4 of a POST policy: made, and checked in constant time. It knows no form and no database.

Honours "Authenticating requests in browser-based uploads using POST (AWS Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from blueprints.saferme.s3_errors import s3_refusal
from core.errors import Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
REGION = "us-east-1"
TOKEN_LIFETIME = timedelta(hours=12)

_CREDENTIAL = re.compile(
    r"(?P<access_key>[^/]+)/(?P<date>[0-9]{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/(?P<end>[^/]+)"
)
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z", re.ASCII)
_NEEDED = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature")
_KEY_MESSAGE = "Bucket POST must contain a field named '{}'.  If it is specified, please check the order of the fields."


@dataclass(frozen=True, slots=True)
class Keys:
    """The pair that signs upload policies."""

    access_key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credential:
    """What x-amz-credential says."""

    access_key: str
    date: str
    region: str

    def __str__(self) -> str:
        return f"{self.access_key}/{self.date}/{self.region}/s3/aws4_request"


def signature(secret: str, date: str, region: str, policy: str) -> str:
    """Return the signature of a policy exactly as it is sent, in small hex; `date` is yyyymmdd."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, policy.encode(), "sha256").hexdigest()


def check(fields: Mapping[str, str], keys: Keys, now: datetime) -> None:
    """Refuse unless the form is signed with our keys; `fields` by small names (steps 5 and 6 of the order of checks).

    The policy is not looked into: a cut one gives a wrong signature, as on S3.
    """
    _refuse_unsigned(fields)
    if fields["x-amz-algorithm"] != ALGORITHM:
        raise _argument("X-Amz-Algorithm", fields["x-amz-algorithm"], f"The algorithm must be {ALGORITHM}.")
    credential = _credential(fields["x-amz-credential"])
    date = fields["x-amz-date"]
    if not _DATE.fullmatch(date) or not date.startswith(credential.date):
        raise _argument("X-Amz-Date", date, "The date must be yyyymmddThhmmssZ, on the day of the credential.")
    if not _same(credential.access_key, keys.access_key):
        message = "The AWS Access Key Id you provided does not exist in our records."
        raise s3_refusal("InvalidAccessKeyId", message, AWSAccessKeyId=credential.access_key)
    _check_token(fields, keys, now)
    _check_signature(fields, keys, credential)


def mint_token(keys: Keys, name: str, now: datetime) -> str:
    """Return the opaque security token that goes with an authorization; Android's client insists on one."""
    until = str(int((now + TOKEN_LIFETIME).timestamp()))
    return f"{name}.{until}.{_token_mark(keys, name, until)}"


def missing_field(name: str) -> Refusal:
    """Build the refusal for a field that is not there, or comes after the file."""
    return _argument(name, "", _KEY_MESSAGE.format(name))


def _refuse_unsigned(fields: Mapping[str, str]) -> None:
    if "policy" in fields and {"awsaccesskeyid", "signature"} & fields.keys():
        raise _argument("AWSAccessKeyId", "", "Signature version 2 is not supported; sign with version 4.")
    missing = [name for name in _NEEDED if name.lower() not in fields]
    if "policy" not in fields or len(missing) == len(_NEEDED):
        raise s3_refusal("AccessDenied", "Access Denied")
    if missing:
        raise missing_field(missing[0])


def _credential(text: str) -> Credential:
    parts = _CREDENTIAL.fullmatch(text)
    if parts is None or parts["service"] != "s3" or parts["end"] != "aws4_request":
        message = "The credential must be <access key>/<yyyymmdd>/<region>/s3/aws4_request."
        raise _argument("X-Amz-Credential", text, message)
    return Credential(parts["access_key"], parts["date"], parts["region"])


def _check_token(fields: Mapping[str, str], keys: Keys, now: datetime) -> None:
    token = fields.get("x-amz-security-token")
    if token is None:
        return
    name, _, rest = token.partition(".")
    until, _, mark = rest.partition(".")
    if not _same(mark, _token_mark(keys, name, until)):
        raise s3_refusal("InvalidToken", "The provided token is malformed or otherwise invalid.")
    if int(until) < now.timestamp():
        raise s3_refusal("ExpiredToken", "The provided token has expired.")


def _token_mark(keys: Keys, name: str, until: str) -> str:
    key = hmac.digest(keys.secret.encode(), b"addenda security token", "sha256")
    return hmac.new(key, f"{name}.{until}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _check_signature(fields: Mapping[str, str], keys: Keys, credential: Credential) -> None:
    policy, given = fields["policy"], fields["x-amz-signature"]
    if _same(given, signature(keys.secret, credential.date, credential.region, policy)):
        return
    raise s3_refusal(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        AWSAccessKeyId=credential.access_key,
        StringToSign=policy,
        SignatureProvided=given,
        StringToSignBytes=policy.encode().hex(" "),
    )


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass"))


def _argument(name: str, value: str, message: str) -> Refusal:
    return s3_refusal("InvalidArgument", message, ArgumentName=name, ArgumentValue=value)
