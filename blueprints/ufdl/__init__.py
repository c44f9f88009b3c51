"""The UFDL API: a mouth that translates and decides nothing; it refuses to know any other API, and the pages."""

from __future__ import annotations

from blueprints import http
from blueprints.ufdl import job_routes, routes
from blueprints.ufdl.errors import shape
from blueprints.ufdl.outlet import routes as blueprint

API = http.Api("ufdl", "UFDL jobs and job outputs", ("/v1",), shape, blueprint)
HANDLERS = (routes, job_routes)  # imported for the addresses they hang on the blueprint
