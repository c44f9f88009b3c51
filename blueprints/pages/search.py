"""The one search as people see it: words, what narrows them, and what was found. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from flask import render_template, request
from wtforms import DateField, SearchField, SelectField
from wtforms.validators import Length, Optional, ValidationError

from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import PageForm, choices_of
from blueprints.pages.jobs import Answer
from core import accounts, record_types, search
from core.search import Hits, SearchQuery
from core.search_entries import KINDS, SHORTEST

LONGEST = 200  # characters
KIND_WORDS = {"": "Everything", "record": "Jobs and records", "attachment": "Files and links", "output": "Outputs"}
_YEARS = range(1970, 9000)


class SearchForm(PageForm):
    """What is looked for; it is sent by GET, so that its address can be shared."""

    q = SearchField("Words", [Length(max=LONGEST, message=f"At most {LONGEST} characters.")])
    kind = SelectField("Kind", choices=choices_of(KIND_WORDS), validate_choice=False)
    type = SelectField("Belongs to", choices=[], validate_choice=False)
    owner = SelectField("Owner or author", choices=[], validate_choice=False)
    sort = SelectField(
        "Order", choices=choices_of({"": "Newest first", "oldest": "Oldest first"}), validate_choice=False
    )
    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])

    def validate_since(self, field: DateField) -> None:
        """Refuse a year that no calendar of ours has."""
        _require_year(field.data)

    def validate_until(self, field: DateField) -> None:
        """Refuse a year that no calendar of ours has."""
        _require_year(field.data)


@PAGES.get("/search")
def search_all() -> Answer:
    """Show what the words find, newest first; without words everything."""
    form = SearchForm(request.args)
    types = [found.name for found in record_types.all_types(house().database) if found.name != "Action"]
    users = accounts.all_users(house().database)
    form.type.choices = choices_of({"": "Any record", **{name: name for name in types}})
    form.owner.choices = choices_of({"": "Anybody", "me": "Me", **{str(user.id): user.name for user in users}})
    found, status = Hits([], None), 422
    if form.validate():
        found, status = search.search(house().database, caller(), _query(form, types)), 200
    page = render_template(
        "search/search.html", form=form, found=found, wanted=_wanted(), refused=status == 422, shortest=SHORTEST
    )
    return page, status


def _wanted() -> Mapping[str, str]:
    """Return what the address says, but for the place in the list."""
    names = ("q", "kind", "type", "owner", "since", "until", "sort")
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def _query(form: SearchForm, types: Sequence[str]) -> SearchQuery:
    return SearchQuery(
        words="".join(letter for letter in form.q.data or "" if letter >= " "),
        kinds=(form.kind.data,) if form.kind.data in KINDS else KINDS,
        type_name=form.type.data if form.type.data in types else None,
        owner_id=_owner_id(form.owner.data or ""),
        since=_midnight(form.since.data),
        until=_midnight(form.until.data and form.until.data + timedelta(days=1)),
        before=_number(request.args.get("before", "")),
        oldest_first=form.sort.data == "oldest",
    )


def _owner_id(owner: str) -> int | None:
    return caller().user_id if owner == "me" else _number(owner)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _require_year(day: date | None) -> None:
    if day is not None and day.year not in _YEARS:
        raise ValidationError("Choose a day in this age.")
