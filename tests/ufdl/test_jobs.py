"""Jobs: listed with filters, shown, described, put in the trash, taken out, removed for good (UFDL sheet §4)."""

from __future__ import annotations

from typing import Any

import pytest

from core import job_pages, jobs
from core.commands import CreateJob
from core.house import House
from core.outputs import OutputLine
from models import Job
from tests.cast import Cast
from tests.ufdl.conftest import KIND, Speaker, keep
from tests.ufdl.test_outputs import MOMENT

POLL = {
    "type": "and",
    "sub_expressions": [
        {"type": "isnull", "field": "start_time"},
        {"type": "isnull", "field": "error_reason"},
        {"type": "isnull", "field": "node"},
        {"type": "isnull", "field": "template.workabletemplate", "invert": True},
    ],
}
ORDER = {"input_values": {"dataset": {"value": 1, "type": "PK<DatasetInstance<Domain<'Image Classification'>>>"}}}


@pytest.fixture
def free(admin: Speaker) -> int:
    """The number of the template that any node may work on."""
    (found,) = admin.listed("job-templates", {"type": "exact", "field": "name", "value": "Free job"})
    return int(found["pk"])


@pytest.fixture
def work(admin: Speaker, free: int) -> dict[str, Any]:
    """A job that nodes may take."""
    made: dict[str, Any] = admin.post(f"/job-templates/{free}/create-job", ORDER).json
    return made


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    """Return the numbers of listed jobs."""
    return [row["pk"] for row in rows]


def test_a_job_shows_its_fields_in_their_order(admin: Speaker, started: Job, output: OutputLine, cast: Cast) -> None:
    shown = admin.get(f"/jobs/{started.number}").json
    assert MOMENT.fullmatch(shown["start_time"])
    assert MOMENT.fullmatch(shown["creation_time"])
    assert list(shown.items()) == [
        ("pk", started.number),
        ("template", {"pk": 1, "name": "Addenda job", "version": 1}),
        ("parent", None),
        ("start_time", shown["start_time"]),
        ("end_time", None),
        ("error_reason", None),
        ("input_values", {}),
        ("parameter_values", {}),
        ("node", None),
        ("outputs", [{"pk": output.id, "name": "my model", "type": KIND}]),
        ("description", ""),
        ("is_cancelled", False),
        ("creator", cast.owner.user_id),
        ("creation_time", shown["creation_time"]),
        ("deletion_time", None),
    ]


def test_outputs_in_the_trash_stay_on_their_job(admin: Speaker, started: Job, output: OutputLine) -> None:
    admin.delete(f"/job-outputs/{output.id}")
    assert [one["pk"] for one in admin.get(f"/jobs/{started.number}").json["outputs"]] == [output.id]


def test_the_launcher_finds_work_and_never_an_email_job(admin: Speaker, job: Job, work: dict[str, Any]) -> None:
    assert numbers(admin.listed("jobs", POLL)) == [work["pk"]]
    assert numbers(admin.listed("jobs")) == [job.number, work["pk"]]


def test_a_child_shows_the_number_of_its_parent(house: House, cast: Cast, admin: Speaker, job: Job) -> None:
    child = jobs.create(house.database, cast.owner, CreateJob(title="Child", parent_id=job.id))
    assert admin.get(f"/jobs/{child.number}").json["parent"] == job.number
    assert numbers(admin.listed("jobs", {"type": "exact", "field": "parent", "value": job.number})) == [child.number]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"type": "exact", "field": "outputs.type", "value": "a"}, [1]),
        ({"type": "exact", "field": "outputs.type", "value": "a", "invert": True}, [2]),
        ({"type": "isnull", "field": "outputs"}, [2]),
        ({"type": "isnull", "field": "outputs__pk", "invert": True}, [1]),
        ({"type": "contains", "field": "creator.username", "sub_string": "d"}, [1, 2]),
        ({"type": "exact", "field": "template.name", "value": "Addenda job"}, [1, 2]),
        ({"type": "exact", "field": "description", "value": ""}, [1, 2]),
        ({"type": "isnull", "field": "start_time"}, [2]),
        ({"type": "isnull", "field": "node.ip"}, [1, 2]),
        ({"type": "exact", "field": "pk", "value": "2"}, [2]),
    ],
    ids=str,
)
def test_jobs_are_narrowed_through_their_neighbours(
    house: House, cast: Cast, admin: Speaker, started: Job, expression: dict[str, Any], expected: list[int]
) -> None:
    keep(house, cast.admin, started, "x", "a")
    keep(house, cast.admin, started, "y", "a")
    jobs.create(house.database, cast.owner, CreateJob(title="Second"))
    assert numbers(admin.listed("jobs", expression)) == expected


def test_jobs_are_ordered(admin: Speaker, started: Job, job: Job) -> None:
    key = {"field": "template.name", "ascending": False}
    later = {"field": "pk", "ascending": False}
    assert numbers(admin.listed("jobs", order_by=[key, later])) == [job.number, started.number]


def test_jobs_are_not_created_directly(admin: Speaker) -> None:
    assert admin.post("/jobs/create", {}).status_code == 403


def test_only_the_description_changes_and_only_for_staff(admin: Speaker, owner: Speaker, started: Job) -> None:
    body = {"description": "New words", "error_reason": "x", "nothing": 1}
    assert owner.ask("PATCH", f"/jobs/{started.number}", json=body).status_code == 403
    shown = admin.ask("PATCH", f"/jobs/{started.number}", json=body)
    assert (shown.status_code, shown.json["description"], shown.json["error_reason"]) == (200, "New words", None)
    again = admin.ask("PUT", f"/jobs/{started.number}", json={})
    assert (again.status_code, again.json["description"]) == (200, "New words")
    wrong = admin.ask("PUT", f"/jobs/{started.number}", json={"description": 7})
    assert (wrong.status_code, wrong.json) == (400, {"description": ["Not a valid string."]})


def test_a_job_goes_to_the_trash_and_back(admin: Speaker, started: Job) -> None:
    path = f"/jobs/{started.number}"
    assert [admin.delete(path).status_code for _ in range(2)] == [204, 204]
    assert numbers(admin.listed("jobs")) == []
    assert numbers(admin.listed("jobs", include_inactive=True)) == [started.number]
    assert MOMENT.fullmatch(admin.get(path).json["deletion_time"])
    back = [admin.delete(f"{path}/reinstate") for _ in range(2)]
    assert [(reply.status_code, reply.json["deletion_time"]) for reply in back] == [(200, None), (200, None)]
    assert numbers(admin.listed("jobs")) == [started.number]


def test_a_hard_delete_takes_the_outputs_along_and_shows_the_last_state(
    admin: Speaker, started: Job, output: OutputLine
) -> None:
    gone = admin.delete(f"/jobs/{started.number}/hard")
    assert (gone.status_code, gone.json["pk"], len(gone.json["outputs"])) == (200, started.number, 1)
    assert admin.get(f"/jobs/{started.number}").status_code == 404
    assert admin.get(f"/job-outputs/{output.id}").status_code == 404


@pytest.mark.parametrize("more", ["", "/hard", "/reinstate", "/abort", "/cancel"])
def test_staffs_verbs_are_403_for_others_and_404_for_nothing(owner: Speaker, admin: Speaker, more: str) -> None:
    assert owner.delete(f"/jobs/4711{more}").status_code == 403
    assert admin.delete(f"/jobs/4711{more}").status_code == 404


def test_private_jobs_are_not_there_for_strangers(stranger: Speaker, owner: Speaker, private_job: Job) -> None:
    hidden, missing = stranger.get(f"/jobs/{private_job.number}"), stranger.get("/jobs/4711")
    assert (hidden.status_code, hidden.data) == (missing.status_code, missing.data)
    assert numbers(stranger.listed("jobs")) == []
    assert numbers(owner.listed("jobs")) == [private_job.number]


# Templates


def test_a_fresh_instance_has_two_templates(admin: Speaker) -> None:
    plain, free = admin.listed("job-templates")
    assert (plain["name"], "executor_class" in plain) == ("Addenda job", False)
    assert (free["name"], free["version"], free["parameters"]) == ("Free job", 1, {})
    assert admin.get(f"/job-templates/{free['pk']}").json == free
    workable = {"type": "isnull", "field": "workabletemplate", "invert": True}
    assert admin.listed("job-templates", workable) == [free]


def test_a_made_job_holds_what_it_was_given(admin: Speaker, work: dict[str, Any], free: int, cast: Cast) -> None:
    assert work["template"] == {"pk": free, "name": "Free job", "version": 1}
    assert work["input_values"] == ORDER["input_values"]
    assert work["creator"] == cast.admin.user_id
    assert admin.get(f"/jobs/{work['pk']}").json == work


def test_a_job_made_here_is_named_by_template_and_number(house: House, cast: Cast, work: dict[str, Any]) -> None:
    (found,) = job_pages.page_jobs(house.database, cast.owner, job_pages.JobQuery()).items
    assert (found.title, found.driver) == (f"Free job {work['pk']}", "worker")


def test_notifications_are_taken(house: House, cast: Cast, admin: Speaker, free: int) -> None:
    override = {
        "actions": {
            "on_finish": [
                {"message": "done"},
                {"subject": "s", "body": "b", "to": ["ada@example.org"]},
                {"suppress_for_parent": True},
            ]
        },
        "keep_default": True,
    }
    made = admin.post(
        f"/job-templates/{free}/create-job", {**ORDER, "description": "Words", "notification_override": override}
    )
    assert (made.status_code, made.json["description"]) == (200, "Words")
    (found,) = job_pages.page_jobs(house.database, cast.owner, job_pages.JobQuery()).items
    assert found.notifications == {"own": override}


VALUE = {"value": None, "type": "str"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input_values": {}, "inputs": {}},
        {"input_values": []},
        {"input_values": {"a": {"value": 1}}},
        {"input_values": {"a": {"type": "str"}}},
        {"input_values": {"a": {**VALUE, "more": 1}}},
        {"input_values": {"a": {"value": 1, "type": "Model<"}}},
        {"input_values": {"a": {"value": 1, "type": ""}}},
        {"input_values": {"a": {"value": 1, "type": "'text'"}}},
        {"input_values": {}, "parameter_values": {"a": {"value": 1, "type": "A<B>>"}}},
        {"input_values": {}, "description": None},
        {"input_values": {}, "notification_override": {"actions": {"on_sleep": []}}},
        {"input_values": {}, "notification_override": {"actions": {"on_start": [{"subject": "s"}]}}},
        {"input_values": {}, "notification_override": {"actions": {"on_start": [{"message": "m", "to": []}]}}},
    ],
    ids=str,
)
def test_a_body_that_orders_no_job_is_400(admin: Speaker, free: int, body: object) -> None:
    assert admin.post(f"/job-templates/{free}/create-job", body).status_code == 400


def test_child_notifications_do_not_suit_a_workable_template(admin: Speaker, free: int) -> None:
    body = {**ORDER, "child_notification_overrides": {"a": {"actions": {}}}}
    assert admin.post(f"/job-templates/{free}/create-job", body).status_code == 406


def test_an_unknown_template_is_404(admin: Speaker) -> None:
    assert admin.post("/job-templates/4711/create-job", ORDER).status_code == 404


def test_a_viewer_makes_no_jobs(reader: Speaker, free: int) -> None:
    assert reader.post(f"/job-templates/{free}/create-job", ORDER).status_code == 403


def test_a_job_of_another_api_is_listed_here(admin: Speaker, job: Job) -> None:
    assert admin.get(f"/jobs/{job.number}").json["template"]["name"] == "Addenda job"
