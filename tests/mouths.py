"""The APIs and the pages as a table: how each attaches a file to a job, reads the files of a job, and takes one away.

To add a mouth: write its class, and enter it in MOUTHS. Every test of tests/test_parity.py then covers it.
"""

from __future__ import annotations

import base64
import html
import io
import re
from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from models import Job
from tests.cast import PASSWORD


class FreshClient(FlaskClient):
    """A client whose every request has an application context of its own, as a server's have."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and insist on its success."""
        with self.application.app_context():
            reply = super().open(*args, **kwargs)
            assert reply.status_code < 400, (args, reply.status_code, reply.text)
            return reply


class Mouth(ABC):
    """One way into the house: the job that the story is about, a client, and one token of the owner's."""

    def __init__(self, app: Flask, job: Job, token: str) -> None:
        self.client = FreshClient(app)
        self.job = job
        self.bearer = {"Authorization": f"Bearer {token}"}

    @abstractmethod
    def attach(self, name: str, body: bytes) -> None:
        """Attach a file to the job."""

    @abstractmethod
    def files(self) -> dict[str, bytes]:
        """Read every file of the job, by name."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Take a file of the job away."""


class Nimblex(Mouth):
    """By path."""

    @property
    def place(self) -> str:
        """The address of the list."""
        return f"/jsonapi/records/Job/{self.job.number}/attachments"

    def attach(self, name: str, body: bytes) -> None:
        """Post the raw bytes."""
        self.client.post(f"{self.place}/content/{quote(name, safe='')}", data=body, headers=self.bearer)

    def files(self) -> dict[str, bytes]:
        """Follow `links.content` of every entry."""
        listed = self.client.get(self.place, headers=self.bearer).get_json()["data"]
        return {
            item["id"].rpartition("/")[2]: self.client.get(item["links"]["content"], headers=self.bearer).data
            for item in listed
        }

    def delete(self, name: str) -> None:
        """Delete without the `content/` segment."""
        self.client.delete(f"{self.place}/{quote(name, safe='')}", headers=self.bearer)


class Informer(Mouth):
    """By the actions of the job: what hangs on any of them is the job's."""

    @property
    def actions(self) -> list[str]:
        """The ids of the job's actions."""
        document = self.client.get(f"/api/jobs/{self.job.guid}/actions", headers=self.bearer).get_json()
        (items,) = document["_embedded"].values()
        return [item["id"] for item in items]

    def attach(self, name: str, body: bytes) -> None:
        """Make an attachment of type file, then send its contents."""
        place = f"/api/jobs/{self.job.guid}/actions/{self.actions[0]}/attachments"
        made = self.client.post(place, json={"type": "file", "name": name}, headers=self.bearer)
        contents = f"{made.headers['Location']}/action-attachment-file-contents"
        self.client.put(contents, data=body, headers=self.bearer)

    def files(self) -> dict[str, bytes]:
        """Fetch the contents of every attachment of every action."""
        return {
            name: self.client.get(f"{path}/action-attachment-file-contents", headers=self.bearer).data
            for name, path in self._paths()
        }

    def delete(self, name: str) -> None:
        """Delete the attachment of that name."""
        self.client.delete(dict(self._paths())[name], headers=self.bearer)

    def _paths(self) -> list[tuple[str, str]]:
        found = []
        for action in self.actions:
            place = f"/api/jobs/{self.job.guid}/actions/{action}/attachments"
            (items,) = self.client.get(place, headers=self.bearer).get_json()["_embedded"].values()
            found += [(item["name"], f"{place}/{item['id']}") for item in items]
        return found


class Alloy(Mouth):
    """By the object id of the job, bytes as Base64."""

    @property
    def place(self) -> str:
        """The address of the list."""
        return f"/api/v2/Object/J{self.job.number:06d}/Attachments"

    def attach(self, name: str, body: bytes) -> None:
        """Put one file."""
        given = {"FileName": name, "Data": base64.b64encode(body).decode()}
        self._answer(self.client.put(self.place, json=given, headers=self.bearer))

    def files(self) -> dict[str, bytes]:
        """Download every row."""
        return {
            name: self.client.get(f"{self.place}/{guid}/download", headers=self.bearer).data
            for name, guid in self._rows()
        }

    def delete(self, name: str) -> None:
        """Delete the row of that name."""
        self._answer(self.client.delete(f"{self.place}/{dict(self._rows())[name]}", headers=self.bearer))

    def _rows(self) -> list[tuple[str, str]]:
        answer = self._answer(self.client.get(self.place, headers=self.bearer))
        names = [field["Name"] for field in answer["Fields"]]
        found = [dict(zip(names, row, strict=True)) for row in answer["Data"]]
        return [(row["FileName"], row["ID"].strip("{}").lower()) for row in found]

    def _answer(self, reply: TestResponse) -> Any:
        envelope = reply.get_json()
        assert envelope["success"] is True, envelope
        return envelope["responseObject"]


class Pages(Mouth):
    """By the forms of the pages, signed in with a password."""

    def __init__(self, app: Flask, job: Job, token: str) -> None:
        super().__init__(app, job, token)
        page = self.client.get("/login").text
        self.client.post(
            "/login", data={"csrf_token": _field(page, "csrf_token"), "user_name": "ada", "password": PASSWORD}
        )

    def attach(self, name: str, body: bytes) -> None:
        """Send the form that attaches files."""
        address = f"/jobs/{self.job.number}/attach"
        page = self.client.get(address).text
        sent = {name: _field(page, name) for name in ("csrf_token", "nonce")}
        self.client.post(address, data={**sent, "files": FileStorage(io.BytesIO(body), name)})

    def files(self) -> dict[str, bytes]:
        """Follow every link to an attachment from the job's page, and read its name there."""
        found = {}
        for address in self._addresses():
            reply = self.client.get(f"{address}/download")
            found[_heading(self.client.get(address).text)] = reply.data
        return found

    def delete(self, name: str) -> None:
        """Send the form that moves the attachment to the trash."""
        named = {_heading(self.client.get(address).text): address for address in self._addresses()}
        page = self.client.get(f"{named[name]}/delete").text
        self.client.post(f"{named[name]}/delete", data={"csrf_token": _field(page, "csrf_token")})

    def _addresses(self) -> list[str]:
        page = self.client.get(f"/jobs/{self.job.number}").text
        return list(dict.fromkeys(re.findall(r'href="(/attachments/[0-9a-f-]{36})"', page)))


class Tus(Nimblex):
    """By a resumable upload; what came of it is read and deleted by path, for tus itself only receives."""

    def attach(self, name: str, body: bytes) -> None:
        """Begin an upload, and send its bytes in two goes."""
        spoken = {**self.bearer, "Tus-Resumable": "1.0.0"}
        named = {
            "Upload-Length": str(len(body)),
            "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}",
        }
        begun = self.client.post(f"/tus/records/{self.job.guid}", headers={**spoken, **named})
        kind = "application/offset+octet-stream"
        for start, end in ((0, 100), (100, len(body))):
            headers = {**spoken, "Upload-Offset": str(start)}
            self.client.patch(begun.headers["Location"], data=body[start:end], headers=headers, content_type=kind)


MOUTHS: dict[str, type[Mouth]] = {"informer": Informer, "alloy": Alloy, "nimblex": Nimblex, "pages": Pages, "tus": Tus}


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def _heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found is not None, page
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip()
