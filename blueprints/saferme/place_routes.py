"""The addresses of SaferMe's API for what surrounds reports: forms, channels, teams, states, users."""

from __future__ import annotations

from flask import Response, request

from blueprints import http
from blueprints.saferme import sessions, wire, wire_forms
from blueprints.saferme.blueprint import API_PATH, BLUEPRINT, MOST_JSON
from blueprints.saferme.house import link_to
from blueprints.saferme.replies import nothing, reply
from core import accounts, faces, reports
from core.errors import Subject, not_found


@BLUEPRINT.get(f"{API_PATH}/forms")
def list_forms() -> Response:
    """List the one form."""
    return reply([wire_forms.show_form(reports.form(http.house().database))])


@BLUEPRINT.get(f"{API_PATH}/forms/<reference>")
def show_form(reference: str) -> Response:
    """Show the form of the channel."""
    _require_the_one(reference)
    return reply(wire_forms.show_form(reports.form(http.house().database)))


@BLUEPRINT.get(f"{API_PATH}/channels")
def list_channels() -> Response:
    """List the one channel."""
    return reply([wire_forms.show_channel()])


@BLUEPRINT.get(f"{API_PATH}/channels/<reference>")
def show_channel(reference: str) -> Response:
    """Show the channel."""
    _require_the_one(reference)
    return reply(wire_forms.show_channel())


@BLUEPRINT.get(f"{API_PATH}/channels/<reference>/categories")
def list_categories(reference: str) -> Response:
    """List the categories of the channel."""
    _require_the_one(reference)
    return reply(wire_forms.show_categories())


@BLUEPRINT.get(f"{API_PATH}/channels/<reference>/categories/<digits:category_id>")
def show_category(reference: str, category_id: int) -> Response:
    """Show one category of the channel."""
    _require_the_one(reference)
    found = [category for category in wire_forms.show_categories() if category["id"] == category_id]
    return reply(_first(found))


@BLUEPRINT.get(f"{API_PATH}/teams")
def list_teams() -> Response:
    """List the one team."""
    return reply([wire_forms.show_team()])


@BLUEPRINT.get(f"{API_PATH}/report_states")
def list_states() -> Response:
    """List the states of a report."""
    return reply(wire_forms.show_states())


@BLUEPRINT.post(f"{API_PATH}/users")
def sign_up() -> Response:
    """Make an account, as an administrator, and open its first session."""
    asked = wire.read_sign_up(http.read_json(request, MOST_JSON))
    user, minted = sessions.sign_up(http.house().database, http.caller(), asked)
    return reply(wire.show_session(user, minted.token, minted.secret, minted.pair_secret), 201)


@BLUEPRINT.get(f"{API_PATH}/users/<reference>")
def show_user(reference: str) -> Response:
    """Show a user, or the caller as `me`."""
    user_id = wire.read_user_reference(reference, http.caller().user_id)
    user, avatar = faces.find(http.house().database, user_id)
    return reply(wire_forms.show_user(user, avatar, link_to))


@BLUEPRINT.patch(f"{API_PATH}/users/<reference>")
def change_face(reference: str) -> Response:
    """Give a user another picture: one of their own attachments."""
    user_id = wire.read_user_reference(reference, http.caller().user_id)
    attachment_id = wire.read_avatar(http.read_json(request, MOST_JSON))
    faces.change(
        http.house().database, http.caller(), accounts.find_by_id(http.house().database, user_id), attachment_id
    )
    return nothing()


def _require_the_one(reference: str) -> None:
    if reference.lower() not in {str(wire_forms.CHANNEL), wire_forms.CHANNEL_UUID}:
        raise not_found(Subject.ROUTE)


def _first(found: list[dict[str, object]]) -> dict[str, object]:
    if not found:
        raise not_found(Subject.ROUTE)
    return found[0]
