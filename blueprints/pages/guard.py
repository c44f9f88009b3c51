"""Forms of other sites are refused: the CSRF guard of every page, and the check for views that read their form themselves.

It knows no form but its token.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError, CSRFProtect, validate_csrf
from wtforms.validators import ValidationError

from blueprints import http
from core.errors import Code, Refusal, Subject

TOKEN: Final = "csrf_token"  # noqa: S105 - the name of a field
HEADER: Final = "X-CSRFToken"
FORM_LIMIT: Final = 1024 * 1024  # bytes of a form without files

# Views that check the token themselves, before they read a file (DECISIONS 22). A test lists them.
READS_OWN_FORM: Final = (
    "blueprints.pages.activity.show_job_activity",
    "blueprints.pages.activity.show_record_activity",
    "blueprints.pages.attaching.attach",
    "blueprints.pages.attaching.attach_to_record",
    "blueprints.pages.attachments.replace",
)


def install(app: Flask) -> None:
    """Guard every page; APIs, which no cookie of ours opens, are exempt by name."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_HEADERS=[HEADER])
    app.before_request(_limit_form)
    guard = CSRFProtect()
    guard.init_app(app)
    for api in http.registered(app):
        if api.blueprint is not None:
            guard.exempt(api.blueprint)
    for view in READS_OWN_FORM:
        guard.exempt(view)
    app.register_error_handler(CSRFError, _word)


def check_form(form: http.Form) -> None:
    """Check the token of a form that is being read: the header's, else the first part's; refuses DENIED."""
    token = request.headers.get(HEADER) or form.expect(TOKEN)
    try:
        validate_csrf(token)
    except ValidationError:
        raise _expired() from None
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise _expired()


def _limit_form() -> None:
    owner = http.owner_of(request.path)
    if owner is not None and owner.is_pages:
        request.max_content_length = FORM_LIMIT


def _word(_error: CSRFError) -> Response:
    return http.word(_expired())


def _expired() -> Refusal:
    message = "This form has expired. Please go back, reload the page and send it again."
    return Refusal(Code.DENIED, message, Subject.BODY, TOKEN)
