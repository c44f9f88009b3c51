"""A real server process and real clients: chunked, empty, large, cut and simultaneous uploads; addresses as bytes."""

from __future__ import annotations

import hashlib
import http.client
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import jsonapi_client
import pytest
import requests

from tests.cast import PASSWORD
from tests.nimblex.speaker import JSON_API, basic
from tests.process import ServerProcess

WHO = ("admin", PASSWORD)
MIB = 2**20
RECORD = "/jsonapi/records/Job/57"
CONTENT = f"{RECORD}/attachments/content"
FRAMINGS = ("length", "chunked")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with one administrator and the job 57."""
    instance = tmp_path_factory.mktemp("nimblex") / "instance"
    with ServerProcess(instance, {"ADDENDA_ADMIN_PASSWORD": PASSWORD}, patience=90) as running:
        record = {"data": {"type": "record", "attributes": {"content": [{"LineNumber": 1}]}}}
        made = requests.put(running.url + RECORD, json=record, headers={"Content-Type": JSON_API}, auth=WHO, timeout=60)
        assert made.status_code == 201, made.text
        yield running


def pieces(count: int, size: int = MIB) -> Iterator[bytes]:
    """Yield a body, each piece another."""
    for index in range(count):
        yield index.to_bytes(4, "big") * (size // 4)


def post(server: ServerProcess, name: str, body: object) -> requests.Response:
    return requests.post(f"{server.url}{CONTENT}/{name}", data=body, auth=WHO, timeout=600)  # type: ignore[arg-type]  # any body


def get(server: ServerProcess, name: str) -> requests.Response:
    return requests.get(f"{server.url}{CONTENT}/{name}", auth=WHO, timeout=600)


def parts(server: ServerProcess) -> list[Path]:
    """Return what is left of uploads that did not come to an end."""
    return [path for path in (server.instance / "tmp").iterdir() if path.name.endswith(".part")]


def begun(server: ServerProcess, name: str, framing: str) -> socket.socket:
    """Begin an upload of 100 000 bytes, send half of it, and leave the connection open."""
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=30)
    length = "Transfer-Encoding: chunked" if framing == "chunked" else "Content-Length: 100000"
    head = f"POST {CONTENT}/{name} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: {basic('admin')}\r\n{length}\r\n\r\n"
    body = b"x" * 50_000
    connection.sendall(head.encode() + (b"c350\r\n" + body + b"\r\n" if framing == "chunked" else body))
    return connection


def test_a_chunked_upload_arrives_whole(server: ServerProcess) -> None:
    assert post(server, "chunked.bin", pieces(3)).status_code == 200
    assert get(server, "chunked.bin").content == b"".join(pieces(3))


@pytest.mark.parametrize("body", [b"", iter([b""])], ids=["length", "chunked"])
def test_no_bytes_at_all_are_a_file(server: ServerProcess, body: object) -> None:
    stored = post(server, "empty.bin", body)
    assert (stored.status_code, stored.content, "Content-Type" in stored.headers) == (200, b"", False)
    assert (get(server, "empty.bin").status_code, get(server, "empty.bin").content) == (200, b"")


def through(server: ServerProcess, name: str, mebibytes: int) -> tuple[bool, int]:
    """Store and fetch a large file; say whether it came back the same, and by how much the memory grew (bytes)."""
    before = server.peak_memory()
    sent = hashlib.sha256()
    for piece in pieces(mebibytes):
        sent.update(piece)
    assert post(server, name, pieces(mebibytes)).status_code == 200
    got = hashlib.sha256()
    with requests.get(f"{server.url}{CONTENT}/{name}", auth=WHO, stream=True, timeout=600) as reply:
        for piece in reply.iter_content(MIB):
            got.update(piece)
    after = server.peak_memory()
    return got.digest() == sent.digest(), max(after[pid] - before[pid] for pid in before)


def test_64_mib_pass_through_in_little_memory(server: ServerProcess) -> None:
    is_same, grown = through(server, "large.bin", 64)
    assert is_same
    assert grown < 32 * MIB


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_1_gib_passes_through_in_little_memory(server: ServerProcess) -> None:
    is_same, grown = through(server, "larger.bin", 1024)
    assert is_same
    assert grown < 100 * MIB


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_cut_upload_is_refused_and_the_old_content_stays(server: ServerProcess, framing: str) -> None:
    post(server, "kept.txt", b"old content")
    with begun(server, "kept.txt", framing) as connection:
        connection.shutdown(socket.SHUT_WR)
        reply = connection.makefile("rb").read()
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b'"status":"400"' in reply
    assert get(server, "kept.txt").content == b"old content"
    assert parts(server) == []


@pytest.mark.parametrize("framing", FRAMINGS)
def test_an_upload_that_is_not_finished_yet_is_not_seen(server: ServerProcess, framing: str) -> None:
    with begun(server, f"unfinished-{framing}", framing):
        assert get(server, f"unfinished-{framing}").status_code == 404
    assert get(server, f"unfinished-{framing}").status_code == 404


def test_sixteen_clients_replacing_one_name_never_mix_their_bytes(server: ServerProcess) -> None:
    letters = [bytes([65 + index]) * MIB for index in range(16)]
    post(server, "shared.bin", letters[0])
    with ThreadPoolExecutor(20) as clients:
        reads = [clients.submit(get, server, "shared.bin") for _ in range(24)]
        writes = [clients.submit(post, server, "shared.bin", body) for body in letters]
        reads += [clients.submit(get, server, "shared.bin") for _ in range(24)]
        assert {write.result().status_code for write in writes} == {200}
        seen = [read.result() for read in reads]
    last = get(server, "shared.bin")
    assert {reply.content for reply in (*seen, last)} <= set(letters)
    assert last.headers["ETag"] == f'"{hashlib.sha256(last.content).hexdigest()}"'
    listed = requests.get(f"{server.url}{RECORD}/attachments", auth=WHO, timeout=60).json()["data"]
    assert [item["attributes"]["size"] for item in listed if item["id"].endswith("/shared.bin")] == [MIB]


def delete(server: ServerProcess, name: str) -> requests.Response:
    return requests.delete(f"{server.url}{RECORD}/attachments/{name}", auth=WHO, timeout=600)


def test_uploads_and_deletes_of_one_name_at_once_leave_a_file_or_none(server: ServerProcess) -> None:
    body = b"whole" * 20_000
    with ThreadPoolExecutor(8) as clients:
        stored = [clients.submit(post, server, "flicker.bin", body) for _ in range(16)]
        deleted = [clients.submit(delete, server, "flicker.bin") for _ in range(16)]
        assert {reply.result().status_code for reply in stored} == {200}
        assert {reply.result().status_code for reply in deleted} <= {204, 404}
    assert get(server, "flicker.bin").content in {body, b""}
    assert parts(server) == []


def test_an_upload_to_a_record_that_is_deleted_meanwhile_is_not_found_and_leaves_nothing(server: ServerProcess) -> None:
    record = {"data": {"type": "record", "attributes": {"content": []}}}
    address = requests.post(f"{server.url}/jsonapi/records/Job", json=record, auth=WHO, timeout=60).headers["Location"]

    def body() -> Iterator[bytes]:
        yield b"x" * 100_000
        assert requests.delete(address, auth=WHO, timeout=60).status_code == 204
        yield b"x" * 100_000

    blobs = server.instance / "blobs"
    before = sorted(blobs.rglob("*"))
    reply = requests.post(f"{address}/attachments/content/a.bin", data=body(), auth=WHO, timeout=60)
    assert (reply.status_code, reply.content) == (404, b"")
    assert sorted(blobs.rglob("*")) == before
    assert parts(server) == []


@pytest.mark.parametrize(
    "path", ["a/../b", "%2e%2e%2fb", "%00", "a%fe.txt", "..", "a//b", "x" * 256, "%2e%2e/%2e%2e/db.sqlite3"]
)
def test_an_address_that_breaks_a_rule_is_refused_and_stores_nothing(server: ServerProcess, path: str) -> None:
    before = files_of(server)
    assert raw(server, "POST", path, b"evil")[0] == 400
    assert raw(server, "GET", path)[0] in {400, 404}
    assert files_of(server) == before


@pytest.mark.parametrize(
    "name", ["x" * 255, "%C3%BC" * 127, "a+b", "a%20b", "a%2Bb", "content/x", "100%25", "a%23b%3Fc"]
)
def test_an_address_that_breaks_none_means_what_was_sent(server: ServerProcess, name: str) -> None:
    assert raw(server, "POST", name, name.encode())[0] == 200
    assert raw(server, "GET", name) == (200, name.encode())


def raw(server: ServerProcess, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Send a path exactly as it is written; return status and body."""
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)) as connection:
        connection.request(method, f"{CONTENT}/{path}", body, {"Authorization": basic("admin")})
        reply = connection.getresponse()
        return reply.status, reply.read()


def files_of(server: ServerProcess) -> set[Path]:
    """Return every file round the instance but those of the databases and the log."""
    found = (path for path in server.instance.parent.rglob("*") if path.is_file())
    return {path for path in found if "sqlite" not in path.name and path.suffix != ".log"}


def test_the_commands_of_the_manual_work(server: ServerProcess, tmp_path: Path) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n picture")
    stored = curl("--data-binary", f"@{picture}", f"{server.url}{CONTENT}/folder/logo.png")
    fetched = curl(f"{server.url}{CONTENT}/folder/logo.png")
    deleted = curl("-X", "DELETE", f"{server.url}{RECORD}/attachments/folder/logo.png")
    assert (stored, fetched, deleted) == (b"200", picture.read_bytes() + b"200", b"204")


def curl(*arguments: str) -> bytes:
    """Run curl; return the body and then the status."""
    command = ["curl", "-sS", "-u", f"admin:{PASSWORD}", "-w", "%{http_code}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def test_a_generic_client_reads_the_list_and_follows_the_link_to_the_bytes(server: ServerProcess) -> None:
    post(server, "for the client+.txt", b"north face")
    session = jsonapi_client.Session(f"{server.url}/jsonapi", request_kwargs={"auth": WHO})
    with session:
        document = session.fetch_document_by_url(f"{server.url}{RECORD}/attachments")
        (found,) = [item for item in document.resources if item.id == "Job/57/attachments/for the client+.txt"]
        assert (found.type, found.size, found.mimetype) == ("attachment", 10, "text/plain")
        reply = requests.get(found.links.content.url, auth=WHO, timeout=60)
    assert reply.content == b"north face"


def test_a_generic_client_understands_an_error(server: ServerProcess) -> None:
    session = jsonapi_client.Session(f"{server.url}/jsonapi", request_kwargs={"auth": WHO})
    with session, pytest.raises(jsonapi_client.exceptions.DocumentError) as refused:
        session.fetch_document_by_url(f"{server.url}{RECORD}/attachments?banana=1")
    assert refused.value.errors["status_code"] == 400


def test_a_generic_client_walks_from_page_to_page(server: ServerProcess) -> None:
    for name in ("1", "2", "3"):
        post(server, f"pages/{name}", b"x")
    session = jsonapi_client.Session(f"{server.url}/jsonapi", request_kwargs={"auth": WHO})
    with session:
        first = session.fetch_document_by_url(f"{server.url}{RECORD}/attachments?page[limit]=2")
        walked = [item.id for item in first.iterator()]
    listed = requests.get(f"{server.url}{RECORD}/attachments", auth=WHO, timeout=60).json()["data"]
    assert walked == [item["id"] for item in listed]
