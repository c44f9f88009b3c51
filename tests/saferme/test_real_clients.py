"""Real clients against a real server: boto3 with requests, curl as the document writes it, and a form of 100 MB."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import boto3
import pytest
import requests
from botocore.config import Config

from tests import pictures
from tests.cast import OWNER, PASSWORD
from tests.saferme.conftest import Served
from tests.saferme.forms import Signer

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def session(served: Served) -> Iterator[requests.Session]:
    """The owner's session with the server."""
    with requests.Session() as speaking:
        asked = {"session": {"app_bundle_id": "com.thundermaps.main", "email": OWNER.name, "password": PASSWORD}}
        token = speaking.post(f"{served.url}/api/v4/session", json=asked, timeout=30).json()["session"]["access_token"]
        speaking.headers["Authorization"] = f"Token token={token}"
        yield speaking


def presigned(served: Served, key: str, fields: dict[str, str], conditions: list[Any], **more: Any) -> Any:
    client = boto3.client(
        "s3",
        endpoint_url=served.url,
        region_name="us-east-1",
        aws_access_key_id=served.settings.upload_access_key,
        aws_secret_access_key=served.settings.upload_secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    return client.generate_presigned_post(
        served.settings.upload_bucket, key, Fields=fields, Conditions=conditions, **more
    )


def authorized(served: Served, session: requests.Session, media_type: str) -> dict[str, Any]:
    address = f"{served.url}/api/v4/file_attachments/upload_authorization"
    reply = session.get(address, params={"content_type": media_type}, timeout=30)
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()["upload_authorization"]
    return found


def settled(served: Served, session: requests.Session, attachment_id: int) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    address = f"{served.url}/api/v4/file_attachments/{attachment_id}"
    while (reply := session.get(address, timeout=30)).status_code == 202 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert reply.status_code == 200, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


def test_boto3_signs_with_the_servers_keys_and_requests_uploads(served: Served) -> None:
    post = presigned(
        served,
        "inbox/${filename}",
        {"success_action_status": "201", "Content-Type": "image/png"},
        [
            {"success_action_status": "201"},
            ["starts-with", "$Content-Type", "image/"],
            ["content-length-range", 1, 10**6],
        ],
    )
    reply = requests.post(post["url"], data=post["fields"], files={"file": ("grün.png", pictures.png())}, timeout=30)
    assert reply.status_code == 201
    assert "<Key>inbox/grün.png</Key>" in reply.text
    assert reply.headers["Location"] == f"{served.url}/addenda-uploads/inbox%2Fgr%C3%BCn.png"


def test_a_file_without_a_name_is_called_file_by_requests(served: Served) -> None:
    post = presigned(served, "inbox/${filename}", {}, [])
    reply = requests.post(post["url"], data=post["fields"], files={"file": b"bytes"}, timeout=30)
    assert (reply.status_code, reply.content, "Content-Type" in reply.headers) == (204, b"", False)
    assert reply.headers["Location"].endswith("/inbox%2Ffile")


def test_fields_that_boto3_did_not_declare_are_refused(served: Served) -> None:
    post = presigned(served, "inbox/a", {"success_action_status": "201"}, [])
    reply = requests.post(post["url"], data=post["fields"], files={"file": b"bytes"}, timeout=30)
    assert reply.status_code == 403
    assert "Extra input fields: success_action_status" in reply.text


@pytest.mark.parametrize("version", ["s3"])
def test_the_old_signature_of_boto3_is_refused_by_name(served: Served, version: Literal["s3"]) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=served.url,
        region_name="us-east-1",
        aws_access_key_id=served.settings.upload_access_key,
        aws_secret_access_key=served.settings.upload_secret_key,
        config=Config(signature_version=version, s3={"addressing_style": "path"}),
    )
    post = client.generate_presigned_post(served.settings.upload_bucket, "inbox/a")
    reply = requests.post(post["url"], data=post["fields"], files={"file": b"bytes"}, timeout=30)
    assert reply.status_code == 400
    assert "Signature version 2 is not supported" in reply.text


def test_the_curl_recipe_of_the_document_works_as_written(
    served: Served, session: requests.Session, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(pictures.png())
    asked = authorized(served, session, "image/png")
    fields = {**asked["fields"], "key": f"{asked['key']}/${{filename}}"}
    form = [argument for name, value in fields.items() for argument in ("-F", f"{name}={value}")]
    command = ["curl", "-sS", "-i", asked["url"], *form, "-F", f'file=@{picture};filename="picture.png"']
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert " 201 " in answer.splitlines()[0]
    (key,) = re.findall("<Key>(.*)</Key>", answer)
    assert key == f"{asked['key']}/picture.png"
    made = session.post(f"{served.url}/api/v4/file_attachments", json={"file_attachment": {"key": key}}, timeout=30)
    assert made.status_code in {200, 202}
    shown = settled(served, session, made.json()["id"])
    assert (shown["filename"], sorted(shown["style_url"])) == ("picture.png", ["medium", "thumb"])
    assert requests.get(shown["original_url"], timeout=30).content == picture.read_bytes()
    assert requests.get(shown["style_url"]["thumb"], timeout=30).headers["Content-Type"] == "image/png"


def test_what_androids_client_sends_is_taken(served: Served, session: requests.Session) -> None:
    asked = authorized(served, session, "image/png")
    fields = {**asked["fields"], "key": asked["key_prefix"] + "image.png"}
    parts = [
        f"--xyz\r\nContent-Disposition: form-data; name={name}\r\nContent-Length: {len(value)}\r\n\r\n{value}\r\n".encode()
        for name, value in fields.items()
    ]
    head = b"--xyz\r\nContent-Disposition: form-data; name=file; filename=image.png\r\nContent-Type: image/png\r\n\r\n"
    sent = b"".join(parts) + head + pictures.png() + b"\r\n--xyz--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=xyz"}
    assert session.post(asked["url"], data=sent, headers=kind, timeout=30).status_code == 201


def test_a_form_that_is_far_too_large_is_refused(served: Served, session: requests.Session) -> None:
    asked = authorized(served, session, "image/png")
    zeros = (b"\0" * 2**20 for _ in range(52))
    form = requests.Request("POST", asked["url"], data=asked["fields"], files={"file": b"".join(zeros)})
    with requests.Session() as anonymous:
        reply = anonymous.send(form.prepare(), timeout=60)
    assert reply.status_code == 400
    assert "<Code>EntityTooLarge</Code>" in reply.text


def test_a_badly_signed_form_is_refused_with_the_document_of_s3(served: Served) -> None:
    fields = dict(Signer(served.settings).fields()) | {"x-amz-signature": "0" * 64}
    reply = requests.post(f"{served.url}/addenda-uploads", data=fields, files={"file": b"0" * 100_000}, timeout=30)
    assert reply.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in reply.text
