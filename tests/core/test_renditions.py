"""The worker's look at what was attached: which pictures it makes, how it fails, and that nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

from core import attachments, clock, renditions
from core.commands import Attach, Replace
from core.errors import Code, Refusal
from core.house import House
from core.rendering import render
from models import Attachment, Job, State
from tests import pictures
from tests.cast import Cast
from tests.core.alarm import Alarm


def attached(house: House, cast: Cast, job: Job, name: str, content: bytes) -> Attachment:
    return attachments.attach(house, cast.owner, job, Attach(file_name=name, content=[content]))


def again(house: House, cast: Cast, attachment: Attachment) -> Attachment:
    return attachments.find(house.database, cast.owner, attachment.id)


def rendered(house: House, cast: Cast, job: Job, name: str, content: bytes) -> Attachment:
    made = attached(house, cast, job, name, content)
    render(house, made.id)
    return again(house, cast, made)


def opened(house: House, attachment: Attachment, style: str) -> Image.Image:
    with house.store.open(attachments.rendition(attachment, style).blob.key) as file:
        picture = Image.open(file)
        picture.load()
        return picture


def test_a_picture_waits_and_the_worker_is_woken_after_the_commit(
    woken: House, alarm: Alarm, cast: Cast, job: Job
) -> None:
    made = attached(woken, cast, job, "roof.png", pictures.png())
    assert made.state == State.WAITING
    assert alarm.calls == [("render", made.id)]


def test_what_is_no_picture_is_simply_stored(woken: House, alarm: Alarm, cast: Cast, job: Job) -> None:
    made = attached(woken, cast, job, "plan.docx", b"PK and so on")
    assert made.state == State.STORED
    assert alarm.calls == []


def test_nobody_is_woken_for_what_was_refused(woken: House, alarm: Alarm, cast: Cast, job: Job) -> None:
    with pytest.raises(Refusal):
        attachments.attach(woken, cast.reader, job, Attach(file_name="a.png", content=[pictures.png()]))
    assert alarm.calls == []


@pytest.mark.parametrize(
    ("name", "content", "made"),
    [
        ("roof.png", pictures.png(800, 600), [(640, 480, "image/png"), (200, 150, "image/png")]),
        ("roof.gif", pictures.gif(300, 200), [(300, 200, "image/png"), (200, 133, "image/png")]),
        ("roof.jpg", pictures.jpeg(800, 600), [(640, 480, "image/jpeg"), (200, 150, "image/jpeg")]),
        ("roof.webp", pictures.webp(100, 50), [(100, 50, "image/jpeg"), (100, 50, "image/jpeg")]),
    ],
    ids=pictures.named,
)
def test_a_picture_gets_two_smaller_ones_that_are_never_enlarged(
    house: House, cast: Cast, job: Job, name: str, content: bytes, made: list[tuple[int, int, str]]
) -> None:
    done = rendered(house, cast, job, name, content)
    found = [attachments.rendition(done, style) for style in ("medium", "thumb")]
    assert done.state == State.READY
    assert [(picture.width, picture.height, picture.media_type) for picture in found] == made
    assert opened(house, done, "thumb").size == made[1][:2]


def test_a_turned_photograph_is_shown_upright_without_its_metadata(house: House, cast: Cast, job: Job) -> None:
    done = rendered(house, cast, job, "roof.jpg", pictures.turned_jpeg())
    medium = opened(house, done, "medium").convert("RGB")
    top, bottom = medium.getpixel((240, 100)), medium.getpixel((240, 540))
    assert medium.size == (480, 640)
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 200, bottom[2] > 200) == (True, True)
    assert len(medium.getexif()) == 0


def test_time_and_place_of_a_photograph_are_known(house: House, cast: Cast, job: Job) -> None:
    done = rendered(house, cast, job, "roof.jpg", pictures.turned_jpeg())
    assert done.facts == {
        "photo_time": "2022-05-17T10:20:30.000+12:00",
        "photo_location": {"latitude": -36.848333, "longitude": 174.76},
        "width": 600,
        "height": 800,
    }


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("text.jpg", b"plain text that calls itself a picture", "The file is not of the type image/jpeg."),
        ("cut.jpg", pictures.jpeg()[:5000], "The picture is damaged or incomplete."),
        ("bomb.png", pictures.bomb(), "The picture takes too much memory or time."),
        ("head.gif", b"GIF89a", "The file is not a picture that can be read."),
        ("empty.png", b"", "The file is not of the type image/png."),
    ],
    ids=pictures.named,
)
def test_a_broken_picture_fails_with_its_reason_and_keeps_its_bytes(
    house: House, cast: Cast, job: Job, name: str, content: bytes, reason: str
) -> None:
    done = rendered(house, cast, job, name, content)
    assert (done.state, done.state_detail, done.renditions) == (State.FAILED, reason, [])
    assert done.blob is not None
    assert house.store.digest(done.blob.key).size == len(content)


def test_a_picture_without_smaller_ones_refuses_to_show_them(house: House, cast: Cast, job: Job) -> None:
    waiting = attached(house, cast, job, "roof.png", pictures.png())
    with pytest.raises(Refusal) as refused:
        attachments.rendition(waiting, "thumb")
    assert refused.value.code is Code.NOT_FOUND


def test_looking_twice_changes_nothing(house: House, cast: Cast, job: Job) -> None:
    done = rendered(house, cast, job, "roof.png", pictures.png())
    render(house, done.id)
    assert [picture.blob.key for picture in again(house, cast, done).renditions] == [
        picture.blob.key for picture in done.renditions
    ]


def test_a_replaced_picture_waits_anew_and_loses_the_old_renditions(house: House, cast: Cast, job: Job) -> None:
    done = rendered(house, cast, job, "roof.jpg", pictures.turned_jpeg())
    command = Replace(content=[pictures.png(50, 40)], file_name="roof.png")
    changed = attachments.replace(house, cast.owner, done, command)
    assert (changed.state, changed.renditions, changed.facts) == (State.WAITING, [], {})


def test_a_worker_that_was_overtaken_leaves_the_row_and_no_bytes(house: House, cast: Cast, job: Job) -> None:
    made = attached(house, cast, job, "roof.png", pictures.png())
    late = renditions.lease(house.database, made.id)
    assert late is not None
    attachments.replace(house, cast.owner, made, Replace(content=[pictures.png(50, 40)], file_name="new.png"))
    with pytest.raises(Refusal) as refused, house.store.receive([b"late"]) as arrival:
        renditions.settle(house.database, late, {}, [renditions.Picture("thumb", "image/png", 1, 1, arrival)])
    assert refused.value.code is Code.CONFLICT
    assert again(house, cast, made).renditions == []
    assert len(list(house.store.keys())) == 2


def test_only_one_worker_takes_an_attachment(house: House, cast: Cast, job: Job) -> None:
    made = attached(house, cast, job, "roof.png", pictures.png())
    assert renditions.lease(house.database, made.id) is not None
    assert renditions.lease(house.database, made.id) is None


def test_the_sweep_wakes_what_a_dead_worker_left_once(woken: House, alarm: Alarm, cast: Cast, job: Job) -> None:
    made = attached(woken, cast, job, "roof.png", pictures.png())
    renditions.lease(woken.database, made.id)
    renditions.free_leases(woken.database)
    alarm.calls.clear()
    assert (renditions.wake_lost(woken), renditions.wake_lost(woken)) == (1, 0)
    assert alarm.calls == [("render", made.id)]


def test_a_lease_that_ran_out_is_taken_over(house: House, cast: Cast, job: Job) -> None:
    made = attached(house, cast, job, "roof.png", pictures.png())
    renditions.lease(house.database, made.id)
    with house.database.writing() as session:
        session.execute(update(Attachment).values(lease_until=clock.now() - timedelta(seconds=1)))
    render(house, made.id)
    assert again(house, cast, made).state == State.READY


def test_what_took_the_worker_down_five_times_has_failed(house: House, cast: Cast, job: Job) -> None:
    made = attached(house, cast, job, "roof.png", pictures.png())
    with house.database.writing() as session:
        session.execute(update(Attachment).values(tries=renditions.TRIES))
    render(house, made.id)
    assert again(house, cast, made).state == State.FAILED


def test_lost_bytes_are_looked_for_again_later(house: House, cast: Cast, job: Job) -> None:
    made = attached(house, cast, job, "roof.png", pictures.png())
    assert made.blob is not None
    house.store.remove(made.blob.key)
    render(house, made.id)
    assert again(house, cast, made).state == State.WAITING


def test_purging_a_picture_removes_its_renditions(house: House, cast: Cast, job: Job) -> None:
    done = rendered(house, cast, job, "roof.png", pictures.png())
    attachments.purge(house.database, cast.admin, done)
    with pytest.raises(Refusal):
        again(house, cast, done)
