"""A body that each operation takes gladly, where chance alone would hardly ever write one. They are data."""

from __future__ import annotations

from typing import Any

from tests.cast import PASSWORD
from tests.fuzz.grounds import CONTRACT, EVERYBODY

_LOG_IN = {"username": "root", "password": PASSWORD}
_ROWS = {"data": {"type": "record", "attributes": {"content": [{"LineNumber": 1, "Status": "banana"}]}}}
_ROLES = {"data": [{"type": "user", "id": "bo"}]}
_GROUPS = {"data": [{"type": "group", "id": EVERYBODY}]}
_FILTER = {"filters": [], "sort": [], "limit": 10, "offset": 0}
_EXPRESSIONS = {
    "expressions": [
        {"type": "exact", "field": "pk", "value": 1, "invert": True},
        {"type": "or", "sub_expressions": [{"type": "isnull", "field": "creation_time"}] * 2},
    ],
    "order_by": [{"field": "pk", "ascending": False}],
    "include_inactive": True,
}
_IN_CLASS = {"objectClass": CONTRACT, "refField": "Status"}
_FILE = {"FileName": "a.txt", "Description": "d", "Data": "YQ=="}
_PLACE = {"account_id": 1, "geom": "POINT(1.5 2.5)", "report_state_id": 1}
_ATTACHMENT = "/api/jobs/{job_id}/actions/{action_id}/attachments"
_MEMBERS = "/jsonapi/roles/{rolename}/relationships"

GLADLY_TAKEN: dict[str, Any] = {
    "POST /api/auth/login": _LOG_IN,
    "POST /api/login/{domain}": _LOG_IN,
    "POST /api/tokens": {"type": "personal", "notes": "nightly"},
    "POST /api/files": {"file": b"bytes"},
    f"PUT {_ATTACHMENT}/{{attachment_id}}/action-attachment-file-contents": b"bytes",
    "POST /v1/jobs/{pk}/outputs/{name}/{type_}": b"bytes",
    "POST /jsonapi/records/{eformtype}/{recordid}/attachments/content/{rest}": b"bytes",
    "POST /api/v4/session": {"session": {"email": "root", "password": PASSWORD}},
    "POST /api/v4/users": {"user": {"email": "new@example.org", "password": PASSWORD, "first_name": "New"}},
    "PATCH /api/v4/users/{reference}": {"user": {"attached_avatar_id": None}},
    "POST /api/jobs": {"type": "email", "name": "Nightly", "interval": "0 6 * * *", "intervalType": "cron"},
    "PUT /api/jobs/{job_id}": {"name": "Daily", "description": None, "enabled": False},
    "PUT /api/jobs/{job_id}/shares/{principal_id}": {"accessLevel": 1},
    "POST /api/jobs/{job_id}/actions": {"type": "save-files", "name": "Keep", "condition": None},
    "PUT /api/jobs/{job_id}/actions/{action_id}": {"name": "Kept", "data": {"a": [1]}},
    f"POST {_ATTACHMENT}": {"type": "file", "name": "a.txt"},
    f"PUT {_ATTACHMENT}/{{attachment_id}}": {"name": "b.txt", "data": {"description": "d"}},
    "POST /api/v2/{class_name}": _FILTER,
    "POST /api/v2/Activities/{oid}": _FILTER,
    "POST /api/v2/Dictionary": {**_FILTER, **_IN_CLASS},
    "POST /api/v2/Object/{oid}/Attachments": _FILTER,
    "PUT /api/v2/Object/{oid}/Attachments": _FILE,
    "PATCH /api/v2/Object/{oid}/Attachments/{attachment_id}": {"Description": "d"},
    "POST /api/v2/Object/{oid}/action/{action_id}": {"Fields": {}, "Attachments": [_FILE]},
    "POST /api/v2": {"ActionId": 1, "Fields": {"Title": "t"}},
    "POST /v1/auth/obtain": _LOG_IN,
    "POST /v1/job-outputs/list": _EXPRESSIONS,
    "POST /v1/job-templates/list": _EXPRESSIONS,
    "POST /v1/jobs/list": _EXPRESSIONS,
    "POST /v1/nodes/list": {"expressions": [{"type": "contains", "field": "ip", "sub_string": "10."}]},
    "POST /v1/job-templates/{pk}/create-job": {"input_values": {}},
    "POST /v1/nodes/create": {"ip": "10.1.1.1", "index": 1, "cpu_mem": 1, "driver_version": None},
    "PUT /v1/nodes/{pk}": {"ip": "10.1.1.2", "index": 1, "cpu_mem": 1},
    "PATCH /v1/nodes/{pk}": {"gpu_mem": 5},
    "POST /jsonapi/records/{eformtype}": _ROWS,
    "PATCH /jsonapi/records/{eformtype}/{recordid}": _ROWS,
    "PUT /jsonapi/records/{eformtype}/{recordid}": _ROWS,
    "PATCH /jsonapi/records/{eformtype}/{recordid}/relationships/parent": {"data": None},
    "POST /jsonapi/roles": {"data": {"type": "group", "id": "Painters", "attributes": {"displayName": "P"}}},
    "PATCH /jsonapi/roles/{rolename}": {"data": {"type": "group", "attributes": {"displayName": "P"}}},
    **{f"{method} {_MEMBERS}/children": _ROLES for method in ("POST", "PATCH", "DELETE")},
    **{f"{method} {_MEMBERS}/parents": _GROUPS for method in ("POST", "PATCH", "DELETE")},
    "PATCH /jsonapi/roles/{rolename}/relationships/department": {"data": None},
    "PATCH /jsonapi/roles/{rolename}/relationships/supervisor": {"data": None},
    "POST /jsonapi/departments": {"data": {"type": "department", "id": "Sales", "attributes": {}}},
    "PATCH /jsonapi/departments/{name}": {"data": {"type": "department", "attributes": {"description": "d"}}},
    "PATCH /jsonapi/departments/{name}/relationships/parent": {"data": None},
    "POST /api/v4/reports": {"report": _PLACE},
    "PATCH /api/v4/reports/{reference}": {"report": {"address": "2 Quay St", "form_fields": []}},
    "PATCH /tus/{guid}": b"ab",
    "POST /api/v4/report_comments": {"report_comment": {"report_id": 1, "content": "Seen."}},
}

QUERIES: dict[str, dict[str, str]] = {
    "GET /api/v2/Dictionary": _IN_CLASS,
    "GET /api/v4/file_attachments/upload_authorization": {"content_type": "image/png"},
    "GET /api/v4/report_comments": {"report_id": "1"},
}

_TUS = {"Tus-Resumable": "1.0.0"}
_LENGTH = {**_TUS, "Upload-Length": "4"}
# "a.txt", and the job of the first family by its number, in base64.
HEADERS: dict[str, dict[str, str]] = {
    "POST /tus/": {**_LENGTH, "Upload-Metadata": "filename YS50eHQ=,record SjAwMDAwMQ=="},
    "POST /tus/records/{place}": {**_LENGTH, "Upload-Metadata": "filename YS50eHQ="},
    "HEAD /tus/{guid}": _TUS,
    "PATCH /tus/{guid}": {**_TUS, "Upload-Offset": "0"},
    "DELETE /tus/{guid}": _TUS,
}
