"""The shared HTTP grammar: what every mouth needs to listen and to answer. It imports no API and decides no right."""

from __future__ import annotations

from flask import Flask

from blueprints.http.addresses import absolute, base_url, install_addresses
from blueprints.http.api import Api, Example, HttpSettings, open_registry, owner_of, register, registered
from blueprints.http.application import Application
from blueprints.http.archive import send_archive
from blueprints.http.body import incoming
from blueprints.http.callers import (
    basic_credentials,
    caller,
    look_for_caller,
    parse_authorization,
    set_caller,
    unidentified,
)
from blueprints.http.disposition import content_disposition, sent_file_name
from blueprints.http.download import Download, note_download, send
from blueprints.http.form import OVERHEAD, Field, Form, FormFile, read_form
from blueprints.http.headers import install_headers
from blueprints.http.house import house, install_house, reads
from blueprints.http.jsonbody import JsonRules, decode, install_slots, parse_json, read_json, read_json_any
from blueprints.http.refusals import USUAL, StatusTable, assert_covers, install_handlers, status_for, word

__all__ = [
    "OVERHEAD",
    "USUAL",
    "Api",
    "Application",
    "Download",
    "Example",
    "Field",
    "Form",
    "FormFile",
    "HttpSettings",
    "JsonRules",
    "StatusTable",
    "absolute",
    "assert_covers",
    "base_url",
    "basic_credentials",
    "caller",
    "content_disposition",
    "decode",
    "house",
    "incoming",
    "install",
    "install_house",
    "look_for_caller",
    "note_download",
    "owner_of",
    "parse_authorization",
    "parse_json",
    "read_form",
    "read_json",
    "read_json_any",
    "reads",
    "register",
    "registered",
    "send",
    "send_archive",
    "sent_file_name",
    "set_caller",
    "status_for",
    "unidentified",
    "word",
]


def install(app: Flask, settings: HttpSettings) -> None:
    """Teach an application the grammar; call it before any API is registered and any other before_request is added."""
    open_registry(app, settings)
    install_addresses(app)
    install_headers(app)
    install_handlers(app)
    install_slots(app)
