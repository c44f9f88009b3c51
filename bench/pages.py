"""The pages of a large store against those of a small one: what each costs, in turns, and how the two compare.

It asks as a browser does, with a cookie. A page's server time is what the web server's processes spend on a processor from
the request to the last byte, as the kernel counts it; so whatever else the machine does is not in it.
"""

from __future__ import annotations

import http.client
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.instances import NAME, PASSWORD
from bench.stores import EDITOR, Store
from tests.process import ServerProcess

BOUND = 1.5
WARM, TURNS = 2, 11
AGAIN = 3  # times as many turns for what seems to miss the bound, which then count alone
PATIENCE = 180.0  # seconds that a large store may take to be checked at the start


@dataclass(frozen=True, slots=True)
class Measured:
    """How many milliseconds of server time a page takes from the large store and from the small one.

    `waited` is how long the large one took by the clock on the wall, beside whatever else the machine did.
    """

    name: str
    who: str
    large: float
    small: float
    waited: float

    @property
    def ratio(self) -> float:
        """How many times longer the large store takes."""
        return self.large / self.small


PAGES = (
    ("jobs", "/jobs"),
    ("jobs, far down", "/jobs?at={deep_job}"),
    ("jobs by name", "/jobs?sort=name"),
    ("jobs by name, far down", "/jobs?sort=name&at={deep_name}"),
    ("jobs by number", "/jobs?sort=number"),
    ("jobs, the newest", "/jobs?sort=created"),
    ("jobs of a type that all have", "/jobs?type=save-files"),
    ("jobs of a type that none has", "/jobs?type=snapshot-cleanup"),
    ("jobs of one owner", "/jobs?owner={editor}"),
    ("jobs with a word that all have", "/jobs?q=bulk"),
    ("jobs with words that two thirds have", "/jobs?q=looked+through"),
    ("jobs with a word that one has", "/jobs?q=many+files"),
    ("jobs with a word that none has", "/jobs?q=zyzzyva"),
    ("jobs with two letters", "/jobs?q=bu"),
    ("a job", "/jobs/{job}"),
    ("a job of many files", "/jobs/{full}"),
    ("its files", "/jobs/{full}/files"),
    ("its files, far down", "/jobs/{full}/files?at={deep_file}"),
    ("its files with a word that all have", "/jobs/{full}/files?q=part"),
    ("its files with a word that one has", "/jobs/{full}/files?q=part-00123"),
    ("its files with a word that none has", "/jobs/{full}/files?q=zyzzyva"),
    ("its outputs", "/jobs/{full}/outputs"),
    ("its outputs, far down", "/jobs/{full}/outputs?at={deep_output}"),
    ("a file", "/attachments/{file}"),
    ("moving a file", "/attachments/{file}/move"),
    ("an output", "/outputs/{output}"),
    ("search, nothing typed", "/search"),
    ("search, far down", "/search?before={deep_entry}"),
    ("search, a word that nearly all have", "/search?q=sheet"),
    ("search, the oldest first", "/search?q=sheet&sort=oldest"),
    ("search, the same far down", "/search?q=sheet&before={deep_entry}"),
    ("search, words that an eighth has", "/search?q=measured+in+the+yard"),
    ("search, a word that one has", "/search?q=sheet-57-3"),
    ("search, a word that none has", "/search?q=zyzzyva"),
    ("search, one letter", "/search?q=s"),
    ("search, two letters", "/search?q=sh"),
    ("search, two letters that none has", "/search?q=zq"),
    ("search, outputs", "/search?kind=output"),
    ("search, a word among outputs that none has", "/search?kind=output&q=sheet"),
    ("search, a type", "/search?type=Contract"),
    ("search, a word in a type that has it not", "/search?type=Contract&q=sheet"),
    ("search, an owner", "/search?owner={editor}"),
    ("search, a word of an owner who has it not", "/search?owner={editor}&q=sheet"),
    ("search, since a day", "/search?since={day}"),
    ("search, a word on one day", "/search?q=sheet&since={day}&until={day}"),
    ("search, a word long ago", "/search?q=sheet&until=2001-01-01"),
    ("types of records", "/records"),
    ("records", "/records/Contract"),
    ("records, far down", "/records/Contract?at={deep_contract}"),
    ("records by name", "/records/Contract?sort=name"),
    ("records with a word that none has", "/records/Contract?q=zyzzyva"),
    ("a record", "/records/Contract/{contract}"),
    ("trash", "/trash"),
    ("trash of outputs", "/trash/outputs"),
    ("trash of records", "/trash/records"),
    ("account", "/account"),
)
ADMIN_PAGES = (
    ("disk use and failures", "/admin"),
    ("trail", "/admin/trail"),
    ("trail, far down", "/admin/trail?before={deep_line}"),
    ("trail, what happened seldom", "/admin/trail?verb=share"),
    ("trail, what never happened", "/admin/trail?verb=zyzzyva"),
    ("settings", "/admin/settings"),
    ("people", "/admin/users"),
)


def compared(large: Store, small: Store, only: str = "") -> Iterator[Measured]:
    """Yield what each page takes from both stores, asked one after the other so that whatever else runs meets both."""
    with _served(large) as ours, _served(small) as peer:
        for who in (NAME, EDITOR):
            browsers = (Browser(ours, who), Browser(peer, who))
            for name, address in (*PAGES, *(ADMIN_PAGES if who == NAME else ())):
                if only in name:
                    addresses = (address.format(**large.places), address.format(**small.places))
                    yield _measured(name, who, browsers, addresses)


def zip_start(store: Store) -> tuple[float, int, int]:
    """Return after how many seconds the zip of the job of many files begins, how long it says it is, and what came."""
    with _served(store) as server:
        return Browser(server, NAME).download("/jobs/{full}/zip".format(**store.places))


class Browser:
    """Somebody who is signed in and asks over one connection."""

    def __init__(self, server: ServerProcess, name: str) -> None:
        """Sign in."""
        self._processes = [pid for pid in server.pids() if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        self._connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=120)
        self._cookie = ""
        form = self._asked("GET", "/login").decode()
        token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
        body = urlencode({"csrf_token": token, "user_name": name, "password": PASSWORD})
        self._asked("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})

    def milliseconds(self, address: str) -> tuple[float, float]:
        """Return how much server time a page takes, and how long one waits for it."""
        worked, began = _worked(self._processes), time.perf_counter()
        self._asked("GET", address)
        return (_worked(self._processes) - worked) * 1000, (time.perf_counter() - began) * 1000

    def download(self, address: str) -> tuple[float, int, int]:
        """Return after how many seconds an answer begins, how many bytes it promises, and how many came."""
        began = time.perf_counter()
        self._connection.request("GET", address, headers={"Cookie": self._cookie})
        reply = self._connection.getresponse()
        came = len(reply.read(1))
        started = time.perf_counter() - began
        while piece := reply.read(1 << 20):
            came += len(piece)
        return started, int(reply.headers["Content-Length"]), came

    def _asked(
        self, method: str, address: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        self._connection.request(method, address, body, {"Cookie": self._cookie, **(headers or {})})
        reply = self._connection.getresponse()
        said = reply.read()
        if reply.status not in {200, 303}:
            raise RuntimeError(f"{address} was answered with {reply.status}")
        cookie = reply.headers.get("Set-Cookie")
        self._cookie = cookie.partition(";")[0] if cookie else self._cookie
        return said


@contextmanager
def _served(store: Store) -> Iterator[ServerProcess]:
    with ServerProcess(store.folder, store.environment, patience=PATIENCE) as server:
        yield server


def _measured(name: str, who: str, browsers: tuple[Browser, Browser], addresses: tuple[str, str]) -> Measured:
    large, small, waited = _medians(browsers, addresses, TURNS)
    if large / small > BOUND:
        large, small, waited = _medians(browsers, addresses, AGAIN * TURNS)
    return Measured(name, "administrator" if who == NAME else "editor", large, small, waited)


def _medians(browsers: tuple[Browser, Browser], addresses: tuple[str, str], turns: int) -> tuple[float, float, float]:
    ours, peer = browsers
    times = [(ours.milliseconds(addresses[0]), peer.milliseconds(addresses[1])) for _ in range(WARM + turns)][WARM:]
    return (
        statistics.median(one[0] for one, _ in times),
        statistics.median(other[0] for _, other in times),
        statistics.median(one[1] for one, _ in times),
    )


def _worked(processes: Sequence[int]) -> float:
    """Return how many seconds these processes have spent on a processor, with all their threads."""
    counts = (path.read_text() for process in processes for path in Path(f"/proc/{process}/task").glob("*/schedstat"))
    return sum(int(count.split()[0]) for count in counts) / 1e9
