"""A POST policy: written, read, and applied to the fields of a form. It knows no signature and no file.

Honours "Creating a POST policy"; messages and statuses as recorded from live S3.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from blueprints.http import JsonRules, parse_json
from blueprints.saferme.s3_errors import s3_refusal
from core.errors import Refusal

UNCHECKED: Final = frozenset({"x-amz-signature", "policy", "file", "awsaccesskeyid", "signature"})

_EXPIRATION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z", re.ASCII)
_RULES = JsonRules(unique_members=True)
_ONE_PROPERTY = "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."


@dataclass(frozen=True, slots=True)
class Condition:
    """One demand on a field (`eq`, `starts-with`) or on the size (`content-length-range`), as it was written."""

    operator: str
    written: tuple[Any, ...]

    @property
    def field(self) -> str | None:
        """The small name of the field it is about; None for a size, and for a name without its dollar sign."""
        name = str(self.written[1])
        return name[1:].lower() if self.operator != "content-length-range" and name.startswith("$") else None


@dataclass(frozen=True, slots=True)
class Policy:
    """Until when a form may be sent, and what it must hold."""

    expires: datetime
    conditions: Sequence[Condition]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many bytes a file may have, both bounds included."""

    least: int
    most: int | None  # None: as many as the house takes


def written(expires: datetime, conditions: Sequence[object]) -> str:
    """Return a policy as a form carries it: compact JSON in base64, with seconds and Z."""
    document = {"expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions}
    return base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()


def read(text: str) -> Policy:
    """Read the policy of a form; refuses InvalidPolicyDocument."""
    document = _document(text)
    if "expiration" not in document:
        raise _invalid("Policy missing expiration.")
    if "conditions" not in document:
        raise _invalid("Policy missing conditions.")
    expires = _expiration(document["expiration"])
    if not isinstance(document["conditions"], list):
        raise _invalid("Invalid 'conditions' value: must be a List.")
    return Policy(expires, [_condition(given) for given in document["conditions"]])


def apply(policy: Policy, fields: Mapping[str, str], bucket: str, now: datetime) -> Sizes:
    """Refuse a form that the policy does not allow (steps 8 to 10); return what it says of the size.

    `fields` are those before the file, by small names, in their order; `bucket` is compared though no field carries it.
    """
    if policy.expires <= now:
        raise s3_refusal("AccessDenied", "Invalid according to Policy: Policy expired.")
    known = {**fields, "bucket": bucket}
    for condition in policy.conditions:
        if not _holds(condition, known):
            raise _failed(condition)
    declared = {condition.field for condition in policy.conditions}
    for name in known:
        if name not in declared and name not in UNCHECKED and not name.startswith("x-ignore-"):
            raise s3_refusal("AccessDenied", f"Invalid according to Policy: Extra input fields: {name}")
    return _sizes(policy)


def _document(text: str) -> dict[str, object]:
    try:
        document = parse_json(base64.b64decode(text, validate=True), _RULES)
    except (binascii.Error, ValueError, Refusal):
        raise _invalid("Invalid JSON.") from None
    if not isinstance(document, dict):
        raise _invalid("Invalid JSON.")
    return document


def _expiration(given: object) -> datetime:
    # Matched first: the library reads more forms than S3 does.
    if isinstance(given, str) and _EXPIRATION.fullmatch(given):
        try:
            return datetime.fromisoformat(given).astimezone(UTC)
        except ValueError:
            pass
    raise _invalid("Invalid 'expiration' value")


def _condition(given: object) -> Condition:
    if isinstance(given, dict):
        return _simple(given)
    if not isinstance(given, list) or not given or not isinstance(given[0], str):
        raise _invalid("Invalid condition: must be an object or a list that begins with an operator.")
    operator = given[0].lower()
    if operator not in {"eq", "starts-with", "content-length-range"}:
        raise _invalid(f"Invalid condition: unknown operator {operator[:40]}.")
    if len(given) != 3:
        raise _invalid(f"Invalid condition: {operator} takes two arguments.")
    if operator == "content-length-range":
        _refuse_negative(given)
    elif not isinstance(given[1], str) or not isinstance(given[2], str):
        raise _invalid(f"Invalid condition: {operator} takes two texts.")
    return Condition(operator, tuple(given))


def _simple(given: Mapping[str, object]) -> Condition:
    if len(given) != 1:
        raise _invalid(_ONE_PROPERTY)
    ((name, value),) = given.items()
    if not isinstance(value, str):
        raise _invalid("Invalid Simple-Condition: value must be a string.")
    return Condition("eq", ("eq", f"${name}", value))


def _refuse_negative(given: Sequence[object]) -> None:
    bounds = [_number(bound) for bound in given[1:]]
    if any(bound is not None and bound < 0 for bound in bounds):
        raise _invalid("Invalid content-length-range: bounds must not be negative.")


def _number(bound: object) -> int | None:
    if isinstance(bound, int) and not isinstance(bound, bool):
        return bound
    return int(bound) if isinstance(bound, str) and re.fullmatch(r"-?[0-9]{1,18}", bound, re.ASCII) else None


def _holds(condition: Condition, fields: Mapping[str, str]) -> bool:
    if condition.operator == "content-length-range":
        return all(_number(bound) is not None for bound in condition.written[1:])
    value, wanted = fields.get(condition.field or ""), str(condition.written[2])
    if value is None:
        return False
    if condition.operator == "eq":
        return value == wanted
    # A list of types, as browsers send for several files: each must begin so.
    parts = [part.strip() for part in value.split(",")] if condition.field == "content-type" else [value]
    return all(part.startswith(wanted) for part in parts)


def _sizes(policy: Policy) -> Sizes:
    ranges = [condition.written for condition in policy.conditions if condition.operator == "content-length-range"]
    least = [_number(lower) or 0 for _, lower, _ in ranges]
    most = [_number(upper) or 0 for _, _, upper in ranges]
    return Sizes(max(least, default=0), min(most, default=None))


def _failed(condition: Condition) -> Refusal:
    shown = json.dumps(list(condition.written), ensure_ascii=False)
    return s3_refusal("AccessDenied", f"Invalid according to Policy: Policy Condition failed: {shown}")


def _invalid(reason: str) -> Refusal:
    return s3_refusal("InvalidPolicyDocument", f"Invalid Policy: {reason}")
