"""One output: shown, put in the trash, taken out, removed for good, downloaded (UFDL sheet §3)."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from core.house import House
from core.outputs import OutputLine
from models import Job
from tests.cast import Cast
from tests.ufdl.conftest import KIND, Speaker, keep, start

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
DATA = "application/data"


@pytest.mark.usefixtures("house")
def test_retrieve_shows_the_seven_fields_in_their_order(admin: Speaker, started: Job, output: OutputLine) -> None:
    reply = admin.get(f"/job-outputs/{output.id}")
    assert reply.status_code == 200
    assert reply.content_type == "application/json"
    assert MOMENT.fullmatch(reply.json["creation_time"])
    assert list(reply.json.items()) == [
        ("pk", output.id),
        ("job", started.number),
        ("name", "my model"),
        ("type", KIND),
        ("creator", output.creator_id),
        ("creation_time", reply.json["creation_time"]),
        ("deletion_time", None),
    ]


@pytest.mark.parametrize("path", ["{}/", "000{}", "{}"])
def test_slashes_and_leading_zeros_do_not_matter(admin: Speaker, output: OutputLine, path: str) -> None:
    assert admin.get("/job-outputs/" + path.format(output.id)).status_code == 200


@pytest.mark.parametrize("pk", ["0", "4711", "-1", "x", "1.0", "9" * 18, "9" * 19, "9" * 40])
@pytest.mark.usefixtures("output")
def test_an_unknown_number_is_404(admin: Speaker, pk: str) -> None:
    reply = admin.get(f"/job-outputs/{pk}")
    assert reply.status_code == 404
    assert list(reply.json) == ["detail"]


def test_there_is_no_collection_to_get(admin: Speaker) -> None:
    assert admin.get("/job-outputs").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/job-outputs/create"),
        ("PUT", "/job-outputs/1"),
        ("PATCH", "/job-outputs/1"),
        ("PUT", "/job-outputs/99"),
    ],
)
def test_outputs_are_neither_created_nor_updated_here_even_by_staff(admin: Speaker, method: str, path: str) -> None:
    assert admin.ask(method, path, json={"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/job-outputs/99"),
        ("DELETE", "/job-outputs/99"),
        ("POST", "/job-outputs/create"),
        ("POST", "/job-outputs/99/download"),
        ("GET", "/jobs/99/outputs/a/b"),
        ("POST", "/jobs/99/outputs/a/b"),
    ],
)
def test_anonymous_is_401_before_anything_else(client: FlaskClient, method: str, path: str) -> None:
    reply = client.open(f"/v1{path}", method=method)
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("path", ["/job-outputs/{}", "/job-outputs/{}/hard", "/job-outputs/{}/reinstate"])
@pytest.mark.parametrize("known", [True, False])
def test_only_staff_may_delete_and_others_learn_nothing(
    owner: Speaker, output: OutputLine, path: str, known: bool
) -> None:
    assert owner.delete(path.format(output.id if known else 4711)).status_code == 403


@pytest.mark.parametrize("path", ["/job-outputs/4711", "/job-outputs/4711/hard", "/job-outputs/4711/reinstate"])
def test_staff_is_told_what_is_missing(admin: Speaker, path: str) -> None:
    assert admin.delete(path).status_code == 404


def test_destroy_keeps_the_output_readable_and_the_first_time(admin: Speaker, output: OutputLine) -> None:
    first = admin.delete(f"/job-outputs/{output.id}")
    shown = admin.get(f"/job-outputs/{output.id}").json
    again = admin.delete(f"/job-outputs/{output.id}")
    assert [(reply.status_code, reply.data) for reply in (first, again)] == [(204, b""), (204, b"")]
    assert MOMENT.fullmatch(shown["deletion_time"])
    assert admin.get(f"/job-outputs/{output.id}").json == shown
    assert admin.post(f"/job-outputs/{output.id}/download").data == b"weights"


def test_reinstate_takes_it_out_of_the_trash_as_often_as_asked(admin: Speaker, output: OutputLine) -> None:
    admin.delete(f"/job-outputs/{output.id}")
    replies = [admin.delete(f"/job-outputs/{output.id}/reinstate") for _ in range(2)]
    assert [(reply.status_code, reply.json["deletion_time"]) for reply in replies] == [(200, None), (200, None)]


def test_hard_delete_shows_the_last_state_and_frees_the_name(
    admin: Speaker, house: House, cast: Cast, started: Job, output: OutputLine
) -> None:
    gone = admin.delete(f"/job-outputs/{output.id}/hard")
    assert gone.status_code == 200
    assert gone.json["pk"] == output.id
    assert MOMENT.fullmatch(gone.json["deletion_time"])
    assert admin.get(f"/job-outputs/{output.id}").status_code == 404
    assert admin.delete(f"/job-outputs/{output.id}/hard").status_code == 404
    assert keep(house, cast.admin, started, output.name, output.type).id != output.id


def test_equal_outputs_do_not_share_their_end(
    admin: Speaker, house: House, cast: Cast, started: Job, output: OutputLine
) -> None:
    twin = keep(house, cast.admin, started, "twin", "bin", b"weights")
    admin.delete(f"/job-outputs/{output.id}/hard")
    assert admin.post(f"/job-outputs/{twin.id}/download").data == b"weights"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (None, "model.txt"),
        ({}, "model.txt"),
        ({"params": {}}, "model.txt"),
        ({"params": {"a": "b", "c": ["d", "e"]}}, "model.txt"),
        ({"filetype": "zip"}, "model.zip"),
        ({"filetype": "zip", "a": "b"}, "model.zip"),
        ({"filetype": "tar.gz", "params": {}}, "model.tar.gz"),
        ({"filetype": ""}, "model."),
    ],
)
def test_download_sends_the_bytes_under_the_name_asked_for(
    admin: Speaker, house: House, cast: Cast, started: Job, body: object, name: str
) -> None:
    made = keep(house, cast.admin, started, "model", "txt", b"\x00exact\xff")
    reply = admin.post(f"/job-outputs/{made.id}/download/", body)
    assert (reply.status_code, reply.data) == (200, b"\x00exact\xff")
    assert reply.headers["Content-Type"] == DATA
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_type_is_the_file_name_verbatim(admin: Speaker, output: OutputLine) -> None:
    reply = admin.post(f"/job-outputs/{output.id}/download")
    assert reply.headers["Content-Disposition"] == f'attachment; filename="my model.{KIND}"'


def test_a_name_beyond_ascii_is_told_both_ways(admin: Speaker, house: House, cast: Cast, started: Job) -> None:
    made = keep(house, cast.admin, started, 'mod"él', "txt")
    reply = admin.post(f"/job-outputs/{made.id}/download")
    assert reply.headers["Content-Disposition"] == (
        "attachment; filename=\"mod__l.txt\"; filename*=UTF-8''mod%22%C3%A9l.txt"
    )


@pytest.mark.parametrize(
    "body",
    [
        {"filetype": None},
        {"filetype": 7},
        {"filetype": "a\r\nSet-Cookie: x"},
        {"params": []},
        {"params": {"a": 1}},
        {"params": {"a": [1]}},
        [1],
    ],
)
def test_a_bad_download_body_is_400(admin: Speaker, output: OutputLine, body: object) -> None:
    assert admin.post(f"/job-outputs/{output.id}/download", body).status_code == 400


def test_download_ignores_accept(admin: Speaker, output: OutputLine) -> None:
    reply = admin.ask("POST", f"/job-outputs/{output.id}/download", {"Accept": "application/json"})
    assert reply.status_code == 200


def test_errors_of_a_download_are_json(admin: Speaker) -> None:
    reply = admin.post("/job-outputs/99/download")
    assert (reply.status_code, reply.content_type) == (404, "application/json")


def test_get_is_not_offered_on_download(admin: Speaker, output: OutputLine) -> None:
    assert admin.get(f"/job-outputs/{output.id}/download").status_code == 405


def test_a_strangers_404_is_that_of_nothing(
    house: House, cast: Cast, stranger: Speaker, owner: Speaker, reader: Speaker
) -> None:
    secret = start(house, cast.owner, "Salaries", private=True)
    made = keep(house, cast.owner, secret, "table", "csv")
    assert owner.get(f"/job-outputs/{made.id}").status_code == 200
    hidden, missing = stranger.get(f"/job-outputs/{made.id}"), stranger.get("/job-outputs/4711")
    assert (hidden.status_code, hidden.data) == (missing.status_code, missing.data)
    assert stranger.post(f"/job-outputs/{made.id}/download").status_code == 404
    assert reader.get(f"/job-outputs/{made.id}").status_code == 404


def test_a_viewer_reads_what_the_team_shares(reader: Speaker, output: OutputLine) -> None:
    assert reader.get(f"/job-outputs/{output.id}").status_code == 200
    assert reader.post(f"/job-outputs/{output.id}/download").data == b"weights"
