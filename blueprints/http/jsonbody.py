"""JSON in: decoded once, by one strict function, then typed with msgspec. It knows no member of any API."""

from __future__ import annotations

import codecs
import json
import re
import threading
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec
from flask import Flask, Request, g

from blueprints.http.body import incoming
from core.errors import Code, Refusal, Subject, invalid
from core.limits import Incoming

LARGE: Final = 1024 * 1024  # bytes; beyond this a body takes one of the slots
SLOTS: Final = 4  # large bodies at once in this process: each may weigh several times its length
PATIENCE: Final = 10.0  # seconds to wait for a slot
VALUES: Final = 250_000  # in one body: each costs far more memory than the one or two bytes that ask for it
LARGEST: Final = 2**63
_MARK: Final = codecs.BOM_UTF8

_slots = threading.BoundedSemaphore(SLOTS)
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NOT_SIGNS: Final = bytes(set(range(256)) - set(b"[]{},"))
_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")
_PLACE: Final = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MEMBER: Final = re.compile(r"(?:missing required|unknown) field `(?P<name>[^`]*)`")

T = TypeVar("T")


@dataclass(frozen=True)
class JsonRules:
    """What a body may be: how deep, whether with a BOM or in Latin-1 (PowerShell 5.1 sends both), with members twice."""

    depth: int = 32
    legacy_text: bool = False
    unique_members: bool = False


STRICT: Final = JsonRules()


def read_json(request: Request, limit: int, rules: JsonRules = STRICT) -> dict[str, object]:
    """Return the JSON object in the body, of at most `limit` bytes; raises as read_json_any, and INVALID for no object."""
    value = read_json_any(request, limit, rules)
    if not isinstance(value, dict):
        raise _malformed("The body must be a JSON object.")
    return value


def read_json_any(request: Request, limit: int, rules: JsonRules = STRICT) -> object:
    """Return the JSON value in the body, of at most `limit` bytes, whatever its Content-Type says.

    Raises Refusal(INVALID) for what parse_json refuses, TOO_LARGE, INCOMPLETE, UNSUPPORTED (a Content-Encoding), and
    UNAVAILABLE when four large bodies are in hand for ten seconds. A large body keeps its slot until the request ends.
    """
    return parse_json(_gathered(incoming(request, limit)), rules)


def parse_json(body: bytes | bytearray, rules: JsonRules = STRICT) -> object:
    """Decode one JSON value: UTF-8, bounded in depth and number, integers within 63 bits, no NaN, no half surrogate, no NUL.

    Raises Refusal(INVALID, subject body) for all else, an empty body included.
    """
    body = _legacy(body) if rules.legacy_text else body
    if not body[:LARGE].strip() and not body.strip():
        raise _malformed("The body is empty; a JSON value is needed.")
    _refuse_mass(body, rules.depth)
    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _malformed("The body is not valid JSON in UTF-8.") from None
    _refuse_extremes(value)
    if rules.unique_members:
        json.loads(body, object_pairs_hook=_unique)
    return value


def decode(value: object, kind: type[T], *, strict: bool = True) -> T:
    """Give a decoded value the shape of a struct; raises Refusal(INVALID) whose field is the path of the member.

    Not `strict` where all values are texts, those of a form: `true` and `7` are then read as what they say.
    """
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None


def install_slots(app: Flask) -> None:
    """Give the slot of a large body back when its request ends."""
    app.teardown_request(_release_slot)


def _gathered(source: Incoming) -> bytearray:
    body = bytearray()
    for piece in source:
        body += piece
        if len(body) > LARGE:
            _take_slot()
    return body


def _take_slot() -> None:
    if "json_slot" in g:
        return
    if not _slots.acquire(timeout=PATIENCE):
        raise Refusal(Code.UNAVAILABLE, "Too many large requests at once.", Subject.BODY, retry_after=int(PATIENCE))
    g.json_slot = True


def _release_slot(_failure: BaseException | None) -> None:
    if g.pop("json_slot", False):
        _slots.release()


def _legacy(body: bytes | bytearray) -> bytes | bytearray:
    # Without a copy of a body that is in order: it may be as long as bodies get.
    if body.startswith(_MARK):
        body = _unmarked(body)
    return body if _is_utf8(body) else body.decode("latin-1").encode("utf-8")


def _unmarked(body: bytes | bytearray) -> bytes | bytearray:
    if isinstance(body, bytes):
        return body.removeprefix(_MARK)
    del body[: len(_MARK)]
    return body


def _is_utf8(body: bytes | bytearray) -> bool:
    if body.isascii():
        return True
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(body)
    try:
        for start in range(0, len(view), LARGE):
            decoder.decode(view[start : start + LARGE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        view.release()
    return True


def _refuse_mass(body: bytes | bytearray, depth: int) -> None:
    # What may stand between strings is weighed before anything is built from it. Most bodies, above all long ones in
    # base64, have so few signs that counting them is enough.
    if body.count(b"[") + body.count(b"{") <= depth and body.count(b",") < VALUES:
        return
    # A value brings two strings at most, itself and its name; leaving out escaped quotes may count too few, never too many.
    if body.count(b'"') - body.count(b'\\"') > 4 * VALUES:
        raise _malformed(f"The JSON holds more than {VALUES} values.")
    signs = bytes(_STRING.sub(b"", body)).translate(_ONE_KIND, _NOT_SIGNS)
    if signs.count(b",") + signs.count(b"[") > VALUES:
        raise _malformed(f"The JSON holds more than {VALUES} values.")
    if _is_too_deep(signs.translate(None, b","), depth):
        raise _malformed(f"The JSON is nested more than {depth} deep, or its brackets do not match.")


def _is_too_deep(brackets: bytes, depth: int) -> bool:
    # Without recursion and at the speed of C: remove the innermost pairs again and again. What is left after `depth`
    # rounds is nested deeper, or unbalanced; a long run of openers shows it sooner.
    for _ in range(depth):
        if not brackets or b"[" * (depth + 1) in brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _refuse_extremes(value: object) -> None:
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.keys()
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and "\0" in item:
            raise _malformed("The JSON holds a NUL character.")
        elif isinstance(item, int) and not -LARGEST <= item < LARGEST:
            raise _malformed("The JSON holds an integer beyond 63 bits.")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _malformed("The JSON names a member twice.")
    return members


def _misshapen(message: str) -> Refusal:
    place, member = _PLACE.search(message), _MEMBER.search(message)
    path = [part for part in (place and place["path"], member and member["name"]) if part]
    return invalid(".".join(path), _PLACE.sub("", message).replace("`", "'") + ".", Subject.BODY)


def _malformed(message: str) -> Refusal:
    return Refusal(Code.INVALID, message, Subject.BODY)
