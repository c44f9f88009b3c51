"""What the Python, TypeScript and Java clients send, word for word, to a real server, and what they read of its replies.

The order is that of one long session: a worker signs in, makes a job, works on it, and tidies up (UFDL sheet §7).
"""

from __future__ import annotations

import http.client
import io
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from tests.cast import PASSWORD
from tests.conftest import sqlite_instance
from tests.process import MOST_MEMORY, ServerProcess

KIND = "Model<Domain<'Image Classification'>, Framework<'pytorch', '1.6'>>"
JSON = {"Content-Type": "application/json"}
NAMED = 'attachment; filename="my model.{}"'


class Client:
    """A session as the Python client keeps one: `requests`, the token in a header, Node-Id once it is set."""

    def __init__(self, server: str) -> None:
        self.url = f"{server}/v1"
        self.http = requests.Session()
        self.http.trust_env = False

    def sign_in(self, name: str) -> dict[str, str]:
        """Obtain a pair of tokens and use it from now on."""
        reply = self.http.post(
            f"{self.url}/auth/obtain", data=f'{{"username": "{name}", "password": "{PASSWORD}"}}', headers=JSON
        )
        assert reply.status_code == 200, reply.text
        pair: dict[str, str] = reply.json()
        self.http.headers["Authorization"] = f"Bearer {pair['access']}"
        return pair

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request as `requests` makes it."""
        return self.http.request(method, self.url + path, timeout=30, **options)

    def done(self, method: str, path: str, **options: Any) -> Any:
        """Send a request, insist on 200, and return the JSON."""
        reply = self.ask(method, path, **options)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def begun(self) -> int:
        """Make a job and begin it on a node of its own; return its number."""
        number = int(self.done("POST", "/job-templates/2/create-job", data='{"input_values": {}}', headers=JSON)["pk"])
        node = {"ip": f"10.1.0.{number}", "index": 0, "cpu_mem": 1}
        self.http.headers["Node-Id"] = str(self.ask("POST", "/nodes/create", json=node).json()["pk"])
        self.done("GET", f"/jobs/{number}/acquire")
        self.done("POST", f"/jobs/{number}/start", data='{"send_notification": "none"}', headers=JSON)
        return number

    def added(self, job: int, name: str = "my model", type_: str = KIND, body: bytes = b"weights") -> Any:
        """Add an output as the Python client does: raw name and type, unquoted file name."""
        headers = {"Content-Disposition": f"attachment; filename={name}", "Content-Type": "application/data"}
        return self.done("POST", f"/jobs/{job}/outputs/{name}/{type_}", data=body, headers=headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[str]:
    instance = tmp_path_factory.mktemp("ufdl") / "instance"
    sqlite_instance(instance, sqlite_template)
    with ServerProcess(instance) as running:
        yield running.url


@pytest.fixture
def client(server: str) -> Client:
    return Client(server)


@pytest.fixture
def staff(client: Client) -> Client:
    client.sign_in("root")
    return client


@pytest.fixture
def raw(server: str, staff: Client) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """Send a request with exactly these headers and no others but Host, as OkHttp and fetch can."""

    def ask(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)) as connection:
            connection.putrequest(method, f"/v1{path}", skip_accept_encoding=True)
            connection.putheader("Authorization", str(staff.http.headers["Authorization"]))
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, dict(reply.headers), reply.read()

    return ask


# The Python client


def test_the_ladder_of_tokens(client: Client) -> None:
    pair = client.sign_in("root")
    client.http.headers["Authorization"] = "Bearer stale.stale.stale"
    assert client.ask("POST", "/job-outputs/list").status_code == 401
    del client.http.headers["Authorization"]
    dead = client.ask("POST", "/auth/refresh", data='{"refresh": "stale.stale.stale"}', headers=JSON)
    assert dead.status_code == 401
    fresh = client.ask("POST", "/auth/refresh", data=f'{{"refresh": "{pair["refresh"]}"}}', headers=JSON)
    assert (fresh.status_code, list(fresh.json())) == (200, ["access"])
    verified = client.ask("POST", "/auth/verify", data=f'{{"token": "{fresh.json()["access"]}"}}', headers=JSON)
    assert (verified.status_code, verified.json()) == (200, {})
    client.http.headers["Authorization"] = f"Bearer {fresh.json()['access']}"
    assert client.ask("POST", "/job-outputs/list").status_code == 200


def test_list_without_a_body_without_a_filter_and_with_one(staff: Client) -> None:
    job = staff.begun()
    made = staff.added(job)
    spec = f'{{"expressions": [{{"field": "job", "value": {job}, "type": "exact"}}]}}'
    assert made in staff.done("POST", "/job-outputs/list")
    assert made in staff.done("POST", "/job-outputs/list", data="{}", headers=JSON)
    assert staff.done("POST", "/job-outputs/list", data=spec, headers=JSON) == [made]


def test_an_empty_list_request_carries_length_zero_and_no_type(staff: Client) -> None:
    sent = staff.ask("POST", "/job-outputs/list").request.headers
    assert (sent["Content-Length"], "Content-Type" in sent) == ("0", False)


def test_retrieve_and_download(staff: Client) -> None:
    made = staff.added(staff.begun())
    pk = made["pk"]
    assert staff.done("GET", f"/job-outputs/{pk}") == made
    plain = staff.ask("POST", f"/job-outputs/{pk}/download", data='{"params": {}}', headers=JSON, stream=True)
    assert (plain.status_code, plain.content, plain.headers["Content-Type"]) == (200, b"weights", "application/data")
    assert plain.headers["Content-Disposition"] == NAMED.format(KIND)
    zipped = staff.ask("POST", f"/job-outputs/{pk}/download", json={"filetype": "zip", "params": {}})
    assert zipped.headers["Content-Disposition"] == NAMED.format("zip")


def test_destroy_reinstate_and_hard_delete(staff: Client) -> None:
    made = staff.added(staff.begun())
    path = f"/job-outputs/{made['pk']}"
    gone = staff.ask("DELETE", path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert staff.done("DELETE", f"{path}/reinstate") == made
    last = staff.done("DELETE", f"{path}/hard")
    assert {**last, "deletion_time": None} == made
    assert staff.ask("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"weights", b"weights"),
        (iter([b"wei", b"ghts"]), b"weights"),
        (io.BytesIO(), b""),
        (io.BytesIO(b"from a file"), b"from a file"),
    ],
    ids=["bytes", "chunks", "empty", "file"],
)
def test_add_output_get_info_and_delete(staff: Client, sent: Any, expected: bytes) -> None:
    path = f"/jobs/{staff.begun()}/outputs/my model/{KIND}"
    headers = {"Content-Disposition": "attachment; filename=my model", "Content-Type": "application/data"}
    made = staff.done("POST", path, data=sent, headers=headers)
    assert (made["name"], made["type"], made["deletion_time"]) == ("my model", KIND, None)
    got = staff.ask("GET", path, stream=True)
    assert (got.status_code, got.raw.read()) == (200, expected)
    assert staff.done("GET", f"{path}/info") == made
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z", staff.done("DELETE", path)["deletion_time"])


def test_an_upload_with_nothing_in_it_is_sent_in_chunks(staff: Client) -> None:
    reply = staff.ask("POST", f"/jobs/{staff.begun()}/outputs/empty/bin", data=io.BytesIO())
    assert reply.request.headers["Transfer-Encoding"] == "chunked"
    assert reply.status_code == 200


def test_the_jobs_of_the_python_client(staff: Client) -> None:
    job = staff.begun()
    path = f"/jobs/{job}"
    shown = staff.done("GET", path)
    assert shown in staff.done("POST", "/jobs/list")
    assert staff.ask("DELETE", path).status_code == 204
    assert staff.done("DELETE", f"{path}/reinstate") == shown
    assert staff.done("DELETE", f"{path}/hard")["pk"] == job
    assert staff.ask("GET", path).status_code == 404


def test_a_workers_day(staff: Client) -> None:
    value = {"value": 1, "type": "PK<DatasetInstance<Domain<'Image Classification'>>>"}
    order = {"input_values": {"dataset": value}, "parameter_values": {"epochs": {"value": 3, "type": "int"}}}
    made = staff.done("POST", "/job-templates/2/create-job", json=order)
    assert (made["input_values"], made["parameter_values"]) == (order["input_values"], order["parameter_values"])
    node = {
        "ip": "10.2.0.1",
        "index": 0,
        "driver_version": None,
        "hardware_generation": None,
        "gpu_mem": None,
        "cpu_mem": 16_000_000_000,
    }
    registered = staff.ask("POST", "/nodes/create", json=node)
    assert registered.status_code == 201
    staff.http.headers["Node-Id"] = str(registered.json()["pk"])
    path = f"/jobs/{made['pk']}"
    assert staff.done("GET", f"{path}/acquire")["node"] == registered.json()["pk"]
    assert staff.done("DELETE", f"{path}/release")["node"] is None
    staff.done("GET", f"{path}/acquire")
    staff.done("POST", f"{path}/start", json={"send_notification": "none"})
    staff.done("POST", f"{path}/progress/0.5", json={"epoch": 1})
    staff.done("POST", f"{path}/progress/1e-05", json={})
    failed = {"success": False, "send_notification": "", "error": "out of memory"}
    assert staff.done("POST", f"{path}/finish", json=failed)["error_reason"] == "out of memory"
    assert staff.done("DELETE", f"{path}/reset")["error_reason"] is None
    staff.done("POST", f"{path}/start", json={"send_notification": "none"})
    assert staff.done("DELETE", f"{path}/abort")["node"] is None
    staff.done("POST", f"{path}/finish", json={"success": True, "send_notification": ""})
    assert staff.done("DELETE", f"{path}/cancel")["is_cancelled"] is True


# The TypeScript client


def test_typescript_downloads_with_an_empty_body_and_flat_parameters(staff: Client) -> None:
    pk = staff.added(staff.begun())["pk"]
    plain = staff.ask("POST", f"/job-outputs/{pk}/download", data="{}", headers=JSON)
    flat = staff.ask("POST", f"/job-outputs/{pk}/download", data='{"filetype": "zip", "a": "b"}', headers=JSON)
    assert plain.headers["Content-Disposition"] == NAMED.format(KIND)
    assert flat.headers["Content-Disposition"] == NAMED.format("zip")


@pytest.mark.parametrize("done", ["0", "1"])
def test_typescript_writes_whole_progress_without_a_dot(staff: Client, done: str) -> None:
    job = staff.begun()
    assert staff.ask("POST", f"/jobs/{job}/progress/{done}", data="{}", headers=JSON).status_code == 200


def test_typescript_finishes_without_an_error_member(staff: Client) -> None:
    job = staff.begun()
    body = '{"success": true, "send_notification": ""}'
    assert staff.done("POST", f"/jobs/{job}/finish", data=body, headers=JSON)["error_reason"] is None


def test_typescript_reads_its_own_record_as_the_first_of_an_array(staff: Client) -> None:
    assert staff.done("GET", "/users/root")[0]["username"] == "root"


def test_typescript_is_never_told_401_for_what_it_may_not_do(client: Client) -> None:
    client.sign_in("vi")
    forbidden = [
        client.ask("DELETE", "/job-outputs/1"),
        client.ask("POST", "/job-outputs/create", data="{}", headers=JSON),
        client.ask("GET", "/users/root"),
        client.ask("DELETE", "/jobs/1/cancel"),
    ]
    assert [reply.status_code for reply in forbidden] == [403] * 4


# The Java client

JAVA = {"Content-Type": "application/json; charset=utf-8"}


def test_java_lists_with_an_empty_octet_stream_and_no_accept(raw: Callable[..., Any]) -> None:
    empty = {"Content-Type": "application/octet-stream", "Content-Length": "0"}
    assert raw("POST", "/jobs/list", empty)[0] == 200


def test_java_spells_every_member_of_a_filter(raw: Callable[..., Any]) -> None:
    body = (
        b'{"expressions": [{"type": "exact", "field": "description", "value": "x", "case_insensitive": false, '
        b'"invert": false}, {"type": "or", "sub_expressions": [{"type": "isnull", "field": "node", "invert": false}, '
        b'{"type": "contains", "field": "description", "sub_string": "y", "case_insensitive": true, "invert": true}]}], '
        b'"include_inactive": false}'
    )
    status, _, said = raw("POST", "/jobs/list", {**JAVA, "Content-Length": str(len(body))}, body)
    assert (status, said) == (200, b"[]")


@pytest.mark.parametrize("disposition", ['attachment; name="file"; filename="x.bin"', "attachment"])
def test_java_uploads_with_every_segment_escaped(raw: Callable[..., Any], staff: Client, disposition: str) -> None:
    path = f"/jobs/{staff.begun()}/outputs/{quote('my model', safe='')}/{quote(KIND, safe='')}"
    headers = {"Content-Type": "application/octet-stream", "Content-Disposition": disposition, "Content-Length": "5"}
    status, _, said = raw("POST", path, headers, b"bytes")
    assert (status, b'"name":"my model"' in said) == (200, True)
    assert raw("GET", path, {})[2] == b"bytes"


def test_java_releases_with_get(staff: Client) -> None:
    job = staff.begun()
    staff.done("POST", f"/jobs/{job}/finish", json={"success": False, "send_notification": "", "error": "x"})
    assert staff.done("GET", f"/jobs/{job}/release")["node"] is None


def test_java_is_never_redirected(staff: Client) -> None:
    paths = ["/jobs/list/", "/job-outputs/list/", "/job-templates/list/", "/nodes/list/"]
    replies = [staff.ask("POST", path, allow_redirects=False) for path in paths]
    assert [reply.status_code for reply in replies] == [200] * 4


# One store


def test_a_job_of_informer_is_listed_here_and_the_other_way_round(staff: Client, server: str) -> None:
    informer, basic = f"{server}/api/jobs", ("root", PASSWORD)
    made = requests.post(informer, json={"type": "email", "name": "Mail it"}, auth=basic, timeout=30)
    assert made.status_code < 300, made.text
    spec = {"expressions": [{"type": "exact", "field": "template.name", "value": "Addenda job"}]}
    mailed = staff.done("POST", "/jobs/list", json=spec)
    assert [job["template"]["name"] for job in mailed] == ["Addenda job"]
    worked = staff.done("POST", "/job-templates/2/create-job", json={"input_values": {}})
    listed = requests.get(informer, params={"limit": 200}, auth=basic, timeout=30).text
    assert f"Free job {worked['pk']}" in listed
    assert "Mail it" in listed


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_gibibyte_goes_in_and_out_without_filling_memory(tmp_path: Path, sqlite_template: Path) -> None:
    instance = tmp_path / "instance"
    sqlite_instance(instance, sqlite_template)
    piece = bytes(range(256)) * 4096
    with ServerProcess(instance) as running:
        client = Client(running.url)
        client.sign_in("root")
        job = client.begun()
        client.done("POST", "/jobs/list")
        before = max(running.peak_memory().values())
        body = (piece for _ in range(1024))
        pk = client.done("POST", f"/jobs/{job}/outputs/large/bin", data=body)["pk"]
        with client.ask("POST", f"/job-outputs/{pk}/download", stream=True) as reply:
            received = sum(chunk == piece for chunk in reply.iter_content(len(piece)))
        peak = max(running.peak_memory().values())
    assert received == 1024
    assert peak < MOST_MEMORY  # since the server was started, the sign-in included
    assert peak - before < 16 * 2**20
