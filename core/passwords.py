"""Passwords: checked for strength, hashed with argon2id, verified. It knows no user and no request.

A hash takes 19 MiB, which a web worker has not to spare, so each is computed by a process of its own that then ends:
docs/decisions/010-passwords-in-a-process-of-their-own.md.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from core.bounds import is_text
from core.errors import Code, Refusal, Subject, invalid
from core.folding import normal

SHORTEST, LONGEST = 8, 256  # characters
AT_ONCE: Final = 2  # hashes that a process has computed at the same time: each takes 30 MB and a core
_PATIENCE: Final = 10.0  # seconds, for a place as for an answer
# By its path and isolated: it sees no folder and no variable of ours, and finds nothing but what is installed.
_CHILD: Final = [sys.executable, "-I", str(Path(__file__).with_name("password_child.py"))]

log = logging.getLogger(__name__)

_places = threading.BoundedSemaphore(AT_ONCE)
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
    """Return the argon2id hash to keep; refuses UNAVAILABLE when too many are asked for at once, or none can be had."""
    return _answer(b"", normal(password).encode()).decode()


def is_right(password: str, kept: str | None) -> bool:
    """Return whether the password is the one that was hashed; takes the same time when there is no hash.

    Refuses UNAVAILABLE as `hashed` does.
    """
    if len(password) > LONGEST:  # nobody's, and no process of ours is to carry megabytes of it
        password, kept = "", None
    # Half of a surrogate pair is in nobody's password either, and takes the time that every wrong one takes.
    given = normal(password).encode(errors="surrogatepass")
    return _answer((kept or _NOBODY).encode(), given) == b"right" and kept is not None


def _answer(kept: bytes, password: bytes) -> bytes:
    if not _places.acquire(timeout=_PATIENCE):
        raise _unavailable("Too many sign-ins at once; please try again.")
    try:
        return _asked(kept + b"\n" + password)
    except (OSError, subprocess.SubprocessError) as error:
        log.error("no password could be checked: %s", error)  # noqa: TRY400 - one line says it
        raise _unavailable("Passwords cannot be checked at the moment; please try again.") from None
    finally:
        _places.release()


def _asked(question: bytes) -> bytes:
    # Through a pipe: a command line can be read by everybody on the machine. Nothing of our environment goes along.
    return subprocess.run(  # noqa: S603 - our own command line
        _CHILD,
        input=question,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8"},
        timeout=_PATIENCE,
        check=True,
    ).stdout


def _unavailable(message: str) -> Refusal:
    return Refusal(Code.UNAVAILABLE, message, retry_after=5)
