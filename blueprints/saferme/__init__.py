"""SaferMe's API v4: sessions, signed uploads, file attachments and reports. README.md says what is served, and how."""

from __future__ import annotations

from blueprints import http
from blueprints.saferme import errors, examples, openapi, place_routes, report_routes, routes, s3_errors
from blueprints.saferme.blueprint import API_PATH, BLUEPRINT
from blueprints.saferme.links import PLACE
from blueprints.saferme.receiver import receiver
from core.settings import Settings

ADDRESSES = (routes, report_routes, place_routes)  # importing them is what mounts them

API = http.Api(
    name="saferme",
    title="SaferMe",
    prefixes=(API_PATH, PLACE),
    shape=errors.shape,
    blueprint=BLUEPRINT,
    credential="Authorization: Token token=TOKEN; the token of a session too",
    curl=examples.examples,
    openapi=openapi.openapi,
    exposes=("Accept-Ranges",),
)


def apis(settings: Settings) -> tuple[http.Api, ...]:
    """Return both mouths: the API, and the receiver of signed forms at the address of the setting."""
    uploads = http.Api(
        name="saferme-uploads",
        title="Signed uploads",
        prefixes=(f"/{settings.upload_bucket}",),
        shape=s3_errors.shape,
        blueprint=receiver(settings.upload_bucket),
        exposes=("ETag", "Location"),
    )
    return API, uploads
