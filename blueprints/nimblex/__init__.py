"""The Nimblex API: a mouth that translates and decides nothing; it refuses to know any other API, and the pages."""

from __future__ import annotations

from blueprints import http
from blueprints.nimblex.errors import shape
from blueprints.nimblex.examples import examples
from blueprints.nimblex.openapi import openapi
from blueprints.nimblex.paths import ROOT
from blueprints.nimblex.routes import make_blueprint

API = http.Api(
    name="nimblex",
    title="Nimblex JSON:API",
    prefixes=(ROOT,),
    shape=shape,
    blueprint=make_blueprint(),
    credential="Authorization: Bearer TOKEN, or Basic with a name and a password or token",
    curl=examples,
    openapi=openapi,
)
