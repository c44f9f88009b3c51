"""Pins what cli/gthread.py stands on: a gunicorn whose inner parts have moved must fail here, not on the road."""

from __future__ import annotations

import hashlib
import inspect
from importlib.metadata import version

import pytest
from gunicorn.http.parser import Parser
from gunicorn.http.unreader import SocketUnreader, Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from cli.gthread import PatientConnection, PatientUnreader, PatientWorker

# Read each of these again before a digest is changed: cli/gthread.py overrides it or relies on what it does.
READ = {
    "TConn.__init__": "c8763d7c65974e1b",
    "TConn.init": "5ff3d4ba451cfdf3",
    "TConn.close": "6d1c334ed1979fcb",
    "ThreadWorker.__init__": "5681b8b542ea91bf",
    "ThreadWorker.accept": "f8dcead3dce5c851",
    "ThreadWorker.enqueue_req": "c9f428953d24acef",
    "ThreadWorker.on_client_socket_readable": "aead1a3ea7b7daff",
    "ThreadWorker.on_pending_socket_readable": "2475f7087832c086",
    "ThreadWorker.murder_pending": "7bf11f46454296e1",
    "ThreadWorker.run": "f92c7394d85715a4",
    "ThreadWorker._cap_keepalive": "745c8ac37108c74d",
    "ThreadWorker.finish_request": "616e7bb15a009ff7",
    "ThreadWorker.handle": "ca85c9be3df75da4",
    "ThreadWorker._keepalive_after": "4ebdbbc8bf5aafa5",
    "Parser.finish_body": "54c5d0d28c2626ea",
    "Parser.__init__": "604084ecb33b3dbd",
    "Parser.__next__": "b8536520e95854d6",
    "Unreader.take_buffered": "89cef5e60e6f09e1",
    "Unreader.read": "cbfeead6687ff48b",
    "Unreader.unread": "8e325744dfcaca7f",
    "SocketUnreader.chunk": "9f62532259f8468e",
}
ROOMS = {room.__name__: room for room in (TConn, ThreadWorker, Parser, Unreader, SocketUnreader)}


def digest(name: str) -> str:
    room, method = name.split(".")
    return hashlib.sha256(inspect.getsource(getattr(ROOMS[room], method)).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", READ)
def test_gunicorn_is_still_what_was_read(name: str) -> None:
    assert digest(name) == READ[name], f"gunicorn {version('gunicorn')} changed {name}"


@pytest.mark.parametrize(
    ("ours", "theirs"), [(PatientConnection, TConn), (PatientWorker, ThreadWorker), (PatientUnreader, SocketUnreader)]
)
def test_every_override_has_something_to_override(ours: type, theirs: type) -> None:
    own = {"has_next", "drops_rest", "has_head", "begin", "_gather", "_is_settled", "__init__"}
    overrides = {name for name, member in vars(ours).items() if inspect.isfunction(member)} - own
    assert overrides <= set(dir(theirs))
    assert overrides
