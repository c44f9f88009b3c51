"""How the receiver of signed forms says no: S3's codes, statuses and XML. It decides nothing.

Honours Amazon S3, "Error responses" and the recordings of live replies; README.md says where the two differ.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from xml.sax.saxutils import escape

from flask import Response

from blueprints.http import StatusTable, status_for
from core.errors import Code, Refusal, Subject

STATUSES: Mapping[str, int] = {
    "AccessDenied": 403,
    "BadDigest": 400,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "ExpiredToken": 400,
    "IncompleteBody": 400,
    "InsufficientStorage": 507,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidDigest": 400,
    "InvalidPolicyDocument": 400,
    "InvalidRequest": 400,
    "InvalidToken": 400,
    "KeyTooLongError": 400,
    "MalformedPOSTRequest": 400,
    "MaxPostPreDataLengthExceeded": 400,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "NoSuchBucket": 404,
    "OperationAborted": 409,
    "PreconditionFailed": 412,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
}

# What the rest of the house refuses with, in S3's words.
CODES: Mapping[Code | tuple[Code, Subject], str] = {
    Code.UNIDENTIFIED: "AccessDenied",
    Code.DENIED: "AccessDenied",
    Code.NOT_FOUND: "NoSuchBucket",
    Code.GONE: "NoSuchBucket",
    Code.INVALID: "InvalidRequest",
    Code.NOT_ALLOWED: "MethodNotAllowed",
    Code.UNSUPPORTED: "InvalidRequest",
    Code.TOO_LARGE: "EntityTooLarge",
    Code.INCOMPLETE: "IncompleteBody",
    Code.NO_SPACE: "InsufficientStorage",
    Code.CONFLICT: "OperationAborted",
    (Code.CONFLICT, Subject.UPLOAD): "AccessDenied",  # the key was claimed: its object is no longer the uploader's
    Code.LOCKED: "OperationAborted",
    Code.NOT_STARTED: "OperationAborted",
    Code.PRECONDITION: "PreconditionFailed",
    Code.THROTTLED: "SlowDown",
    Code.UNAVAILABLE: "ServiceUnavailable",
    Code.INTERNAL: "InternalError",
}
TABLE: StatusTable = {reason: STATUSES[name] for reason, name in CODES.items()}

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def s3_refusal(name: str, message: str, **extras: object) -> Refusal:
    """Build a refusal that S3 has a code for; `extras` follow the message in the XML, in their order."""
    code = Code.DENIED if STATUSES[name] == 403 else Code.INVALID
    return Refusal(code, message, Subject.UPLOAD, details={"s3": name, "extras": extras})


def shape(refusal: Refusal) -> Response:
    """Word any refusal as S3 does."""
    name = str(refusal.details.get("s3") or CODES.get((refusal.code, refusal.subject)) or CODES[refusal.code])
    status = STATUSES[name] if "s3" in refusal.details else status_for(TABLE, refusal)
    extras = refusal.details.get("extras")
    reference = secrets.token_hex(8).upper()
    members = {"Code": name, "Message": refusal.message, **(extras if isinstance(extras, dict) else {})}
    members |= {"RequestId": reference, "HostId": refusal.details.get("reference", "addenda")}
    response = Response(document("Error", members), status, content_type="application/xml")
    response.headers["x-amz-request-id"] = reference
    return response


def document(root: str, members: Mapping[str, object]) -> str:
    """Return an XML document of one level; characters that XML cannot carry become the replacement character."""
    inner = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in members.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inner}</{root}>'


def _text(value: object) -> str:
    return escape(_NOT_XML.sub("\ufffd", str(value)))
