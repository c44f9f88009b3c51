"""Many attachments changed at once, and one moved, by forms that need no script."""

from __future__ import annotations

import pytest

from core import actions, attachments, records
from core.commands import CreateAction, CreateRecord
from core.house import House
from models import Attachment, Job, Record
from tests.cast import Cast
from tests.core.stories import attached
from tests.pages.conftest import Visitor


@pytest.fixture
def action(house: House, cast: Cast, job: Job) -> Record:
    """A second action of the job."""
    return actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send"))


@pytest.fixture
def two(house: House, cast: Cast, job: Job, action: Record) -> list[Attachment]:
    """Two files, one on each action."""
    return [attached(house, cast.owner, job, "one.txt"), attached(house, cast.owner, action, "two.txt")]


def guids(files: list[Attachment]) -> list[str]:
    """Return what the ticked boxes send."""
    return [str(file.guid) for file in files]


def again(house: House, cast: Cast, file: Attachment) -> Attachment:
    """Read an attachment anew."""
    return attachments.find(house.database, cast.owner, file.id, deleted=True)


def test_many_go_to_the_trash_after_one_question(
    owner: Visitor, house: House, cast: Cast, job: Job, two: list[Attachment]
) -> None:
    here = f"/jobs/{job.number}"
    asked = owner.send(f"{here}/selection/trash", here, attachment=guids(two))
    assert asked.status_code == 200
    assert "Move 2 attachments to the trash?" in asked.text
    assert "one.txt" in asked.text
    assert again(house, cast, two[0]).deleted_at is None
    done = owner.send(f"{here}/selection/trash", here, attachment=guids(two), sure="yes")
    assert (done.status_code, done.location) == (303, here)
    assert "2 attachments moved to the trash" in owner.see(here)
    assert [again(house, cast, file).deleted_at is None for file in two] == [False, False]
    assert "one.txt" in owner.see("/trash")


def test_many_move_to_another_action_and_folder(
    owner: Visitor, house: House, cast: Cast, job: Job, action: Record, two: list[Attachment]
) -> None:
    here = f"/jobs/{job.number}"
    asked = owner.send(f"{here}/selection/move", here, attachment=guids(two))
    assert asked.status_code == 200
    assert "Move 2 attachments" in asked.text
    assert "Leave each where it is" in asked.text
    done = owner.send(
        f"{here}/selection/move", here, attachment=guids(two), sure="yes", action=str(action.guid), folder=" /a/b/ "
    )
    assert (done.status_code, done.location) == (303, here)
    moved = [again(house, cast, file) for file in two]
    assert [(file.record_id, file.folder) for file in moved] == [(action.id, "a/b")] * 2
    assert "in <bdi>a/b/</bdi>" in owner.see(here)


def test_blank_leaves_as_it_is_and_a_slash_takes_out(
    owner: Visitor, house: House, cast: Cast, job: Job, two: list[Attachment]
) -> None:
    here = f"/jobs/{job.number}"
    owner.send(f"{here}/selection/move", here, attachment=guids(two), sure="yes", folder="a", area="Photos")
    owner.send(f"{here}/selection/move", here, attachment=guids(two), sure="yes", action="", folder="", area="")
    kept = [again(house, cast, file) for file in two]
    assert [(file.folder, file.area, file.record_id) for file in kept] == [
        ("a", "Photos", two[0].record_id),
        ("a", "Photos", two[1].record_id),
    ]
    owner.send(f"{here}/selection/move", here, attachment=guids(two), sure="yes", folder="/", area="/")
    assert [(again(house, cast, file).folder, again(house, cast, file).area) for file in two] == [("", None)] * 2


def test_a_bad_folder_is_refused_beside_its_field_and_nothing_moves(
    owner: Visitor, house: House, cast: Cast, job: Job, two: list[Attachment]
) -> None:
    here = f"/jobs/{job.number}"
    response = owner.send(f"{here}/selection/move", here, attachment=guids(two), sure="yes", folder="a/../b")
    assert response.status_code == 422
    assert 'id="folder-error"' in response.text
    assert [again(house, cast, file).folder for file in two] == ["", ""]


@pytest.mark.parametrize("verb", ["trash", "move"])
def test_nothing_ticked_says_so(owner: Visitor, job: Job, verb: str) -> None:
    here = f"/jobs/{job.number}"
    assert owner.send(f"{here}/selection/{verb}", here).location == here
    assert "Tick the files to move" in owner.see(here)


@pytest.mark.parametrize("verb", ["trash", "move"])
def test_a_reader_changes_nothing_and_is_not_offered_to(
    reader: Visitor, house: House, cast: Cast, job: Job, two: list[Attachment], verb: str
) -> None:
    here = f"/jobs/{job.number}"
    assert f"selection/{verb}" not in reader.see(here)
    response = reader.send(f"{here}/selection/{verb}", here, attachment=guids(two), sure="yes", folder="x")
    assert response.status_code == 403
    assert again(house, cast, two[0]).deleted_at is None


def test_files_of_another_job_are_not_touched_through_this_one(
    owner: Visitor, house: House, cast: Cast, job: Job, private_job: Job
) -> None:
    here, other = f"/jobs/{job.number}", attached(house, cast.owner, private_job)
    attached(house, cast.owner, job)
    owner.send(f"{here}/selection/trash", here, attachment=str(other.guid), sure="yes")
    assert again(house, cast, other).deleted_at is None


def test_without_the_token_nothing_changes(
    owner: Visitor, house: House, cast: Cast, job: Job, two: list[Attachment]
) -> None:
    sent = {"attachment": guids(two), "sure": "yes"}
    assert owner.client.post(f"/jobs/{job.number}/selection/trash", data=sent).status_code == 403
    assert again(house, cast, two[0]).deleted_at is None


def test_what_hangs_on_a_record_is_changed_from_its_page(owner: Visitor, house: House, cast: Cast) -> None:
    report = records.create(house.database, cast.owner, CreateRecord("Report", "Leak"))
    file, here = attached(house, cast.owner, report), f"/records/Report/{report.number}"
    owner.send(f"{here}/selection/move", here, attachment=str(file.guid), sure="yes", folder="signed")
    assert again(house, cast, file).folder == "signed"
    assert owner.send(f"{here}/selection/trash", here, attachment=str(file.guid), sure="yes").location == here
    assert again(house, cast, file).deleted_at is not None


def test_one_attachment_moves_by_its_own_form(
    owner: Visitor, house: House, cast: Cast, action: Record, two: list[Attachment]
) -> None:
    here = f"/attachments/{two[0].guid}"
    assert f'href="{here}/move"' in owner.see(here)
    response = owner.send(f"{here}/move", action=str(action.guid), folder="a", area="Photos")
    assert (response.status_code, response.location) == (303, here)
    moved = again(house, cast, two[0])
    assert (moved.record_id, moved.folder, moved.area) == (action.id, "a", "Photos")
    assert "<dt>Folder</dt><dd><bdi>a</bdi></dd>" in owner.see(here)
    owner.send(f"{here}/move", action=str(action.guid), folder="", area="")
    assert (again(house, cast, two[0]).folder, again(house, cast, two[0]).area) == ("", None)


@pytest.mark.parametrize(("given", "status"), [("nonsense", 422), ("00000000-0000-4000-8000-000000000000", 404)])
def test_one_moves_to_no_action_that_is_not_there(
    owner: Visitor, house: House, cast: Cast, two: list[Attachment], given: str, status: int
) -> None:
    response = owner.send(f"/attachments/{two[0].guid}/move", action=given)
    assert response.status_code == status
    assert again(house, cast, two[0]).record_id == two[0].record_id


def test_a_reader_moves_nothing(reader: Visitor, two: list[Attachment]) -> None:
    assert "/move" not in reader.see(f"/attachments/{two[0].guid}")
    reader.see(f"/attachments/{two[0].guid}/move", 403)
