"""The pages' one cookie: signed, for this host alone, and Secure wherever the address is https. It knows no user."""

from __future__ import annotations

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from blueprints import http

NAME = "addenda"


class PageCookie(SecureCookieSessionInterface):
    """Flask's signed cookie under our name; the prefix makes browsers refuse one that another host has set."""

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002 - Flask hands it over
        """Return `addenda`, or `__Host-addenda` under https."""
        return f"__Host-{NAME}" if is_secure() else NAME

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - as above
        """Tell browsers to keep the cookie off plain http where we are reached by https."""
        return is_secure()

    def get_cookie_httponly(self, app: Flask) -> bool:  # noqa: ARG002 - as above
        """Keep the cookie from scripts."""
        return True

    def get_cookie_samesite(self, app: Flask) -> str:  # noqa: ARG002 - as above
        """Keep the cookie from forms of other sites."""
        return "Lax"

    def get_cookie_domain(self, app: Flask) -> str | None:  # noqa: ARG002 - as above
        """Name no domain: the cookie is for this host alone."""
        return None

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - as above
        """Return the root, which the prefix demands."""
        return "/"

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open the cookie under the pages and what their scripts call; it speaks for nobody under another API."""
        owner = http.owner_of(request.path, app)
        if owner is not None and not (owner.is_pages or owner.reads_page_cookie):
            return NullSession()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie where it has changed; what anybody may keep depends on no cookie."""
        if not response.cache_control.public:
            super().save_session(app, session, response)


def is_secure() -> bool:
    """Tell whether people reach us by https."""
    return request.is_secure or http.base_url().startswith("https://")
