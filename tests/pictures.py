"""Pictures that the tests make themselves: sound, turned, cut, and too large. It knows no test."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import Any

from PIL import Image


def named(value: object) -> str | None:
    """Name a parameter of a test; a file by its length, not by its bytes."""
    return f"{len(value)} bytes" if isinstance(value, bytes) else None


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the file of an image."""
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png(width: int = 800, height: int = 600) -> bytes:
    """Return a PNG of one colour."""
    return encoded(Image.new("RGB", (width, height), "teal"), "PNG")


def gif(width: int = 300, height: int = 200) -> bytes:
    """Return a GIF."""
    return encoded(Image.new("P", (width, height)), "GIF")


def webp(width: int = 300, height: int = 200) -> bytes:
    """Return a WebP."""
    return encoded(Image.new("RGB", (width, height), "teal"), "WEBP")


def jpeg(width: int = 800, height: int = 600) -> bytes:
    """Return a JPEG with some detail, the same one each time."""
    small = (width // 4, height // 4)
    noise = Image.frombytes("RGB", small, random.Random(1).randbytes(small[0] * small[1] * 3))
    return encoded(noise.resize((width, height)), "JPEG")


def turned_jpeg() -> bytes:
    """Return a JPEG of 800 to 600 pixels that is to be shown upright: red above blue, taken at a time and a place."""
    image = Image.new("RGB", (800, 600), "red")
    image.paste("blue", (400, 0, 800, 600))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to show
    exif.get_ifd(0x8769).update({0x9003: "2022:05:17 10:20:30", 0x9011: "+12:00"})
    exif.get_ifd(0x8825).update({1: "S", 2: (36.0, 50.0, 54.0), 3: "E", 4: (174.0, 45.0, 36.0)})
    return encoded(image, "JPEG", exif=exif)


def bomb() -> bytes:
    """Return a PNG of a few hundred bytes that claims 900 million pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
