"""The process that opens a stranger's picture: it limits itself first, reads stdin, answers on stdout, and ends.

It knows no row, no store, no setting, and inherits no secret.
"""

from __future__ import annotations

import io
import os
import resource
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO, Any

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

from core.pictures import SECONDS, Look, PictureFault, Shot

MEMORY = 512 * 1024 * 1024  # bytes of address space
NICE = 10  # people who wait for a page come first
PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
PROFILE = 64 * 1024  # bytes of a colour profile that goes along

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_ORIENTATION, _TAKEN, _TAKEN_OFFSET = 0x0112, 0x9003, 0x9011
_SIDEWAYS = {5, 6, 7, 8}


def limit(seconds: int = SECONDS) -> None:
    """Take no more memory, seconds of the processor and files than a picture of 50 million pixels needs."""
    os.nice(NICE)
    for kind, amount in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (amount, amount))


def look_at(file: IO[bytes], styles: Mapping[str, int]) -> Look:
    """Return the facts and the smaller pictures of one file; raises PictureFault for what is broken or too large."""
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > PIXELS:
                raise PictureFault(f"The picture has more than {PIXELS // 1_000_000} million pixels.")
            return _look(image, styles)
    except (MemoryError, Image.DecompressionBombError):
        raise PictureFault("The picture takes too much memory or time.") from None
    except UnidentifiedImageError:
        raise PictureFault("The file is not a picture that can be read.") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, ZeroDivisionError):
        # What Pillow raises for damaged files depends on the format.
        raise PictureFault("The picture is damaged or incomplete.") from None


def answer(found: Callable[[], Look]) -> None:
    """Write down what was found, or the fault that was met."""
    try:
        look = found()
    except PictureFault as fault:
        look = Look(fault=str(fault))
    sys.stdout.buffer.write(msgspec.msgpack.encode(look))
    sys.stdout.buffer.flush()


def _look(image: Image.Image, styles: Mapping[str, int]) -> Look:
    exif = image.getexif()
    facts = _facts(image, exif)
    kind, profile = str(image.format), image.info.get("icc_profile")
    largest = max(styles.values())
    # Lets the JPEG decoder skip what is scaled away; the whole file is still read, so that a cut one is noticed.
    image.draft("RGB", (largest * 2, largest * 2))
    image.load()
    current: Image.Image = image
    shots = []
    for style, side in sorted(styles.items(), key=lambda item: -item[1]):
        current = _upright(image, exif, side) if current is image else _smaller(current.copy(), side)
        shots.append(_shot(style, current, kind, profile))
    return Look(facts, shots)


def _upright(image: Image.Image, exif: Image.Exif, side: int) -> Image.Image:
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    # Made small before it is turned, and without a copy: a large picture fits into the memory once, not thrice.
    picture = _smaller(image if image.mode == mode else image.convert(mode), side)
    picture.getexif()[_ORIENTATION] = exif.get(_ORIENTATION, 1)
    return ImageOps.exif_transpose(picture)


def _smaller(picture: Image.Image, side: int) -> Image.Image:
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return picture


def _shot(style: str, picture: Image.Image, kind: str, profile: bytes | None) -> Shot:
    # Photographs stay JPEG; what may be transparent, or drawn, is PNG. Nothing but the colour profile goes along.
    as_jpeg = picture.mode == "RGB" and kind in {"JPEG", "WEBP"}
    kept = profile if profile and len(profile) <= PROFILE else None
    target = io.BytesIO()
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    if as_jpeg:
        bare.save(target, "JPEG", quality=85, optimize=True, progressive=True, icc_profile=kept)
    else:
        bare.save(target, "PNG", optimize=True, icc_profile=kept)
    return Shot(style, "image/jpeg" if as_jpeg else "image/png", picture.width, picture.height, target.getvalue())


def _facts(image: Image.Image, exif: Image.Exif) -> dict[str, Any]:
    sideways = exif.get(_ORIENTATION) in _SIDEWAYS
    width, height = (image.height, image.width) if sideways else (image.width, image.height)
    facts: dict[str, Any] = {"width": width, "height": height}
    details = exif.get_ifd(_EXIF_IFD)
    taken = _time(details.get(_TAKEN), details.get(_TAKEN_OFFSET))
    place = _place(exif.get_ifd(_GPS_IFD))
    return facts | ({"photo_time": taken} if taken else {}) | ({"photo_location": place} if place else {})


def _time(text: object, offset: object) -> str | None:
    # A camera without a zone tells its own wall clock; no zone is made up for it.
    try:
        moment = datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - as said
        zone = str(offset).strip("\0 ") if offset else ""
        return datetime.fromisoformat(moment.isoformat() + zone).isoformat(timespec="milliseconds")
    except ValueError:
        return None


def _place(gps: Mapping[int, Any]) -> dict[str, float] | None:
    try:
        latitude = _degrees(gps[2]) * (-1 if str(gps.get(1)).startswith("S") else 1)
        longitude = _degrees(gps[4]) * (-1 if str(gps.get(3)).startswith("W") else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}


def _degrees(parts: Any) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


def main(arguments: list[str]) -> None:
    """Answer one look; `arguments` are `style=pixels`."""
    styles = {name: int(side) for name, _, side in (argument.partition("=") for argument in arguments)}
    limit()
    answer(lambda: look_at(sys.stdin.buffer, styles))


if __name__ == "__main__":
    main(sys.argv[1:])
