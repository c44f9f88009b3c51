"""The two JSON web tokens of a UFDL session: made and read (UFDL sheet §2). It knows no request and no database.

They carry the credential version of their user, so that a change of password, role or state ends them at once.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from core import clock
from core.errors import Code, Refusal, Subject

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

LIFETIMES = {"access": timedelta(minutes=5), "refresh": timedelta(hours=8)}
_CLASSES = {"access": "AccessToken", "refresh": "RefreshToken"}
_ALGORITHMS = ["HS256"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose it is, under which credential version, what it is for, and when it ends (UTC seconds)."""

    user_id: int
    version: int
    kind: str
    expires: float


def issue(secret_key: bytes, user_id: int, version: int, kind: str) -> str:
    """Return a new signed token of that kind, without blanks (the TypeScript client joins two by one)."""
    from joserfc import jwt  # noqa: PLC0415 - 9 MiB in every process, which only sessions of UFDL need

    now = clock.now()
    claims = {
        "jtt": kind,
        "exp": int((now + LIFETIMES[kind]).timestamp()),
        "iat": int(now.timestamp()),
        "jti": secrets.token_hex(16),
        "upk": str(user_id),
        "ver": version,
    }
    return jwt.encode({"alg": "HS256"}, claims, _key(secret_key), algorithms=_ALGORITHMS)


def read(secret_key: bytes, token: str, *kinds: str) -> Claims:
    """Return what a token of one of those kinds says; refuses UNIDENTIFIED with the code `token_not_valid`."""
    from joserfc.errors import JoseError  # noqa: PLC0415 - as in issue()

    try:
        claims = _verified(token, secret_key)
    except (JoseError, ValueError, TypeError, KeyError):
        raise not_valid(*kinds) from None
    if claims.kind not in kinds or claims.expires <= clock.now().timestamp():
        raise not_valid(*kinds)
    return claims


def not_valid(*kinds: str) -> Refusal:
    """Build the refusal of a token; on the protected routes it lists which kind was wanted."""
    details: dict[str, object] = {"code": "token_not_valid"}
    if kinds == ("access",):
        said = "Token is invalid or expired"
        details["messages"] = [{"token_class": _CLASSES[kind], "token_type": kind, "message": said} for kind in kinds]
        message = "Given token not valid for any token type"
    else:
        message = "Token is invalid or expired"
    return Refusal(Code.UNIDENTIFIED, message, Subject.CREDENTIAL, details=details)


@lru_cache(maxsize=4)
def _key(secret_key: bytes) -> OctKey:
    from joserfc.jwk import OctKey  # noqa: PLC0415 - as in issue()

    # A key of its own: no other signature of the house can be taken for a token.
    return OctKey.import_key(hmac.digest(secret_key, b"UFDL session tokens", "sha256"))


@lru_cache(maxsize=2048)
def _verified(token: str, secret_key: bytes) -> Claims:
    from joserfc import jwt  # noqa: PLC0415 - as in issue()

    # What a signature says does not change; whether it still counts is asked of the clock and the user's row each time.
    claims = jwt.decode(token, _key(secret_key), algorithms=_ALGORITHMS).claims
    return Claims(int(claims["upk"]), int(claims["ver"]), str(claims["jtt"]), float(claims["exp"]))
