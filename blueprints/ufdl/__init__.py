"""The UFDL API: a mouth that translates and decides nothing; it refuses to know any other API, and the pages."""

from __future__ import annotations

from blueprints import http
from blueprints.ufdl import job_routes, manual, routes
from blueprints.ufdl.errors import shape
from blueprints.ufdl.outlet import routes as blueprint

API = http.Api(
    name="ufdl",
    title="UFDL jobs and job outputs",
    prefixes=("/v1",),
    shape=shape,
    blueprint=blueprint,
    credential="Authorization: Bearer TOKEN; the token of a log-in (/v1/auth/obtain) too",
    curl=manual.curl,
    openapi=manual.openapi,
)
HANDLERS = (routes, job_routes)  # imported for the addresses they hang on the blueprint
