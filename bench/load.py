"""Load on a server: wrk where it is installed, else a bounded client of ours. It knows an address, not what is behind it."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

# Each thread of wrk gets a number, so that no two requests use one name; it reports how many were refused.
_SCRIPT = """
local threads = {}
function setup(thread) thread:set("place", #threads) table.insert(threads, thread) end
function init(args) count = 0 body = BODY end
function request()
  count = count + 1
  return wrk.format("METHOD", ((PATH):gsub("#", place .. "-" .. count .. "-" .. NONCE)), HEADERS, body)
end
function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.errors.status +
    summary.errors.connect + summary.errors.read + summary.errors.timeout, summary.duration))
end
"""


@dataclass(frozen=True)
class Ask:
    """A request that is sent again and again; `#` in the path becomes something new each time."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Result:
    """How many requests a second were answered as they should be."""

    per_second: float
    refused: int


def tool() -> str:
    """Return which client is used."""
    return "wrk" if shutil.which("wrk") else "threads of Python"


def drive(url: str, ask: Ask, clients: int, seconds: float) -> Result:
    """Send a request from `clients` connections for `seconds`."""
    return _by_wrk(url, ask, clients, seconds) if shutil.which("wrk") else _by_threads(url, ask, clients, seconds)


def _by_wrk(url: str, ask: Ask, clients: int, seconds: float) -> Result:
    filled = {
        "METHOD": ask.method,
        "PATH": json.dumps(ask.path),
        "NONCE": str(time.monotonic_ns()),
        "HEADERS": "{" + ", ".join(f"[{json.dumps(k)}] = {json.dumps(v)}" for k, v in ask.headers.items()) + "}",
        "BODY": f'string.rep("x", {len(ask.body)})' if ask.body else "nil",
    }
    script = _SCRIPT
    for word, value in filled.items():
        script = script.replace(word, value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "load.lua")
        path.write_text(script)
        command = ["wrk", "-t2", f"-c{clients}", f"-d{max(1, round(seconds))}s", "-s", str(path), url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sent, refused, micros = map(int, said.rsplit("RESULT ", 1)[1].split())
    return Result((sent - refused) / (micros / 1e6), refused)


def _by_threads(url: str, ask: Ask, clients: int, seconds: float) -> Result:
    deadline = time.monotonic() + seconds
    done, refused = [0] * clients, [0] * clients

    def work(place: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        while time.monotonic() < deadline:
            path = ask.path.replace("#", f"{place}-{time.monotonic_ns()}")
            connection.request(ask.method, path, ask.body or None, ask.headers)
            reply = connection.getresponse()
            reply.read()
            (done if reply.status < 400 else refused)[place] += 1
        connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(sum(done) / (time.monotonic() - began), sum(refused))
