"""The process that computes one password hash, reads stdin, answers on stdout, and ends with the memory that it took.

It knows no user and no setting, inherits no secret, and imports nothing of ours: its start is a part of each sign-in.
"""

from __future__ import annotations

import os
import sys

from _argon2_cffi_bindings import ffi, lib

PASSES, KIBIBYTES, LANES = 2, 19_456, 1  # OWASP's least for argon2id; KIBIBYTES of memory
SALT, DIGEST = 16, 32  # bytes


def hashed(password: bytes) -> bytes:
    """Return a new argon2id hash in its encoded form, `$argon2id$v=19$…`; raises ValueError when it cannot be had."""
    cost, salt = (PASSES, KIBIBYTES, LANES), os.urandom(SALT)
    size = lib.argon2_encodedlen(*cost, SALT, DIGEST, lib.Argon2_id)  # its closing NUL included
    encoded = ffi.new("char[]", size)
    output = (ffi.NULL, DIGEST, encoded, size, lib.Argon2_id, lib.ARGON2_VERSION_13)
    status = lib.argon2_hash(*cost, ffi.from_buffer(password), len(password), ffi.from_buffer(salt), SALT, *output)
    if status != lib.ARGON2_OK:
        raise ValueError(f"argon2 failed with {status}")
    answer: bytes = ffi.string(encoded)
    return answer


def is_right(password: bytes, kept: bytes) -> bool:
    """Return whether the password is that of the hash; False for what is no hash; raises ValueError without memory."""
    status = lib.argon2_verify(ffi.new("char[]", kept), ffi.from_buffer(password), len(password), lib.Argon2_id)
    if status == lib.ARGON2_MEMORY_ALLOCATION_ERROR:
        raise ValueError(f"argon2 failed with {status}")
    return bool(status == lib.ARGON2_OK)


def main() -> None:
    """Answer one question: a hash on the first line and the password after it, or nothing there to get a new hash."""
    question = sys.stdin.buffer.read()
    kept, line_end, password = question.partition(b"\n")
    if line_end:  # otherwise the asker died before it had said all
        sys.stdout.buffer.write((b"right" if is_right(password, kept) else b"wrong") if kept else hashed(password))


if __name__ == "__main__":
    main()
