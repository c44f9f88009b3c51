"""What this API makes of the settings: its bucket, its largest upload, its links. It knows no row."""

from __future__ import annotations

from typing import Final

from blueprints import http
from blueprints.saferme.links import Linked, Links
from blueprints.saferme.s3_post import Bucket
from blueprints.saferme.s3_signature import Keys
from core import clock

LARGEST: Final = 50 * 1024 * 1024  # bytes of one authorised upload, or less where the house takes less


def bucket() -> Bucket:
    """Return where signed forms go; an instance whose bytes lie in an S3 bucket would name that one here."""
    settings = http.house().settings
    keys = Keys(settings.upload_access_key, settings.upload_secret_key)
    return Bucket(settings.upload_bucket, http.absolute(f"/{settings.upload_bucket}"), keys)


def largest() -> int:
    """Return how many bytes an authorised upload may have."""
    return min(LARGEST, http.house().settings.max_upload)


def links() -> Links:
    """Return the maker of signed links."""
    return Links(http.base_url(), http.house().settings.secret_key)


def link_to(linked: Linked) -> str:
    """Return the signed link to a file, from now on."""
    return links().to(linked, clock.now())
