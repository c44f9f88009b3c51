"""How a page answers: shown with the status its form deserves, or a redirect after a change. It knows no page."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from blueprints.pages.forms import PageForm


def shown(template: str, *, form: PageForm | None = None, **view: object) -> str | tuple[str, int]:
    """Render a page; a form that was sent and refused goes back with its words and the status of the refusal."""
    page = render_template(template, form=form, **view)
    if form is None or request.method != "POST":
        return page
    return page, form.status


def see_other(place: str) -> Response:
    """Send the browser on after a change, so that a reload repeats nothing."""
    return redirect(place, 303)


def wants_fragment() -> bool:
    """Tell whether a script asks for a part of the page."""
    return "HX-Request" in request.headers
