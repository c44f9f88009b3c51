"""The filter language of `recordrows`, a safe subset: text in, the domain's own conditions out (sheet §4).

    filter     = all { OR all } ; all = part { AND part } ; part = NOT part | "(" filter ")" | comparison
    comparison = field ( = | <> | != | < | <= | > | >= ) value | field [NOT] IN [ARRAY] "(" value { "," value } ")"
               | field IS [NOT] NULL | field [NOT] CONTAINS text | field [NOT] STARTSWITH text
    field      = "[" name "]" | RecordID | EFormType | LineNumber
    value      = 'text' | "text" | number | TRUE | FALSE | CURRENT_DATE | CURRENT_USER

Words are read without case. Nothing of it becomes SQL text: names are looked up, values are bound. It knows no table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from blueprints.nimblex.negotiation import parameter_refused
from core.filters import All, Comparison, Condition, Either, Not, Operator

LONGEST = 4000  # characters
DEEPEST = 20  # brackets and NOTs within one another
MOST_COMPARISONS = 100

Value = str | int | float | bool

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<field>\[(?:[^\[\]]|\]\])*\](?:\.\[[^\]]*\])*)
    | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<sign><>|!=|<=|>=|[=<>(),])
    | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
    )""",
    re.VERBOSE,
)
_BLANK = re.compile(r"\s*")
_SYSTEM = {"recordid": "RecordID", "eformtype": "EFormType", "linenumber": "LineNumber"}
_SIGNS: Mapping[str, tuple[Operator, bool]] = {
    "=": (Operator.EQUAL, False),
    "<>": (Operator.EQUAL, True),
    "!=": (Operator.EQUAL, True),
    "<": (Operator.LESS, False),
    "<=": (Operator.AT_MOST, False),
    ">": (Operator.MORE, False),
    ">=": (Operator.AT_LEAST, False),
}
_MATCHES = {"contains": Operator.CONTAINS, "startswith": Operator.STARTS}


@dataclass(frozen=True, slots=True)
class Names:
    """What the words CURRENT_DATE (ISO 8601) and CURRENT_USER stand for."""

    date: str
    user: str


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a filter: which kind of piece, and how it was written."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """The word or sign that it is, in small letters; nothing for fields, texts and numbers."""
        return self.text.lower() if self.kind in ("word", "sign") else ""


def parse(text: str, names: Names) -> Condition:
    """Return the condition that a filter states; refuses INVALID (source parameter `filter`) for anything else."""
    if len(text) > LONGEST:
        _refuse(f"A filter has at most {LONGEST} characters.")
    parser = _Parser(list(_tokens(text)), names)
    condition = parser.either(0)
    if parser.ahead is not None:
        _refuse(f"“{parser.ahead.text}” was not expected there.")
    return condition


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while _BLANK.fullmatch(text, at) is None:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            _refuse(f"The filter cannot be read from “{text[at : at + 20].strip()}” on.")
        yield Token(found.lastgroup, found[found.lastgroup])
        at = found.end()


class _Parser:
    """Descends once through the pieces of a filter."""

    def __init__(self, tokens: list[Token], names: Names) -> None:
        self._tokens = tokens
        self._at = 0
        self._comparisons = 0
        self._names = names

    @property
    def ahead(self) -> Token | None:
        """The piece that comes next."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def either(self, depth: int) -> Condition:
        """Read parts joined by OR."""
        return self._joined("or", lambda: self._all(depth), Either)

    def _all(self, depth: int) -> Condition:
        return self._joined("and", lambda: self._part(depth), All)

    def _joined(
        self, word: str, read: Callable[[], Condition], join: Callable[[list[Condition]], Condition]
    ) -> Condition:
        parts = [read()]
        while self._takes(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else join(parts)

    def _part(self, depth: int) -> Condition:
        if depth > DEEPEST:
            _refuse(f"A filter nests at most {DEEPEST} deep.")
        if self._takes("not"):
            return Not(self._part(depth + 1))
        if self._takes("("):
            inner = self.either(depth + 1)
            self._require(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        self._count(1)
        field = self._field()
        if self._takes("is"):
            is_negated = self._takes("not")
            self._require("null")
            return _negated(Comparison(field, Operator.IS_NULL), is_negated)
        is_negated = self._takes("not")
        if self._takes("in"):
            return _negated(self._one_of(field), is_negated)
        if self.ahead is not None and (operator := _MATCHES.get(self.ahead.word)):
            self._at += 1
            return _negated(Comparison(field, operator, self._value()), is_negated)
        if is_negated:
            _refuse("NOT is followed by IN, CONTAINS or STARTSWITH there.")
        return self._signed(field)

    def _count(self, more: int) -> None:
        self._comparisons += more
        if self._comparisons > MOST_COMPARISONS:
            _refuse(f"A filter compares at most {MOST_COMPARISONS} times.")

    def _signed(self, field: str) -> Condition:
        token = self._next("a comparison")
        if token.word not in _SIGNS:
            _refuse(f"“{token.text}” compares nothing here.")
        operator, is_negated = _SIGNS[token.word]
        return _negated(Comparison(field, operator, self._value()), is_negated)

    def _one_of(self, field: str) -> Condition:
        self._takes("array")
        self._require("(")
        values = [self._value()]
        while self._takes(","):
            values.append(self._value())
        self._require(")")
        self._count(len(values) - 1)
        return Either([Comparison(field, Operator.EQUAL, value) for value in values])

    def _field(self) -> str:
        token = self._next("a field")
        if token.kind == "field":
            if "].[" in token.text:
                _refuse("References to other records are not supported.")
            name = token.text[1:-1].replace("]]", "]").strip()
            return _SYSTEM.get(name.lower(), name)
        if token.word not in _SYSTEM:
            _refuse(f"“{token.text}” is no field; fields stand in square brackets.")
        return _SYSTEM[token.word]

    def _value(self) -> Value:
        token = self._next("a value")
        match token.kind:
            case "text":
                quote = token.text[0]
                return token.text[1:-1].replace(quote * 2, quote)
            case "number":
                return float(token.text) if "." in token.text else int(token.text)
            case _:
                return self._known_word(token)

    def _known_word(self, token: Token) -> Value:
        words: Mapping[str, Value] = {
            "true": True,
            "false": False,
            "current_date": self._names.date,
            "current_user": self._names.user,
        }
        if token.word not in words:
            _refuse(f"“{token.text}” is no value; texts stand in quotes.")
        return words[token.word]

    def _next(self, wanted: str) -> Token:
        token = self.ahead
        if token is None:
            _refuse(f"The filter ends where {wanted} is needed.")
        self._at += 1
        return token

    def _takes(self, word: str) -> bool:
        found = self.ahead is not None and self.ahead.word == word
        self._at += found
        return found

    def _require(self, word: str) -> None:
        if not self._takes(word):
            _refuse(f"“{word.upper()}” is missing.")


def _negated(condition: Condition, is_negated: bool) -> Condition:
    return Not(condition) if is_negated else condition


def _refuse(message: str) -> NoReturn:
    raise parameter_refused("filter", message)
