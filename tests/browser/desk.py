"""A desk to look at: an instance with jobs and files in every state, made by the core's own verbs. It tests nothing."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy import update

from app import create_app
from blueprints.http import house as house_of
from cli import migrations
from core import accounts, actions, attachments, builtin, clock, jobs, outputs, record_types, records, shares
from core.access import HOUSE, Caller
from core.accounts import AddUser
from core.commands import Attach, ById, CreateAction, CreateJob, CreateRecord, RecordOutput, Replace
from core.house import House
from core.record_types import AddRecordType
from core.settings import load
from models import Attachment, Job, Level, Record, Role, State, User, db
from tests import documents

ORDERS = "".join(
    f"2026-01-{day:02},{40 + day * 7 % 23},{1200 + day * 331 % 900}.50,{day % 4}\n" for day in range(1, 32)
)
README = """# Quarterly orders

The orders of the first quarter, **cleaned** and summed up by day.

| column | holds |
|---|---|
| day | the day, UTC |
| orders | how many came in |
| value | their sum, in euro |

1. `clean.py` drops what was returned.
2. `orders.csv` is what is left.
"""
CLEAN = '''"""Drop what was returned, and sum up by day."""

import csv
from collections import defaultdict


def by_day(rows: list[dict[str, str]]) -> dict[str, float]:
    """Return the value of each day, in euro."""
    totals: dict[str, float] = defaultdict(float)
    for row in rows:
        if row["state"] != "returned":  # those never reached anybody
            totals[row["day"]] += float(row["value"])
    return dict(totals)


if __name__ == "__main__":
    with open("orders.csv", newline="") as file:
        print(by_day(list(csv.DictReader(file))))
'''
WORK = (
    ("orders.csv", "day,orders,value,returned\n" + ORDERS, "Orders by day"),
    ("readme.md", README, "What is what"),
    ("clean.py", CLEAN, ""),
)
PASSWORD = "correct horse battery"
LONG = "Minutes of the meeting about the northern facade, second floor, windows and doors, with all corrections " * 2
LONG_FILE = LONG[:190] + ".pdf"
HEBREW = "דוח סיכום חודשי לפרויקט.pdf"
ARABIC = "تقرير المبيعات الليلي للربع الأول من السنة المالية.xlsx"


@contextmanager
def opened(instance: Path) -> Iterator[House]:
    """Open an instance that no server holds, migrated."""
    settings = replace(load({"ADDENDA_INSTANCE": str(instance), "ADDENDA_DISK_RESERVE": "0 B"}))
    app = create_app(settings)
    with app.app_context():
        migrations.upgrade()
        builtin.install(house_of().database)
        yield house_of()
        db.session.remove()
        db.engine.dispose()


def people(house: House) -> dict[str, Caller]:
    """Put an administrator and three others in place."""
    parts = {"root": Role.ADMIN, "ada": Role.EDITOR, "bo": Role.EDITOR, "vi": Role.VIEWER}
    users = {
        name: accounts.add(house.database, HOUSE, AddUser(name, role, PASSWORD, full_name=name.title()))
        for name, role in parts.items()
    }
    return {name: _caller(user) for name, user in users.items()}


def furnish(instance: Path, crowd: int = 500, rounds: int = 60, photo: bytes = b"") -> None:
    """Lay out jobs in every state: usual, empty, running, failed, private, overlong, and one with a crowd of files.

    Without a `photo` the crowd's files are pictures by their name alone, and the worker is spared to look at them.
    """
    with opened(instance) as house:
        cast = people(house)
        _usual(house, cast)
        _states(house, cast["ada"])
        _crowd(house, cast["bo"], crowd, photo)
        for number in range(rounds):
            _job(house, cast["bo"], f"Inspection {number + 1} of the year", "worker", "One round through the building.")
        _hours(house, cast["bo"])
        _records(house, cast["ada"])


def workbench(house: House) -> None:
    """Add jobs as a team has them, with files of each kind that is shown; and one to be damaged afterwards."""
    ada, bo = (_caller(accounts.find(house.database, name)) for name in ("ada", "bo"))
    broken = _job(house, ada, "Moisture readings", "worker", "From the cellar, every hour.")
    _file(house, ada, _files_of(house, ada, broken), "readings.txt", b"61 62 62 60")
    orders = _job(
        house, ada, "Quarterly orders", "dataset-refresh", "Orders of the first quarter, cleaned and summed up."
    )
    files = _files_of(house, ada, orders)
    for name, content, words in WORK:
        _file(house, ada, files, name, content.encode(), words)
    _begin(house, _job(house, bo, "Resize the site photographs", "worker", "Smaller pictures for the report."), 0.24)
    roof = _job(house, bo, "Roof survey", "save-files", "Photographs and notes from the roof, by corner.")
    for name in ("north-east.jpg", "north-west.jpg", "chimney.png"):
        _file(house, bo, _files_of(house, bo, roof), name, picture(suffix="PNG" if name.endswith("png") else "JPEG"))
    done = _job(house, ada, "Back up the parts library", "library-sync", "Every Sunday, to the other building.")
    _begin(house, done, 1.0, over=True)


def picture(width: int = 640, height: int = 420, suffix: str = "JPEG") -> bytes:
    """Return a picture of a house front below an evening sky."""
    sky = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (sky.point(lambda tone: 90 + tone // 2), sky.point(lambda tone: 120 + tone // 4), sky))
    image.paste((112, 140, 168), (0, 0, width, height), sky.point(lambda tone: 255 - tone))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 9 // 10, width, height), fill=(94, 98, 84))
    draw.rectangle((width // 6, height // 4, width * 5 // 6, height * 9 // 10), fill=(171, 116, 86))
    for column, row in itertools.product(range(6), range(4)):
        left, top = width // 6 + width * (2 * column + 1) // 19, height // 4 + height * (2 * row + 1) // 13
        glass = (250, 222, 150) if (column * row + column) % 3 == 1 else (66, 78, 96)
        draw.rectangle((left, top, left + width // 19, top + height // 13), fill=glass, outline=(235, 230, 220))
    out = io.BytesIO()
    image.save(out, suffix)
    return out.getvalue()


def sales() -> bytes:
    """Return a table of a year's sales, as the outputs of the usual job hold it: 1,460 rows under their heads."""
    shops = ("North", "South", "Harbour", "Station")
    rows = (
        f"{date(2026, 1, 1) + timedelta(days=day)},{shop},{20 + (day * 7 + place * 11) % 31},{(day * 13 + place) % 900}.50"
        for day, (place, shop) in itertools.product(range(365), enumerate(shops))
    )
    return "\n".join(["Day,Shop,Orders,Sum", *rows, ""]).encode()


def _usual(house: House, cast: dict[str, Caller]) -> None:
    ada, bo = cast["ada"], cast["bo"]
    job = _job(house, ada, "Nightly sales report", "email", "Sends the daily summary to management.\nRuns at two.")
    files, mail = _files_of(house, ada, job), _action(house, ada, job, "Send e-mail", "email")
    _action(house, ada, job, "Keep a copy", "save-files")
    _file(house, ada, files, "contract-2026.pdf", documents.pdf(12) + b"%" * 2_200_000, "Signed copy")
    site = _file(house, bo, files, "site.jpg", picture(), "North face, second floor")
    attachments.replace(house, ada, site, Replace([picture(800, 500)], "site.jpg"))
    _file(house, ada, files, LONG_FILE, documents.locked(), LONG)
    _file(house, bo, files, HEBREW, documents.pdf(2), "סיכום")
    _file(house, bo, files, ARABIC, b"PK\x03\x04" + b"x" * 48_000)
    _file(house, ada, mail, "template.html", b"<p>Good morning</p>" * 200)
    _file(house, ada, mail, "notes\u202etxt.exe", b"MZ", "A name that would turn its suffix round")
    link = Attach(name="Sales dashboard", driver="link", link_target="https://example.org/sales")
    attachments.attach(house, ada, mail, link)
    _begin(house, job, 0.62)
    for name, kind in (("summary.csv", "table|csv"), ("model.bin", "model"), ("log.txt", "log")):
        outputs.record(house, ada, ById(job.id), RecordOutput(name, kind, [sales()]))
    reader = accounts.find(house.database, "vi")
    shares.set_level(house.database, ada, job, reader, Level.EDIT)


def _states(house: House, ada: Caller) -> None:
    _job(house, ada, "Empty job", "worker", "")
    _job(house, ada, "Salaries", "dataset-refresh", "For the board alone.", private=True)
    _job(house, ada, LONG, "index-files", LONG * 4)
    _job(house, ada, "דוח חודשי", "api-call", "סיכום לכל הפרויקטים")
    failed = _job(house, ada, "Library synchronisation", "library-sync", "Fetches the parts library.")
    _begin(house, failed, 0.3, reason="The library did not answer within 30 seconds.")


def _crowd(house: House, bo: Caller, crowd: int, photo: bytes) -> None:
    job = _job(house, bo, "Site photographs", "worker", "Every picture of the site, by day.")
    files = _files_of(house, bo, job)
    attachments.attach_many(
        house,
        bo,
        files,
        [Attach(file_name=f"IMG_{number:04}.jpg", content=[photo + bytes(number)]) for number in range(crowd)],
    )
    if not photo:
        with house.database.writing() as session:
            mine = Attachment.record_id == files.id
            session.execute(update(Attachment).where(mine).values(state=State.STORED.value, lease_until=None))


def _hours(house: House, bo: Caller) -> None:
    """Let a job make more outputs than a page shows."""
    job = _job(house, bo, "Weather readings", "worker", "From the roof, hour by hour.")
    _begin(house, job, 0.4)
    for hour in range(102):
        outputs.record(house, bo, ById(job.id), RecordOutput(f"hour-{hour:03}", "reading", [str(hour).encode()]))


def _records(house: House, ada: Caller) -> None:
    record_types.add(house.database, HOUSE, AddRecordType("Contract", "Contracts", "C"))
    rows = [{"Status": "signed", "Value": 12, "Ends": "2027-01-31"}]
    contract = records.create(house.database, ada, CreateRecord("Contract", "Yard", "Rent of the yard.", rows))
    _file(house, ada, contract, "yard.jpg", picture(), "From the gate")
    gone = _file(house, ada, contract, "draft.txt", b"first words")
    attachments.detach(house.database, ada, gone)


def _job(house: House, caller: Caller, title: str, driver: str, words: str, *, private: bool = False) -> Job:
    return jobs.create(house.database, caller, CreateJob(title, driver, words, private))


def _action(house: House, caller: Caller, job: Job, title: str, driver: str) -> Record:
    return actions.add(house.database, caller, job.id, CreateAction(driver, title))


def _files_of(house: House, caller: Caller, job: Job) -> Record:
    return actions.of_jobs(house.database, caller, [job.id])[0]


def _file(house: House, caller: Caller, record: Record, name: str, content: bytes, words: str = "") -> Attachment:
    return attachments.attach(house, caller, record, Attach(file_name=name, content=[content], description=words))


def _begin(house: House, job: Job, progress: float, reason: str | None = None, *, over: bool = False) -> None:
    with house.database.writing() as session:
        held = session.get_one(Job, job.id)
        held.started_at, held.progress, held.error_reason = clock.now(), progress, reason
        held.ended_at = clock.now() if reason or over else None


def _caller(user: User) -> Caller:
    return Caller(user.id, user.name, Role(user.role), channel="pages")
