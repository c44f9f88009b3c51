"""Passwords: checked for strength, hashed with argon2id, verified. It knows no user and no request."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.bounds import is_text
from core.errors import Code, Refusal, Subject, invalid
from core.folding import normal

SHORTEST, LONGEST = 8, 256  # characters
_AT_ONCE = 4  # hashes a process computes at the same time: each takes 19 MiB and a core
_PATIENCE = 10  # seconds

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_places = threading.BoundedSemaphore(_AT_ONCE)
_COMMON = frozenset(
    "password passw0rd password1 password12 password123 12345678 123456789 1234567890 11111111 00000000 qwertyui "
    "qwerty123 qwertyuiop 1q2w3e4r 1qaz2wsx abcd1234 abc12345 iloveyou sunshine princess football baseball "
    "superman trustno1 letmein1 welcome1 admin123 administrator changeme addenda1".split()
)
# Verified when there is no such user, so that the two answers take the same time; nobody has the password of this hash.
# Written down, not computed: a hash at every start of every process would cost it 19 MiB and a twentieth of a second.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$LQg9Y8GBDjplTCY5ZXayQQ$VPwzc+YlnQY0s4NRlrA42P+pmhidsdP2N5zVVSxBQHc"


def check(password: str, name: str = "") -> None:
    """Refuse INVALID for a password that is too short, too long, common, or the user's own name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise invalid("password", f"A password has {SHORTEST} to {LONGEST} characters.", Subject.USER)
    if not is_text(password):
        raise invalid("password", "A password holds no NUL character.", Subject.USER)
    if password.casefold() in _COMMON or (name and password.casefold() == name.casefold()):
        raise invalid("password", "This password is too easy to guess.", Subject.USER)


def hashed(password: str) -> str:
    """Return the argon2id hash to keep; refuses UNAVAILABLE when too many are asked for at once."""
    _enter()
    try:
        return _hasher.hash(normal(password))
    finally:
        _places.release()


def is_right(password: str, kept: str | None) -> bool:
    """Return whether the password is the one that was hashed; takes the same time when there is no hash."""
    _enter()
    try:
        _hasher.verify(kept or _NOBODY, normal(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    else:
        return kept is not None
    finally:
        _places.release()


def _enter() -> None:
    if not _places.acquire(timeout=_PATIENCE):
        raise Refusal(Code.UNAVAILABLE, "Too many sign-ins at once; please try again.", retry_after=5)
