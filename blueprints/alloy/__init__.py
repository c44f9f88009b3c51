"""The Alloy Navigator Express API: objects and their attachments. Its subset and choices are in README.md."""

from blueprints.alloy import errors, manual, paths, routes, wire
from blueprints.http import Api

API = Api(
    name="alloy",
    title="Alloy objects",
    prefixes=paths.PREFIXES,
    shape=errors.shape,
    blueprint=routes.BLUEPRINT,
    credential="Authorization: bearer TOKEN; a token granted for a password or an application's secret too",
    curl=manual.curl,
    openapi=manual.openapi,
    exposes=(wire.DOWNLOAD_NAME,),
)
