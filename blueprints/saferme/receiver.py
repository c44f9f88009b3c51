"""The address that signed forms are posted to; its name is a setting. It knows the order of three steps, no more."""

from __future__ import annotations

from flask import Blueprint, Response, request

from blueprints import http
from blueprints.saferme import s3_post
from blueprints.saferme.house import bucket
from core import clock, objects


def receiver(name: str) -> Blueprint:
    """Return the blueprint that receives signed forms for the bucket of that name, with and without a slash."""
    blueprint = Blueprint("saferme_uploads", __name__)
    for path in (f"/{name}", f"/{name}/"):
        blueprint.add_url_rule(path, view_func=_receive, methods=["POST"])
    return blueprint


def _receive() -> Response:
    """Receive one file; whatever Authorization header a client adds is not looked at (sheet §5)."""
    post = s3_post.read_post(request, bucket(), http.house().settings.max_upload, clock.now())
    md5 = objects.receive(http.house(), post.command)
    return s3_post.show_received(bucket(), post, md5)
