"""Reports: made, read, changed, found and put away, with the files in their form."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core import attachments, records
from core.commands import Attach, ByNumber, CreateRecord
from core.house import House
from core.rendering import render
from tests import pictures
from tests.cast import Cast
from tests.saferme.conftest import Speaker

PLACE = {"account_id": 1, "geom": "Point(174.76 -36.85)"}
DEFAULT = [
    "id",
    "uuid",
    "account_id",
    "account_uuid",
    "address",
    "appearance",
    "category_id",
    "is_anonymous",
    "location",
    "report_state_id",
    "shape_id",
    "title",
    "user_id",
    "iso_created_at",
    "updated_at",
]


def created(speaker: Speaker, **more: Any) -> dict[str, Any]:
    reply = speaker.post("/reports", json={"report": {**PLACE, **more}})
    assert reply.status_code == 201, reply.text
    assert isinstance(reply.json, dict)
    return reply.json


def field(key: str, value: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": value}]


def ready(speaker: Speaker, house: House, name: str = "a.png", content: bytes = b"") -> int:
    shown = speaker.processed(house, name, content or pictures.png(), "image/png")
    return int(shown["id"])


def values(speaker: Speaker, number: int) -> dict[str, Any]:
    shown = speaker.get(f"/reports/{number}?fields=form_fields").json
    assert shown is not None
    return {entry["key"]: entry["value"] for entry in shown["form_fields"]}


def ids(value: Any) -> list[int]:
    return [item["id"] for item in value]


def failures(reply: TestResponse) -> list[str]:
    assert reply.status_code == 422, reply.text
    assert reply.json is not None
    assert list(reply.json) == ["errors", "failures", "error_codes"]
    return list(reply.json["failures"])


def test_a_new_report_has_the_default_members(owner: Speaker, cast: Cast) -> None:
    made = created(owner, form_fields=field("f_title", "Loose slate"), address="1 Quay St")
    assert list(made) == DEFAULT
    assert (made["title"], made["address"], made["report_state_id"]) == ("Loose slate", "1 Quay St", 1)
    assert made["location"] == {"latitude": -36.85, "longitude": 174.76}
    assert (made["account_id"], made["user_id"], made["is_anonymous"]) == (1, cast.owner.user_id, False)


def test_androids_codes_are_201_for_create_200_for_read_204_for_the_rest(owner: Speaker) -> None:
    made = created(owner)
    path = f"/reports/{made['uuid']}"
    changed = owner.patch(path, json={"address": "2 Quay St"})
    read, listed = owner.get(path), owner.get("/reports", query_string={"preset_filter": "syncable_reports"})
    gone = owner.delete(path)
    assert [reply.status_code for reply in (changed, read, listed, gone)] == [204, 200, 200, 204]
    assert (changed.data, gone.data) == (b"", b"")
    assert owner.get(path).status_code == 404


def test_the_body_may_be_unwrapped_and_ids_may_be_texts(owner: Speaker) -> None:
    reply = owner.post("/reports", json={"account_id": "1", "geom": "POINT(1.5 2.5)", "report_state_id": "2"})
    assert reply.status_code == 201
    assert reply.json is not None
    assert reply.json["report_state_id"] == 2


def test_the_same_uuid_again_is_the_same_report_and_201(owner: Speaker) -> None:
    guid = str(uuid.uuid4())
    assert created(owner, uuid=guid)["id"] == created(owner, uuid=guid)["id"]


def test_a_uuid_of_something_invisible_is_refused(owner: Speaker, house: House, cast: Cast) -> None:
    hidden = records.create(house.database, cast.stranger, CreateRecord("Report", "Mine", private=True))
    reply = owner.post("/reports", json={**PLACE, "uuid": str(hidden.guid)})
    assert failures(reply) == ["uuid"]


def test_fields_adds_and_leaves_out_and_ignores_what_it_does_not_know(owner: Speaker) -> None:
    made = created(owner)
    path = f"/reports/{made['id']}?fields=form_fields,report_state_name,-shape_id,nonsense,-nothing"
    shown = owner.get(path).json
    assert shown is not None
    assert set(shown) == (set(DEFAULT) | {"form_fields", "report_state_name"}) - {"shape_id"}


@pytest.mark.parametrize("name", ["account_id", "geom"])
def test_a_missing_member_is_named(owner: Speaker, name: str) -> None:
    reply = owner.post("/reports", json={"report": {known: PLACE[known] for known in PLACE if known != name}})
    assert (reply.status_code, reply.json) == (422, {"message": "client error", "param": name})


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"account_id": 2}, "account_id"),
        ({"geom": "Point(200 0)"}, "geom"),
        ({"geom": "Point(1.2.3 0)"}, "geom"),
        ({"geom": "here"}, "geom"),
        ({"uuid": "x"}, "uuid"),
        ({"report_state_id": 9}, "report_state_id"),
        ({"address": "x" * 501}, "address"),
        ({"shape_id": "x"}, "shape_id"),
        ({"form_fields": field("f_unknown", 1)}, "f_unknown"),
        ({"form_fields": field("f_title", 1)}, "f_title"),
        ({"form_fields": field("f_images", 1)}, "f_images"),
        ({"form_fields": field("f_images", ["x"])}, "f_images"),
        ({"form_fields": field("f_images", [True])}, "f_images"),
        ({"form_fields": field("f_images", [12345])}, "f_images"),
        ({"form_fields": field("f_title", "a") + field("f_title", "b")}, "f_title"),
        ({"form_fields": [{"value": 1}]}, "form_fields[0].key"),
        ({"form_fields": "x"}, "form_fields"),
        ({"geom": 5}, "geom"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named_and_makes_nothing(
    owner: Speaker, more: dict[str, Any], named: str
) -> None:
    reply = owner.post("/reports", json={"report": {**PLACE, **more}})
    assert failures(reply) == [named]
    assert owner.get("/reports").headers["Content-Range"] == "reports */0"


# Files in the form (sheet §8)


def test_files_are_shown_in_their_fields_as_in_the_documents(owner: Speaker, house: House) -> None:
    image, file = ready(owner, house, "a.png"), ready(owner, house, "b.png")
    made = created(owner, form_fields=field("f_images", [image]) + field("f_files", [file]))
    shown = values(owner, made["id"])
    assert (ids(shown["f_images"]), ids(shown["f_files"]), shown["attachments"]) == ([image], [file], [])
    assert list(shown["f_images"][0]["style_url"]) == ["thumb", "medium"]
    assert shown["f_files"][0]["style_url"] == {}
    assert (shown["f_images"][0]["attached"], shown["f_images"][0]["ready_to_attach"]) == (True, True)


def test_a_form_field_has_the_members_of_the_document(owner: Speaker) -> None:
    shown = owner.get(f"/reports/{created(owner)['id']}?fields=form_fields").json
    assert shown is not None
    assert list(shown["form_fields"][0]) == [
        "id",
        "label",
        "key",
        "field_type",
        "form_order",
        "data",
        "mandatory",
        "visibility",
        "field_visibility",
        "value",
        "editable",
    ]
    kinds = [entry["field_type"] for entry in shown["form_fields"]]
    assert kinds == ["Category", "ShortTextBox", "LongTextBox", "Image", "FileUpload", "FileUpload"]


def test_a_file_that_waits_may_be_attached_at_once(owner: Speaker, house: House) -> None:
    waiting = owner.claimed("a.png", pictures.png(), "image/png")["id"]
    made = created(owner, form_fields=field("f_images", [str(waiting)]))
    render(house, waiting)
    assert list(values(owner, made["id"])["f_images"][0]["style_url"]) == ["thumb", "medium"]


def test_a_file_that_failed_may_not(owner: Speaker, house: House) -> None:
    failed = owner.processed(house, "a.png", b"text", "image/png")["id"]
    reply = owner.post("/reports", json={**PLACE, "form_fields": field("f_files", [failed])})
    assert failures(reply) == ["f_files"]


def test_an_image_field_takes_pictures_only(owner: Speaker, house: House) -> None:
    document = owner.processed(house, "a.pdf", b"%PDF-1.7", "application/pdf")["id"]
    refused = owner.post("/reports", json={**PLACE, "form_fields": field("f_images", [document])})
    taken = owner.post("/reports", json={**PLACE, "form_fields": field("f_files", [document])})
    assert (failures(refused), taken.status_code) == (["f_images"], 201)


def test_a_file_is_in_one_place_only(owner: Speaker, house: House) -> None:
    image = ready(owner, house)
    twice = owner.post("/reports", json={**PLACE, "form_fields": field("f_images", [image, image])})
    both = owner.post("/reports", json={**PLACE, "form_fields": field("f_images", [image]) + field("f_files", [image])})
    created(owner, form_fields=field("f_images", [image]))
    elsewhere = owner.post("/reports", json={**PLACE, "form_fields": field("f_images", [image])})
    assert [failures(reply) for reply in (twice, both, elsewhere)] == [["f_images"], ["f_files"], ["f_images"]]


def test_somebody_elses_file_cannot_be_attached(owner: Speaker, stranger: Speaker, house: House) -> None:
    image = ready(stranger, house)
    assert failures(owner.post("/reports", json={**PLACE, "form_fields": field("f_images", [image])})) == ["f_images"]


def test_a_change_sets_the_whole_list_in_its_order(owner: Speaker, house: House) -> None:
    first, second, third = (ready(owner, house, f"{name}.png") for name in "abc")
    number = created(owner, form_fields=field("f_images", [first, second]))["id"]
    owner.patch(f"/reports/{number}", json={"report": {"form_fields": field("f_images", [third, first])}})
    assert ids(values(owner, number)["f_images"]) == [third, first]
    dropped = owner.get(f"/file_attachments/{second}").json
    assert dropped is not None
    assert dropped["attached"] is False


def test_null_clears_a_field_and_what_is_not_sent_stays(owner: Speaker, house: House) -> None:
    image, file = ready(owner, house, "a.png"), ready(owner, house, "b.png")
    made = created(owner, form_fields=field("f_images", [image]) + field("f_files", [file]) + field("f_title", "Roof"))
    owner.patch(f"/reports/{made['id']}", json={"form_fields": field("f_images", None)})
    shown = values(owner, made["id"])
    assert (shown["f_images"], ids(shown["f_files"]), shown["f_title"]) == ([], [file], "Roof")


def test_a_file_moves_from_one_field_to_the_other(owner: Speaker, house: House) -> None:
    image = ready(owner, house)
    number = created(owner, form_fields=field("f_images", [image]))["id"]
    owner.patch(f"/reports/{number}", json={"form_fields": field("f_images", []) + field("f_files", [image])})
    shown = values(owner, number)
    assert (shown["f_images"], ids(shown["f_files"])) == ([], [image])


def test_a_change_that_is_refused_changes_nothing(owner: Speaker, house: House) -> None:
    image = ready(owner, house)
    number = created(owner, form_fields=field("f_images", [image]) + field("f_title", "Roof"))["id"]
    sent = {"form_fields": field("f_title", "Other") + field("f_images", [99999])}
    assert failures(owner.patch(f"/reports/{number}", json=sent)) == ["f_images"]
    shown = values(owner, number)
    assert (shown["f_title"], ids(shown["f_images"])) == ("Roof", [image])


def test_what_came_through_another_mouth_shows_in_the_field_attachments(
    owner: Speaker, house: House, cast: Cast
) -> None:
    number = created(owner)["id"]
    report = records.find(house.database, cast.owner, ByNumber("Report", number))
    made = attachments.attach(house, cast.teammate, report, Attach(file_name="a.txt", content=[b"a"]))
    assert ids(values(owner, number)["attachments"]) == [made.id]


def test_what_came_through_this_mouth_shows_in_the_record(owner: Speaker, house: House, cast: Cast) -> None:
    image = ready(owner, house)
    number = created(owner, form_fields=field("f_images", [image]))["id"]
    report = records.find(house.database, cast.teammate, ByNumber("Report", number))
    listed = attachments.page_of(house.database, cast.teammate, report).items
    assert [attachment.id for attachment in listed] == [image]


def test_a_reader_of_the_report_reads_its_files(owner: Speaker, reader: Speaker, house: House) -> None:
    image = ready(owner, house)
    before = reader.get(f"/file_attachments/{image}").status_code
    created(owner, form_fields=field("f_images", [image]))
    assert (before, reader.get(f"/file_attachments/{image}").status_code) == (404, 200)


# Who may


def test_a_viewer_reads_but_writes_nothing(owner: Speaker, reader: Speaker) -> None:
    path = f"/reports/{created(owner)['id']}"
    statuses = [
        reader.get(path).status_code,
        reader.patch(path, json={"address": "x"}).status_code,
        reader.delete(path).status_code,
        reader.post("/reports", json=PLACE).status_code,
    ]
    assert statuses == [200, 403, 403, 403]


def test_a_private_report_looks_like_none(stranger: Speaker, house: House, cast: Cast) -> None:
    hidden = records.create(house.database, cast.owner, CreateRecord("Report", "Mine", private=True))
    private, missing = stranger.get(f"/reports/{hidden.number}"), stranger.get("/reports/999999")
    assert (private.status_code, private.data) == (missing.status_code, missing.data)
    assert missing.status_code == 404


@pytest.mark.parametrize("reference", ["abc", "9" * 30, "3f0e0c3e-7c3b-4b60-9d40-0f4a2d0f5a11", "-1"])
def test_a_report_that_is_not_there_is_404(owner: Speaker, reference: str) -> None:
    assert owner.get(f"/reports/{reference}").status_code == 404


def test_a_record_of_another_type_is_no_report(owner: Speaker, house: House, cast: Cast) -> None:
    job = records.create(house.database, cast.owner, CreateRecord("Job", "Nightly"))
    assert owner.get(f"/reports/{job.guid}").status_code == 404


# Lists (sheet §2)


@pytest.mark.parametrize(
    ("asked", "said", "count"),
    [
        (None, "reports 0-2/3", 3),
        ("objects=0-1", "reports 0-1/3", 2),
        ("objects=1-99", "reports 1-2/3", 2),
        ("objects=5-9", "reports */3", 0),
        ("objects=2-1", "reports 2-2/3", 1),
        ("bytes", "reports 0-2/3", 3),
    ],
)
def test_a_list_says_its_part_and_is_always_200(owner: Speaker, asked: str | None, said: str, count: int) -> None:
    numbers = [created(owner)["id"] for _ in range(3)]
    reply = owner.get("/reports", headers={} if asked is None else {"Range": asked})
    assert (reply.status_code, reply.headers["Content-Range"], len(reply.json or [])) == (200, said, count)
    assert reply.headers["Accept-Ranges"] == "reports"
    assert len(numbers) == 3


def test_a_list_shows_the_form_fields_of_each(owner: Speaker, house: House) -> None:
    image = ready(owner, house)
    created(owner, form_fields=field("f_images", [image]))
    created(owner)
    listed = owner.get("/reports?fields=form_fields").json
    assert isinstance(listed, list)
    found = [ids(entry["value"]) for report in listed for entry in report["form_fields"] if entry["key"] == "f_images"]
    assert sorted(found) == [[], [image]]


def test_a_search_leads_to_its_result(owner: Speaker) -> None:
    made = created(owner)
    query = {"channel_ids[]": "1", "updated_after": "2020-01-01T00:00:00Z", "orderby": "updated_at desc"}
    search = owner.get("/reports/search", query_string=query).json
    assert search is not None
    found = owner.get(search["url"].removeprefix("http://localhost/api/v4"))
    assert (found.status_code, found.json) == (
        200,
        [
            {
                "id": made["id"],
                "cache_key": f"{made['id']}-1",
                "pin": None,
                "channel_id": 1,
                "appearance": None,
                "latitude": -36.85,
                "longitude": 174.76,
            }
        ],
    )


def test_a_search_finds_nothing_before_its_time(owner: Speaker) -> None:
    created(owner)
    search = owner.get("/reports/search", query_string={"updated_after": "2099-01-01T00:00:00+12:00"}).json
    assert search is not None
    assert owner.get(f"/report_searches/{search['id']}").json == []


@pytest.mark.parametrize(
    "query", [{"channel_ids[]": "7"}, {"orderby": "colour"}, {"orderby": "updated_at up"}, {"updated_after": "soon"}]
)
def test_a_search_that_makes_no_sense_is_422(owner: Speaker, query: dict[str, str]) -> None:
    assert owner.get("/reports/search", query_string=query).status_code == 422


@pytest.mark.parametrize("search_id", ["x", "eHh4", "%C3%A4", "dXBkYXRlZF9hdHxkZXNjfG5vdw"])
def test_a_search_that_is_not_there_is_404(owner: Speaker, search_id: str) -> None:
    assert owner.get(f"/report_searches/{search_id}").status_code == 404


def test_a_signature_hangs_on_its_report(owner: Speaker, house: House) -> None:
    image, number = ready(owner, house), created(owner)["id"]
    sent = {"report_signature": {"attachment_id": image, "signee_name": "-"}}
    reply = owner.post(f"/reports/{number}/signatures", json=sent)
    assert reply.status_code == 201
    assert reply.json is not None
    assert list(reply.json) == ["id", "original_url", "filename", "style_url"]
    assert (reply.json["id"], reply.json["style_url"]) == (image, {})
    assert ids(values(owner, number)["attachments"]) == [image]
    assert failures(owner.post(f"/reports/{number}/signatures", json=sent)) == ["attachment_id"]


# What surrounds reports


@pytest.mark.parametrize(
    "path", ["/forms", "/forms/1", "/channels", "/channels/1", "/channels/1/categories", "/teams", "/report_states"]
)
def test_what_surrounds_reports_is_there(owner: Speaker, path: str) -> None:
    reply = owner.get(path)
    assert reply.status_code == 200
    assert reply.json


@pytest.mark.parametrize("path", ["/forms/2", "/channels/2", "/channels/2/categories", "/channels/1/categories/9"])
def test_nothing_else_is(owner: Speaker, path: str) -> None:
    assert owner.get(path).status_code == 404


def test_a_user_is_shown_with_a_picture_of_their_own(owner: Speaker, stranger: Speaker, house: House) -> None:
    image = ready(owner, house)
    before = owner.get("/users/me").json
    assert before is not None
    assert (before["attached_avatar_id"], before["avatar"]["mini"]) == (None, None)
    assert owner.patch("/users/me", json={"user": {"attached_avatar_id": image}}).status_code == 204
    shown = stranger.get(f"/users/{before['id']}").json
    assert shown is not None
    assert (shown["attached_avatar_id"], list(shown["avatar"])) == (image, ["mini", "small", "medium", "large", "huge"])
    assert stranger.patch(f"/users/{before['id']}", json={"attached_avatar_id": None}).status_code == 403
    assert failures(stranger.patch("/users/me", json={"attached_avatar_id": image})) == ["attached_avatar_id"]
