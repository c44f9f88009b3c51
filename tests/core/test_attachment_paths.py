"""Attachments as a tree of paths: one entry a path, and where a new file may lie."""

from __future__ import annotations

import pytest

from core import attachment_paths, attachments, record_types, records
from core.commands import Attach, ById, CreateRecord, PathQuery
from core.errors import Code, Refusal
from core.house import House
from core.paging import Slice
from core.record_types import AddRecordType
from models import Job
from tests.cast import Cast


def attach(house: House, cast: Cast, job: Job, path: str, content: bytes = b"x") -> None:
    folder, _, name = path.rpartition("/")
    attachments.attach(house, cast.owner, job, Attach(file_name=name, folder=folder, content=[content]))


def paths(house: House, cast: Cast, job: Job, query: PathQuery = PathQuery()) -> list[str]:  # noqa: B008 - frozen
    page = attachment_paths.page_paths(house.database, cast.owner, job, query)
    return ["/".join(part for part in (item.folder, item.file_name) if part) for item in page.items]


def test_each_path_has_one_entry_ordered_by_folder_and_name(house: House, cast: Cast, job: Job) -> None:
    for path in ("b", "a", "z/a", "B", "a2/z", "a"):
        attach(house, cast, job, path)
    assert paths(house, cast, job) == ["B", "a", "b", "a2/z", "z/a"]


def test_the_total_counts_paths_and_not_rows(house: House, cast: Cast, job: Job) -> None:
    for path in ("a", "a", "b", "c"):
        attach(house, cast, job, path)
    page = attachment_paths.page_paths(house.database, cast.owner, job, PathQuery(part=Slice(1, 1)))
    assert ([item.file_name for item in page.items], page.total) == (["b"], 3)


def test_sorting_by_size_falls_back_to_the_path(house: House, cast: Cast, job: Job) -> None:
    for path, content in (("b", b"x"), ("a", b"x"), ("c", b"xxx")):
        attach(house, cast, job, path, content)
    assert paths(house, cast, job, PathQuery(sort=[("size", True)])) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("present", "folder", "name"), [("a", "a", "b"), ("a/b", "", "a"), ("a/b", "a/b", "c"), ("a/b/c", "a", "b")]
)
def test_a_file_and_a_folder_never_share_a_path(
    house: House, cast: Cast, job: Job, present: str, folder: str, name: str
) -> None:
    attach(house, cast, job, present)
    with pytest.raises(Refusal) as refused:
        attachment_paths.find_place(house.database, cast.owner, ById(job.id), folder, name)
    assert refused.value.code is Code.CONFLICT


def test_paths_that_differ_in_case_or_only_begin_alike_do_not_clash(house: House, cast: Cast, job: Job) -> None:
    attach(house, cast, job, "a/b")
    found = [
        attachment_paths.find_place(house.database, cast.owner, ById(job.id), "", name) for name in ("A", "a_", "%")
    ]
    assert [place.id for place in found] == [job.id] * 3


def test_the_clash_is_found_again_when_the_bytes_have_come(house: House, cast: Cast, job: Job) -> None:
    attach(house, cast, job, "a/b")
    with pytest.raises(Refusal) as refused:
        attachments.attach(house, cast.owner, job, Attach(file_name="a", content=[b"x"], replaces_name=True))
    assert refused.value.code is Code.CONFLICT
    assert paths(house, cast, job) == ["a/b"]


def test_a_type_that_names_its_folders_has_no_others(house: House, cast: Cast) -> None:
    record_types.add(house.database, cast.admin, AddRecordType("Plan", folders=("maps",)))
    record = records.create(house.database, cast.owner, CreateRecord("Plan", "Way up"))
    assert attachment_paths.find_place(house.database, cast.owner, ById(record.id), "maps", "a").id == record.id
    with pytest.raises(Refusal) as refused:
        attachment_paths.find_place(house.database, cast.owner, ById(record.id), "other", "a")
    assert refused.value.code is Code.NOT_FOUND


def test_a_reader_finds_no_place_and_a_stranger_no_record(house: House, cast: Cast, job: Job, private_job: Job) -> None:
    codes = []
    for caller, record in ((cast.reader, job), (cast.stranger, private_job)):
        with pytest.raises(Refusal) as refused:
            attachment_paths.find_place(house.database, caller, ById(record.id), "", "a")
        codes.append(refused.value.code)
    assert codes == [Code.DENIED, Code.NOT_FOUND]
