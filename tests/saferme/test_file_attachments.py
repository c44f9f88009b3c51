"""File attachments: authorised, uploaded, claimed, looked at, and fetched by signed links."""

from __future__ import annotations

import base64
import io
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from blueprints.http import assert_covers
from blueprints.saferme.errors import TABLE
from blueprints.saferme.links import Linked, Links
from core import attachments, clock
from core.house import House
from core.rendering import render
from tests import documents, pictures
from tests.cast import Cast
from tests.saferme.conftest import AUTHORIZATION, Speaker

NINE = [
    "id",
    "original_url",
    "filename",
    "style_url",
    "photo_time",
    "photo_location",
    "tags",
    "ready_to_attach",
    "attached",
]


def test_every_refusal_of_the_house_has_a_status() -> None:
    assert_covers(TABLE)


def asked(speaker: Speaker, media_type: str = "image/png") -> dict[str, Any]:
    reply = speaker.get("/file_attachments/upload_authorization", query_string={"content_type": media_type})
    assert reply.status_code == 200
    assert reply.json is not None
    found: dict[str, Any] = reply.json["upload_authorization"]
    return found


# The authorization (sheet §4)


def test_an_authorization_has_the_members_of_the_document(owner: Speaker) -> None:
    found = asked(owner)
    assert list(found) == ["method", "key", "key_prefix", "url", "fields", "required_fields"]
    assert re.fullmatch(r"async_uploads/[0-9a-f-]{36}", found["key"])
    assert (found["key_prefix"], found["fields"]["key"]) == (found["key"] + "/", found["key"])
    assert (found["method"], found["url"]) == ("POST", "http://localhost/addenda-uploads")
    assert found["required_fields"] == ["Content-Type", "file"]


def test_androids_client_finds_its_nine_fields_and_the_security_token(owner: Speaker) -> None:
    fields = asked(owner)["fields"]
    assert list(fields) == [
        "key",
        "success_action_status",
        "Content-Type",
        "policy",
        "x-amz-credential",
        "x-amz-algorithm",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-signature",
    ]
    assert all(isinstance(value, str) and value for value in fields.values())


def test_the_policy_pins_what_was_authorised(owner: Speaker) -> None:
    found = asked(owner)
    text = base64.b64decode(found["fields"]["policy"]).decode()
    policy = json.loads(text)
    assert ": " not in text
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", policy["expiration"])
    assert policy["conditions"][:6] == [
        {"bucket": "addenda-uploads"},
        ["starts-with", "$key", found["key"]],
        ["starts-with", "$Content-Type", ""],
        {"success_action_status": "201"},
        {"Content-Type": "image/png"},
        ["content-length-range", 1, 50 * 1024 * 1024],
    ]


def test_each_authorization_has_a_key_of_its_own(owner: Speaker) -> None:
    assert asked(owner)["key"] != asked(owner)["key"]


@pytest.mark.parametrize(
    "media_type", ["image/jpeg", "IMAGE/PNG", "text/plain; charset=utf-8", "application/vnd.apple.keynote"]
)
def test_a_type_is_matched_without_case_and_parameters(owner: Speaker, media_type: str) -> None:
    assert asked(owner, media_type)["fields"]["Content-Type"] == media_type


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "nonsense", "image/png\u00e4", "image/png\nx"])
def test_a_type_that_is_not_allowed_is_refused(owner: Speaker, media_type: str) -> None:
    reply = owner.get("/file_attachments/upload_authorization", query_string={"content_type": media_type})
    assert reply.status_code == 422
    assert reply.json is not None
    assert reply.json["error_codes"] == {"content_type": [{"error": "not_allowed"}]}


def test_a_type_must_be_given(owner: Speaker) -> None:
    reply = owner.get("/file_attachments/upload_authorization")
    assert (reply.status_code, reply.json) == (422, {"message": "client error", "param": "content_type"})


def test_a_viewer_is_denied_and_nobody_is_401(reader: Speaker, client: FlaskClient) -> None:
    path = "/file_attachments/upload_authorization?content_type=image/png"
    assert (reader.get(path).status_code, client.get(f"{AUTHORIZATION}?content_type=image/png").status_code) == (
        403,
        401,
    )


# Creating and polling (sheet §6)


def test_a_claim_is_202_until_it_was_looked_at_and_200_then(owner: Speaker, house: House) -> None:
    key = owner.uploaded("picture.png", pictures.png(), "image/png")
    reply = owner.post("/file_attachments", json={"file_attachment": {"key": key}})
    claimed = reply.json
    assert reply.status_code == 202
    assert isinstance(claimed, dict)
    assert list(claimed) == NINE
    assert (claimed["filename"], claimed["style_url"], claimed["ready_to_attach"]) == (None, {}, False)
    assert owner.get(f"/file_attachments/{claimed['id']}").status_code == 202
    render(house, claimed["id"])
    again = owner.post("/file_attachments", json={"file_attachment": {"key": key}})
    shown = owner.get(f"/file_attachments/{claimed['id']}")
    assert (again.status_code, shown.status_code, again.json) == (200, 200, shown.json)
    assert shown.json is not None
    assert (shown.json["filename"], list(shown.json["style_url"])) == ("picture.png", ["thumb", "medium"])
    assert (shown.json["ready_to_attach"], shown.json["attached"]) == (True, False)


def test_the_body_may_be_unwrapped_and_give_a_name(owner: Speaker, house: House) -> None:
    key = owner.uploaded("picture.png", pictures.png(), "image/png")
    claimed = owner.post("/file_attachments", json={"key": key, "filename": "-"}).json
    assert claimed is not None
    render(house, claimed["id"])
    shown = owner.get(f"/file_attachments/{claimed['id']}").json
    assert shown is not None
    assert shown["filename"] == "-"


def test_a_key_as_issued_loses_the_file_name(owner: Speaker, house: House) -> None:
    key = owner.uploaded("", pictures.png(), "image/png")
    claimed = owner.post("/file_attachments", json={"key": key})
    assert claimed.status_code == 422
    named = owner.post("/file_attachments", json={"key": key, "filename": "roof"})
    assert named.status_code == 202
    assert house.settings.upload_bucket == "addenda-uploads"


def test_a_photograph_tells_its_time_and_place(owner: Speaker, house: House) -> None:
    shown = owner.processed(house, "roof.jpg", pictures.turned_jpeg(), "image/jpeg")
    assert shown["photo_time"] == "2022-05-17T10:20:30.000+12:00"
    assert shown["photo_location"] == {"latitude": -36.848333, "longitude": 174.76}


@pytest.mark.parametrize(
    ("name", "content", "media_type", "styles", "error"),
    [
        ("turned.jpg", pictures.turned_jpeg(), "image/jpeg", ["thumb", "medium"], None),
        ("roof.png", pictures.png(), "image/png", ["thumb", "medium"], None),
        ("roof.gif", pictures.gif(), "image/gif", ["thumb", "medium"], None),
        ("plan.pdf", documents.pdf(), "application/pdf", [], None),
        ("cut.pdf", b"%PDF-1.7", "application/pdf", [], None),
        ("text.jpg", b"text", "image/jpeg", [], "The file is not of the type image/jpeg."),
        ("cut.jpg", pictures.jpeg()[:5000], "image/jpeg", [], "The picture is damaged or incomplete."),
        ("bomb.png", pictures.bomb(), "image/png", [], "The picture takes too much memory or time."),
    ],
    ids=pictures.named,
)
def test_each_kind_of_file_ends_in_its_state(  # noqa: PLR0917 - one row of the table
    owner: Speaker, house: House, name: str, content: bytes, media_type: str, styles: list[str], error: str | None
) -> None:
    shown = owner.processed(house, name, content, media_type)
    assert (list(shown["style_url"]), shown.get("error")) == (styles, error)
    assert (shown["filename"], shown["ready_to_attach"]) == (name, error is None)


@pytest.mark.parametrize(
    "key", ["async_uploads/nothing", "async_uploads/00000000-0000-4000-8000-000000000000/a.png", "x" * 2000, "\u00e4"]
)
def test_a_key_that_never_came_is_422_on_key(owner: Speaker, key: str) -> None:
    reply = owner.post("/file_attachments", json={"file_attachment": {"key": key}})
    assert reply.status_code == 422
    assert reply.json is not None
    assert list(reply.json["failures"]) == ["key"]


def test_somebody_elses_key_looks_like_one_that_never_came(owner: Speaker, stranger: Speaker, admin: Speaker) -> None:
    key = owner.uploaded("a.png", pictures.png(), "image/png")
    missing = stranger.post("/file_attachments", json={"key": "async_uploads/none"})
    taken = stranger.post("/file_attachments", json={"key": key})
    assert (taken.status_code, taken.data) == (missing.status_code, missing.data)
    assert admin.post("/file_attachments", json={"key": key}).status_code == 422


def test_a_missing_key_is_named(owner: Speaker) -> None:
    reply = owner.post("/file_attachments", json={"file_attachment": {}})
    assert (reply.status_code, reply.json) == (422, {"message": "client error", "param": "key"})


@pytest.mark.parametrize("sent", [{"key": 5}, {"file_attachment": None}, {"key": "a", "filename": 5}, {"key": ["a"]}])
def test_members_of_another_kind_are_422(owner: Speaker, sent: dict[str, Any]) -> None:
    assert owner.post("/file_attachments", json=sent).status_code == 422


@pytest.mark.parametrize("reference", ["999999", "abc", "3f0e0c3e-7c3b-4b60-9d40-0f4a2d0f5a11", "9" * 30, "%00"])
def test_an_attachment_that_is_not_there_is_404(owner: Speaker, reference: str) -> None:
    assert owner.get(f"/file_attachments/{reference}").status_code in {400, 404}


def test_what_hangs_nowhere_is_its_authors_alone(owner: Speaker, stranger: Speaker) -> None:
    claimed = owner.claimed("a.png", pictures.png(), "image/png")
    assert stranger.get(f"/file_attachments/{claimed['id']}").status_code == 404


def test_an_attachment_is_found_by_its_uuid_too(owner: Speaker, house: House, cast: Cast) -> None:
    claimed = owner.claimed("a.png", pictures.png(), "image/png")
    guid = attachments.find(house.database, cast.owner, claimed["id"]).guid
    assert owner.get(f"/file_attachments/{guid}").json == claimed


def test_an_upload_outlives_the_session_that_authorised_it(owner: Speaker, client: FlaskClient) -> None:
    found = asked(owner)
    owner.delete("/session")
    form = {**found["fields"], "file": (pictures_file(), "a.png")}
    assert client.post("/addenda-uploads", data=form).status_code == 201


def pictures_file() -> io.BytesIO:
    return io.BytesIO(pictures.png())


# Links


def links_of(owner: Speaker, house: House) -> dict[str, str]:
    shown = owner.processed(house, "dach ü.png", pictures.png(), "image/png")
    return {"original": shown["original_url"], **shown["style_url"]}


def test_links_need_no_token_and_have_the_documents_shape(owner: Speaker, house: House, client: FlaskClient) -> None:
    found = links_of(owner, house)
    assert list(found) == ["original", "thumb", "medium"]
    for style, link in found.items():
        path = re.escape("http://localhost/incident_report_images-attachments/")
        query = r"\?Expires=\d+&Signature=[\w-]+&Key-Pair-Id=ADDENDA"
        assert re.fullmatch(path + rf"\d+/{style}-[0-9a-f]{{40}}\.png" + query, link)
        assert client.get(link).status_code == 200
    assert client.get(found["original"]).data == pictures.png()


def test_a_link_serves_ranges_and_heads_safely(owner: Speaker, house: House, client: FlaskClient) -> None:
    link = links_of(owner, house)["original"]
    part, head = client.get(link, headers={"Range": "bytes=0-3"}), client.head(link)
    assert (part.status_code, part.data) == (206, pictures.png()[:4])
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(pictures.png()))
    assert (head.headers["X-Content-Type-Options"], head.headers["Content-Type"]) == ("nosniff", "image/png")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Expires=", "Expires=9"),
        ("Signature=", "Signature=x"),
        ("/original-", "/thumb-"),
        ("Signature=", "Other="),
        (".png?", ".exe?"),
        ("/original-", "/huge-"),
    ],
)
def test_a_changed_link_is_403(owner: Speaker, house: House, client: FlaskClient, old: str, new: str) -> None:
    link = links_of(owner, house)["original"]
    assert client.get(link.replace(old, new)).status_code == 403
    assert client.get(urlsplit(link).path).status_code == 403


def test_a_link_is_over_after_an_hour(owner: Speaker, house: House, client: FlaskClient, cast: Cast) -> None:
    claimed = owner.claimed("a.png", pictures.png(), "image/png")
    blob = attachments.find(house.database, cast.owner, claimed["id"]).blob
    assert blob is not None
    made = Links("http://localhost", house.settings.secret_key)
    linked = Linked(claimed["id"], "original", blob.key, "a.png")
    assert client.get(made.to(linked, clock.now())).status_code == 200
    assert client.get(made.to(linked, clock.now() - timedelta(hours=1, minutes=1))).status_code == 403


def test_a_link_ends_with_its_attachment(owner: Speaker, house: House, client: FlaskClient, cast: Cast) -> None:
    claimed = owner.claimed("a.png", pictures.png(), "image/png")
    attachments.detach(house.database, cast.owner, attachments.find(house.database, cast.owner, claimed["id"]))
    assert client.get(claimed["original_url"]).status_code == 404


def test_what_a_browser_might_run_is_not_sent_as_such(owner: Speaker, house: House, client: FlaskClient) -> None:
    shown = owner.processed(house, "a.txt", b"<script>alert(1)</script>", "text/plain")
    reply = client.get(shown["original_url"])
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in reply.headers["Content-Security-Policy"]
