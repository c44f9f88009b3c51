"""X-HTTP-Method-Override, for clients that can only POST (tus 1.0.0 §X-HTTP-Method-Override). It knows no handler."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from flask.sansio.blueprints import BlueprintSetupState

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

_METHOD = re.compile(r"[A-Za-z]{1,20}")
_OURS = re.compile(r"/tus(?:/|$)")


class MethodOverride:
    """The application, with the method that the header names; before routing, which could not change its mind later."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        wanted = str(environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "")).strip()
        if _METHOD.fullmatch(wanted) and _OURS.match(str(environ.get("PATH_INFO", ""))):
            environ["REQUEST_METHOD"] = wanted.upper()
        return self._inner(environ, start_response)


def install(state: BlueprintSetupState) -> None:
    """Put it round the application when the blueprint is mounted; it touches no path but those of this API."""
    app = cast("Flask", state.app)
    app.wsgi_app = MethodOverride(app.wsgi_app)  # type: ignore[method-assign]
