"""Adding outputs to a job, with any body, and reaching them by name and type (UFDL sheet §4)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from core.house import House
from core.outputs import OutputLine
from models import Job
from tests.cast import Cast
from tests.ufdl.conftest import KIND, Speaker, start


def path(job: Job, name: str = "model", type_: str = "json", more: str = "") -> str:
    """Return the address of an output of a job."""
    return f"/jobs/{job.number}/outputs/{quote(name, safe='')}/{quote(type_, safe='')}{more}"


def end(house: House, job: Job, **columns: object) -> None:
    """Bring a job into another phase."""
    with house.database.writing() as session:
        found = session.get_one(Job, job.id)
        for name, value in columns.items():
            setattr(found, name, value)


def test_the_reply_is_the_output_with_the_caller_as_its_creator(admin: Speaker, cast: Cast, started: Job) -> None:
    reply = admin.post(path(started), data=b"{}", headers={"Content-Disposition": "attachment; filename=my model"})
    assert reply.status_code == 200
    assert reply.json == {
        "pk": 1,
        "job": started.number,
        "name": "model",
        "type": "json",
        "creator": cast.admin.user_id,
        "creation_time": reply.json["creation_time"],
        "deletion_time": None,
    }


FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhello\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"raw", {}),
        (b"raw", {"Content-Type": "application/data", "Content-Disposition": "attachment; filename=my model"}),
        (b"raw", {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}),
        (b"raw", {"Content-Disposition": 'attachment; name="file"; filename="x.bin"'}),
        (b"raw", {"Content-Disposition": "attachment; filename=caf\xe9"}),
        (b"a=1&b=2", {"Content-Type": "application/x-www-form-urlencoded"}),
        (FORM, {"Content-Type": "multipart/form-data; boundary=x"}),
        (b'{"a": 1', {"Content-Type": "application/json"}),
        (b"", {"Content-Type": "application/data"}),
        (bytes(range(256)) * 3000, {}),
    ],
    ids=range(10),
)
def test_the_body_is_kept_as_it_is_whatever_its_labels(
    admin: Speaker, started: Job, body: bytes, headers: dict[str, str]
) -> None:
    assert admin.ask("POST", path(started), headers, data=body).status_code == 200
    assert admin.get(path(started)).data == body


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("my model", KIND),
        ("log", "Compressed<JSON, 8>"),
        ("naïve 模型", "tar.gz"),
        ("100%", 'say "hi"?'),
        ("a&b=c;d", "e#f+g"),
        ("..", "."),
        ("x" * 200, "y" * 1000),
    ],
)
def test_names_and_types_survive_the_address(admin: Speaker, started: Job, name: str, type_: str) -> None:
    made = admin.post(path(started, name, type_), data=b"bytes")
    assert made.status_code == 200, made.text
    assert (made.json["name"], made.json["type"]) == (name, type_)
    assert admin.get(path(started, name, type_, "/info")).json == made.json
    assert admin.get(path(started, name, type_)).data == b"bytes"


def test_get_output_gives_no_name(admin: Speaker, started: Job, output: OutputLine) -> None:
    reply = admin.get(path(started, output.name, output.type))
    assert (reply.status_code, reply.data, reply.content_type) == (200, b"weights", "application/data")
    assert "filename" not in reply.headers.get("Content-Disposition", "")


def test_delete_output_puts_it_in_the_trash_and_shows_it_each_time(
    admin: Speaker, started: Job, output: OutputLine
) -> None:
    first, again = (admin.delete(path(started, output.name, output.type)) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["deletion_time"] is not None
    assert again.json == first.json
    assert admin.get(path(started, output.name, output.type)).data == b"weights"
    assert admin.get(path(started, output.name, output.type, "/info")).json == first.json


@pytest.mark.parametrize(("method", "more"), [("GET", ""), ("DELETE", ""), ("GET", "/info")])
def test_an_unknown_name_in_a_known_job_is_400_and_an_unknown_job_404(
    admin: Speaker, started: Job, method: str, more: str
) -> None:
    assert admin.ask(method, path(started, "nothing", "txt", more)).status_code == 400
    assert admin.ask(method, f"/jobs/4711/outputs/nothing/txt{more}").status_code == 404


def test_delete_output_is_for_staff(owner: Speaker, started: Job, output: OutputLine) -> None:
    assert owner.delete(path(started, output.name, output.type)).status_code == 403


def test_an_editor_without_the_jobs_node_may_not_add(owner: Speaker, started: Job) -> None:
    assert owner.post(path(started), data=b"x").status_code == 403


def test_an_unknown_job_is_404_for_everybody(owner: Speaker, admin: Speaker) -> None:
    assert [speaker.post("/jobs/4711/outputs/a/b", data=b"x").status_code for speaker in (owner, admin)] == [404, 404]


def test_a_private_job_is_404_for_strangers(house: House, cast: Cast, stranger: Speaker) -> None:
    secret = start(house, cast.owner, "Salaries", private=True)
    assert stranger.post(path(secret), data=b"x").status_code == 404


def test_a_job_that_never_started_takes_nothing(admin: Speaker, job: Job) -> None:
    assert admin.post(path(job), data=b"x").status_code == 417


def test_a_finished_job_takes_nothing_more(admin: Speaker, house: House, started: Job) -> None:
    end(house, started, ended_at=started.created_at)
    assert admin.post(path(started), data=b"x").status_code == 406


@pytest.mark.parametrize("columns", [{"error_reason": "Cancelled", "cancelled": True}, {"error_reason": "boom"}])
def test_a_job_that_failed_or_was_cancelled_still_takes_outputs(
    admin: Speaker, house: House, started: Job, columns: dict[str, object]
) -> None:
    end(house, started, **columns)
    assert admin.post(path(started), data=b"x").status_code == 200


def test_a_taken_name_is_400_even_in_the_trash(admin: Speaker, started: Job, output: OutputLine) -> None:
    assert admin.post(path(started, output.name, output.type), data=b"x").status_code == 400
    admin.delete(f"/job-outputs/{output.id}")
    assert admin.post(path(started, output.name, output.type), data=b"x").status_code == 400
    admin.delete(f"/job-outputs/{output.id}/hard")
    assert admin.post(path(started, output.name, output.type), data=b"x").status_code == 200


@pytest.mark.parametrize(("name", "type_"), [("x" * 201, "a"), ("a", "y" * 1001), ("a\nb", "c"), ("a", "\x7f")])
def test_a_name_that_cannot_be_kept_is_400(admin: Speaker, started: Job, name: str, type_: str) -> None:
    assert admin.post(path(started, name, type_), data=b"x").status_code == 400


def test_a_slash_in_a_name_misses_the_address(admin: Speaker, started: Job) -> None:
    assert admin.post(f"/jobs/{started.number}/outputs/a%2Fb/json", data=b"x").status_code == 404


def test_a_refused_output_leaves_no_bytes(admin: Speaker, house: House, job: Job) -> None:
    admin.post(path(job), data=b"x")
    assert list(house.store.keys()) == []


@pytest.mark.parametrize("node", ["x", "-1", "4711", "1.5", "9" * 30, ""])
def test_a_bad_node_is_400_on_any_resource(admin: Speaker, node: str) -> None:
    assert admin.ask("POST", "/job-outputs/list", {"Node-Id": node}).status_code == 400


def test_a_viewer_may_not_act_for_a_node(reader: Speaker) -> None:
    assert reader.ask("POST", "/job-outputs/list", {"Node-Id": "1"}).status_code == 403
