"""Whatever an OpenAPI document of ours allows, and much that it does not, is answered as it says (RELIABILITY S14).

Every operation is asked twenty times, mostly about things that exist, by an administrator and by a stranger. What may be
undone is made anew, so that the second deletion finds something, too. The requests are the same in each run.
"""

from __future__ import annotations

import copy
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import create_app
from blueprints import http
from core.access import Caller
from core.settings import load
from tests.fuzz.bodies import GLADLY_TAKEN, HEADERS, QUERIES
from tests.fuzz.grounds import SECRET, Grounds, grounds

APIS = ("informer", "alloy", "ufdl", "nimblex", "saferme", "tus")
METHODS = ("get", "head", "post", "put", "patch", "delete")
CASES = 20  # an operation
MANY_CASES = 200
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# What no single request can bring about, with what it would take. What they refuse is checked all the same.
HELD = "a job that the asking node holds"
OWN_SESSION = "a session or token that this API itself gave out"
SENT_BEFORE = "a search made before, or a file sent to the receiver of signed forms"
NEVER = "nothing at all: the operation is always refused"
OUT_OF_REACH = {
    "GET /api/sessions/{session_id}": OWN_SESSION,
    "DELETE /api/sessions/{session_id}": OWN_SESSION,
    "GET /api/tokens/{token_id}": OWN_SESSION,
    "DELETE /api/tokens/{token_id}": OWN_SESSION,
    "DELETE /api/v4/session": OWN_SESSION,
    "PATCH /api/v4/session": OWN_SESSION,
    "POST /v1/auth/refresh": OWN_SESSION,
    "POST /v1/auth/verify": OWN_SESSION,
    "POST /api/v2/token": "the secret of an application",
    "GET /v1/jobs/{pk}/acquire": HELD,
    "POST /v1/jobs/{pk}/start": HELD,
    "POST /v1/jobs/{pk}/progress/{done}": HELD,
    "POST /v1/jobs/{pk}/finish": HELD,
    "DELETE /v1/jobs/{pk}/reset": HELD,
    "GET /v1/jobs/{pk}/release": HELD,
    "DELETE /v1/jobs/{pk}/release": HELD,
    "GET /api/v4/report_searches/{search_id}": SENT_BEFORE,
    "POST /api/v4/reports/{reference}/signatures": SENT_BEFORE,
    "POST /api/v4/file_attachments": SENT_BEFORE,
    "PATCH /v1/job-outputs/{pk}": NEVER,
    "PUT /v1/job-outputs/{pk}": NEVER,
    "POST /v1/job-outputs/create": NEVER,
    "POST /v1/jobs/create": NEVER,
}


Operation = APIOperation[Any, Any, Any, Any]


@dataclass(frozen=True)
class Asked:
    """A request as it was made up, and who asks it."""

    case: Case[Any]
    caller: Caller


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return the OpenAPI document of each API, as /docs serves it."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load({"ADDENDA_INSTANCE": folder, "ADDENDA_DISK_RESERVE": "0 B"}))
        with app.test_request_context("/"):
            told = {api.name: api.openapi() for api in http.registered(app) if api.openapi is not None}
        ground = http.house(app)
        ground.database.close()
    return {name: json.loads(json.dumps(document)) for name, document in told.items()}


def operations() -> list[Any]:
    """Return every operation of every document: the API, and the method and path."""
    told = [
        (api, f"{method.upper()} {path}")
        for api, document in documents().items()
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    return [pytest.param(api, label, id=label) for api, label in told]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Grounds]:
    """An instance that all operations are asked on."""
    with grounds(tmp_path_factory.mktemp("fuzz") / "instance", sqlite_template) as made:
        yield made


def test_there_is_a_document_for_each_api() -> None:
    assert sorted(documents()) == sorted(APIS)
    assert not set(OUT_OF_REACH) - {param.id for param in operations()}


@pytest.mark.parametrize(("api", "label"), operations())
def test_an_operation_keeps_its_word(ground: Grounds, api: str, label: str) -> None:
    operation = operation_of(ground, api, label)
    asked = plain_request(ground, api, operation)
    reply = sent(ground, api, asked)
    assert is_success(api, reply) or label in OUT_OF_REACH, reply.text
    assert found_wrong(ground, api, asked, reply) == []
    assert wrong_in_many(ground, api, operation, CASES - 1) == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("api", "label"), operations())
def test_an_operation_keeps_its_word_at_length(ground: Grounds, api: str, label: str) -> None:
    assert wrong_in_many(ground, api, operation_of(ground, api, label), MANY_CASES) == []


@cache
def schema_of(api: str) -> BaseSchema:
    """Return a document as the library reads it; it tells the library apart what goes over the wire as it is."""
    schemathesis.serializer("application/data", "application/offset+octet-stream")(
        lambda _, value: value if isinstance(value, bytes) else str(value).encode()
    )
    return schemathesis.openapi.from_dict(documents()[api])


def operation_of(ground: Grounds, api: str, label: str) -> Operation:
    """Return one operation, to be asked of this instance."""
    schema = schema_of(api)
    schema.app = ground.app
    found = schema.find_operation_by_label(label)
    assert found is not None
    return found


def plain_request(ground: Grounds, api: str, operation: Operation) -> Asked:
    """Return the request that an administrator would send, about things that exist."""
    family = ground.family(private=False)
    names = {name: family.names(api, operation.label, name) for name in re.findall(r"{(\w+)}", operation.path)}
    path = {name: known[0] if known else "1" for name, known in names.items()}
    case = operation.Case(
        path_parameters=path, query=QUERIES.get(operation.label), headers=HEADERS.get(operation.label)
    )
    if operation.body and (operation.label in GLADLY_TAKEN or operation.label not in HEADERS):
        case.media_type = operation.body[0].media_type
        case.body = GLADLY_TAKEN.get(operation.label, {})
    return Asked(case, ground.cast.admin)


def wrong_in_many(ground: Grounds, api: str, operation: Operation, cases: int) -> list[str]:
    """Ask an operation many times and return what was wrong; the requests are the same in each run."""
    problems: list[str] = []

    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # the world has changed when a failure is tried again, so nothing is shrunk
        suppress_health_check=list(HealthCheck),
    )
    @given(requests_to(ground, api, operation))
    def one(asked: Asked) -> None:
        problems.extend(found_wrong(ground, api, asked, sent(ground, api, asked)))

    one()
    return problems


@st.composite
def requests_to(draw: st.DrawFn, ground: Grounds, api: str, operation: Operation) -> Asked:
    """Make up a request: mostly of what the schema allows, about things that exist, with a body that may be taken."""
    mode = draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case: Case[Any] = draw(operation.as_strategy(generation_mode=mode))
    if draw(st.integers(0, 3)):
        family = ground.family(private=draw(st.booleans()))
        for name in list(case.path_parameters):
            known = family.names(api, operation.label, name)
            case.path_parameters[name] = draw(st.sampled_from(known)) if known else case.path_parameters[name]
    if "Node-Id" in case.headers and draw(st.booleans()):
        del case.headers["Node-Id"]
    if operation.label in HEADERS and draw(st.booleans()):
        case.headers.update(HEADERS[operation.label])
    if operation.label in GLADLY_TAKEN:
        case.body = draw(st.sampled_from([case.body, GLADLY_TAKEN[operation.label], draw(spoilt(operation.label))]))
    return Asked(case, draw(st.sampled_from([ground.cast.admin, ground.cast.admin, ground.cast.stranger])))


@st.composite
def spoilt(draw: st.DrawFn, label: str) -> Any:
    """Return a body that would be taken, but for one thing somewhere inside it."""
    body = copy.deepcopy(GLADLY_TAKEN[label])
    if not isinstance(body, dict) or "file" in body:
        return draw(st.binary()) if isinstance(body, bytes) else {"file": draw(st.binary())}
    inside: Any = body
    while True:
        name = draw(st.sampled_from(sorted(inside))) if isinstance(inside, dict) else 0
        if not isinstance(inside[name], dict | list) or not inside[name] or draw(st.booleans()):
            inside[name] = draw(ANYTHING)
            return body
        inside = inside[name]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def sent(ground: Grounds, api: str, asked: Asked) -> Response:
    """Send a request with a token that lives, and have anew whatever it may have undone."""
    scheme = "Token token=" if api == "saferme" else "Bearer "
    headers = {"Authorization": scheme + ground.token(asked.caller)}
    reply: Response = asked.case.call(headers=headers)
    if asked.case.method != "GET" and is_success(api, reply):
        ground.drop_families()
    if reply.status_code == 401 or "logout" in asked.case.path:
        ground.forget_token(asked.caller)
    return reply


def is_success(api: str, reply: Response) -> bool:
    """Tell whether a request was granted; Alloy says so in its body."""
    refused = api == "alloy" and reply.content.startswith(b"{") and not reply.json().get("success", True)
    return reply.status_code < 400 and not refused


def found_wrong(ground: Grounds, api: str, asked: Asked, reply: Response) -> list[str]:
    """Return what is wrong with a reply, each with the request that brought it about."""
    wrong = []
    try:
        asked.case.validate_response(reply, checks=CHECKS)
    except FailureGroup as group:
        wrong += [str(failure) for failure in group.exceptions]
    if not is_success(api, reply) and not is_refusal(api, reply):
        wrong.append(f"{reply.status_code} in a form of its own: {reply.text[:200]}")
    if asked.caller is ground.cast.stranger and SECRET.encode() in reply.content:
        wrong.append("a stranger is told what is somebody's alone")
    return [f"{one}\n{asked.caller.name}: {asked.case.as_curl_command()}\n{reply.text[:200]}" for one in wrong]


def is_refusal(api: str, reply: Response) -> bool:
    """Tell whether a reply refuses in the form of the API."""
    kind = reply.headers.get("content-type", [""])[0].partition(";")[0]
    if api == "tus":
        return kind == "text/plain" and reply.text.count("\n") <= 1
    told: Any = reply.json() if reply.content else None
    match api:
        case "informer":
            return kind == "application/json" and told["statusCode"] == reply.status_code and bool(told["message"])
        case "alloy":
            forms = ({"success", "errorCode", "errorText", "responseObject"}, {"error", "error_description"})
            return kind == "application/json" and set(told) in forms
        case "ufdl":
            return kind == "application/json" and isinstance(told, dict) and bool(told)
        case "nimblex":
            stated = told and [error["status"] for error in told["errors"]] == [str(reply.status_code)]
            return (told is None and reply.status_code == 404) or (kind == "application/vnd.api+json" and bool(stated))
        case _:
            return kind == "application/json" and bool(told.keys() & {"errors", "message"})
