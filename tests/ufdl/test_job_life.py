"""The life of a job: what each verb allows, refuses and leaves behind (UFDL sheet §4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ufdl.conftest import Speaker

NODE = {"ip": "10.0.0.1", "index": 0, "cpu_mem": 2**34}
START = {"send_notification": "none"}
DONE = {"success": True, "send_notification": ""}
FAILED = {**DONE, "error": "boom"}
FINISHED, ERRORED, CANCELLED = "finished", "errored", "cancelled"


class Worker:
    """A node that an editor speaks for, with one job that nodes may take."""

    def __init__(self, owner: Speaker, admin: Speaker) -> None:
        self.owner, self.admin = owner, admin
        self.node = owner.post("/nodes/create", NODE).json["pk"]
        self.other = owner.post("/nodes/create", {**NODE, "index": 1}).json["pk"]
        self.job = self.order()

    def order(self) -> int:
        """Make one more job."""
        made = self.owner.post("/job-templates/2/create-job", {"input_values": {}})
        return int(made.json["pk"])

    def do(self, method: str, verb: str, body: Any = None, node: int | None = None, job: int | None = None) -> Any:
        """Ask for a verb, as the worker's own node unless another is given; 0 is none."""
        number = self.node if node is None else node
        headers = {"Node-Id": str(number)} if number else {}
        options = {} if body is None else {"json": body}
        return self.owner.ask(method, f"/jobs/{job or self.job}/{verb}", headers, **options)

    def acquire(self) -> None:
        """Take the job."""
        assert self.do("GET", "acquire").status_code == 200

    def start(self) -> None:
        """Take the job and begin it."""
        self.acquire()
        assert self.do("POST", "start", START).status_code == 200

    def end(self, phase: str) -> None:
        """Bring the begun job to its end."""
        self.start()
        if phase == CANCELLED:
            assert self.admin.delete(f"/jobs/{self.job}/cancel").status_code == 200
        else:
            assert self.do("POST", "finish", DONE if phase == FINISHED else FAILED).status_code == 200

    def add(self, name: str = "model", node: int | None = None) -> int:
        """Add an output as the node; return the status."""
        number = str(self.node if node is None else node)
        reply = self.owner.ask("POST", f"/jobs/{self.job}/outputs/{name}/bin", {"Node-Id": number}, data=name.encode())
        return int(reply.status_code)

    def shown(self) -> Any:
        """Show the job."""
        return self.owner.get(f"/jobs/{self.job}").json

    def busy(self) -> int | None:
        """Return the job that the node says it works on."""
        found: int | None = self.owner.get(f"/nodes/{self.node}").json["current_job"]
        return found


@pytest.fixture
def worker(owner: Speaker, admin: Speaker) -> Worker:
    return Worker(owner, admin)


def test_a_whole_life(worker: Worker) -> None:
    assert worker.do("GET", "acquire").json["node"] == worker.node
    begun = worker.do("POST", "start", START).json
    assert (begun["start_time"] is not None, begun["end_time"], worker.busy()) == (True, None, worker.job)
    assert worker.do("POST", "progress/0.5", {"words": "half"}).status_code == 200
    assert worker.add() == 200
    ended = worker.do("POST", "finish", DONE).json
    assert (ended["end_time"] is not None, ended["error_reason"], worker.busy()) == (True, None, None)
    assert [one["name"] for one in ended["outputs"]] == ["model"]


def test_acquire_again_is_no_change_and_by_another_is_406(worker: Worker) -> None:
    worker.acquire()
    assert worker.do("GET", "acquire").status_code == 200
    assert worker.do("GET", "acquire", node=worker.other).status_code == 406


def test_acquire_needs_a_node_and_a_job_that_nodes_work_on(worker: Worker, job: Any) -> None:
    assert worker.do("GET", "acquire", node=0).status_code == 403
    assert worker.do("GET", "acquire", job=job.number).status_code == 403


@pytest.mark.parametrize(("phase", "status"), [(FINISHED, 406), (CANCELLED, 406), (ERRORED, 200)])
def test_acquire_takes_no_job_that_is_over(worker: Worker, phase: str, status: int) -> None:
    worker.end(phase)
    assert worker.do("GET", "acquire").status_code == status


@pytest.mark.parametrize("method", ["DELETE", "GET"])
def test_release_gives_a_job_back(worker: Worker, method: str) -> None:
    worker.acquire()
    assert worker.do(method, "release").json["node"] is None
    assert worker.do("DELETE", "release").status_code == 403


def test_release_of_a_running_job_is_406(worker: Worker) -> None:
    worker.start()
    assert worker.do("DELETE", "release").status_code == 406
    assert worker.do("DELETE", "release", node=worker.other).status_code == 403


def test_start_belongs_to_the_node_that_holds_the_job(worker: Worker) -> None:
    assert worker.do("POST", "start", START).status_code == 403
    worker.acquire()
    assert worker.do("POST", "start", START, node=worker.other).status_code == 403
    assert worker.do("POST", "start", START).status_code == 200
    assert worker.do("POST", "start", START).status_code == 406


def test_a_busy_node_starts_nothing_else(worker: Worker) -> None:
    worker.start()
    second = worker.order()
    assert worker.do("GET", "acquire", job=second).status_code == 200
    assert worker.do("POST", "start", START, job=second).status_code == 406


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("start", {}),
        ("start", {"send_notification": 1}),
        ("finish", {}),
        ("finish", {"success": True}),
        ("finish", {"success": "yes", "send_notification": ""}),
        ("finish", {**DONE, "error": 5}),
        ("progress/0.5", [1]),
    ],
)
def test_a_body_without_its_members_is_400(worker: Worker, verb: str, body: object) -> None:
    worker.start()
    assert worker.do("POST", verb, body).status_code == 400


@pytest.mark.parametrize("done", ["0", "1", "0.5", "1.0", "1e-05", "0.30000000000000004"])
def test_progress_takes_any_number_from_0_to_1(worker: Worker, done: str) -> None:
    worker.start()
    assert worker.do("POST", f"progress/{done}", {}).status_code == 200


@pytest.mark.parametrize("done", ["1.5", "-0.1", "half", "nan", "inf", "1e400"])
def test_another_progress_is_404(worker: Worker, done: str) -> None:
    worker.start()
    assert worker.do("POST", f"progress/{done}", {}).status_code == 404


def test_progress_of_a_job_that_does_not_run_is_406(worker: Worker) -> None:
    worker.acquire()
    assert worker.do("POST", "progress/0.5").status_code == 406


def test_a_failed_job_says_why(worker: Worker) -> None:
    worker.end(ERRORED)
    shown = worker.shown()
    assert (shown["error_reason"], shown["is_cancelled"], shown["end_time"] is not None) == ("boom", False, True)


def test_finish_by_a_node_that_does_not_work_on_it_is_406_or_403(worker: Worker) -> None:
    worker.acquire()
    assert worker.do("POST", "finish", DONE).status_code == 406
    assert worker.do("POST", "finish", DONE, node=worker.other).status_code == 403


@pytest.mark.parametrize("verb", ["cancel", "abort"])
def test_finish_of_a_job_that_was_taken_away_only_frees_the_node(worker: Worker, verb: str) -> None:
    worker.start()
    worker.admin.delete(f"/jobs/{worker.job}/{verb}")
    before = worker.shown()
    assert worker.do("POST", "finish", DONE).json == before
    assert worker.busy() is None


def test_reset_makes_a_failed_job_new_and_its_names_free(worker: Worker) -> None:
    worker.start()
    assert worker.add() == 200
    worker.do("POST", "finish", FAILED)
    again = worker.do("DELETE", "reset").json
    assert (again["start_time"], again["error_reason"], again["node"]) == (None, None, worker.node)
    assert worker.owner.listed("job-outputs") == []
    assert worker.do("POST", "start", START).status_code == 200
    assert worker.add() == 200
    assert worker.add() == 400
    assert [row["deletion_time"] for row in worker.owner.listed("job-outputs", include_inactive=True)] == [None]


def test_reset_is_for_failed_jobs_and_their_node(worker: Worker) -> None:
    worker.start()
    assert worker.do("DELETE", "reset").status_code == 406
    assert worker.do("DELETE", "reset", node=worker.other).status_code == 403


def test_abort_takes_a_job_from_its_node(worker: Worker) -> None:
    worker.start()
    worker.add()
    shown = worker.admin.delete(f"/jobs/{worker.job}/abort").json
    assert (shown["start_time"], shown["node"], len(shown["outputs"])) == (None, None, 1)
    assert worker.owner.listed("job-outputs") == []


@pytest.mark.parametrize("phase", [FINISHED, CANCELLED])
def test_abort_of_a_job_that_is_over_is_406(worker: Worker, phase: str) -> None:
    worker.end(phase)
    assert worker.admin.delete(f"/jobs/{worker.job}/abort").status_code == 406


def test_cancel_is_seen_and_final(worker: Worker) -> None:
    worker.start()
    shown = worker.admin.delete(f"/jobs/{worker.job}/cancel").json
    assert (shown["is_cancelled"], shown["error_reason"], shown["end_time"]) == (True, "Cancelled", None)
    assert worker.admin.delete(f"/jobs/{worker.job}/cancel").json == shown
    assert worker.add() == 200


def test_a_job_cancelled_before_its_start_is_cancelled_too(worker: Worker) -> None:
    assert worker.admin.delete(f"/jobs/{worker.job}/cancel").json["is_cancelled"] is True
    assert worker.do("GET", "acquire").status_code == 406


def test_cancel_leaves_a_finished_job_alone(worker: Worker) -> None:
    worker.end(FINISHED)
    assert worker.admin.delete(f"/jobs/{worker.job}/cancel").json == worker.shown()
    assert worker.shown()["is_cancelled"] is False


def test_only_the_node_that_holds_the_job_adds_outputs(worker: Worker) -> None:
    worker.start()
    assert worker.add(node=worker.other) == 403
    assert worker.add() == 200


def test_a_stranger_to_a_private_job_learns_nothing_by_a_node(
    worker: Worker, private_job: Any, stranger: Speaker
) -> None:
    headers = {"Node-Id": str(worker.node)}
    hidden = stranger.ask("GET", f"/jobs/{private_job.number}/acquire", headers)
    missing = stranger.ask("GET", "/jobs/4711/acquire", headers)
    assert (hidden.status_code, hidden.data) == (missing.status_code, missing.data) == (404, missing.data)
