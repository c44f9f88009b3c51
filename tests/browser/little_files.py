"""Little files of the kinds that people attach: a sound, a film, a photograph. They are made here; none is anybody's.

It knows no page; a film is drawn and packed by Chromium, and put into its box here.
"""

from __future__ import annotations

import base64
import io
import math
import struct
import wave
from array import array

from playwright.sync_api import Page

SECONDS = 40  # of the sound and of the film
RATE = 22_050  # samples of a second
PACE = 2  # pictures of a second
SIDE = (160, 120)  # pixels of the film

_DRAW = """async ([frames, pace, width, height]) => {
  const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext("2d"), packed = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      packed.push(btoa(String.fromCharCode(...bytes)));
    },
    error: (problem) => { throw problem; },
  });
  encoder.configure({ codec: "vp8", width, height, bitrate: 400_000, framerate: pace });
  for (let number = 0; number < frames; number++) {
    pen.fillStyle = `hsl(${number * 7} 60% 50%)`;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#fff";
    pen.fillText(String(number), 20 + (number % 100), 60);
    const frame = new VideoFrame(canvas, { timestamp: (number * 1e6) / pace });
    encoder.encode(frame, { keyFrame: number % pace === 0 });
    frame.close();
  }
  await encoder.flush();
  return packed;
}"""


def sound() -> bytes:
    """Return a WAV of a rising tone: 40 seconds, 1.8 MB."""
    tones = (int(9000 * math.sin(at * (200 + at / 2000) / RATE)) for at in range(RATE * SECONDS))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", tones).tobytes())
    return out.getvalue()


def film(page: Page) -> bytes:
    """Return a WebM of 40 seconds, packed by the browser of a page that came from 127.0.0.1."""
    packed = page.evaluate(_DRAW, [PACE * SECONDS, PACE, *SIDE])
    return _webm([base64.b64decode(frame) for frame in packed])


def _webm(frames: list[bytes]) -> bytes:
    head = _box("1a45dfa3", _number("4286", 1), _number("42f7", 1), _box("4282", b"webm"), _number("4287", 2))
    length = _box("4489", struct.pack(">d", SECONDS * 1000))
    told = _box("1549a966", _number("2ad7b1", 1_000_000), length, _box("4d80", b"-"), _box("5741", b"-"))
    look = _box("e0", _number("b0", SIDE[0]), _number("ba", SIDE[1]))
    track = _box("ae", _number("d7", 1), _number("73c5", 1), _number("83", 1), _box("86", b"V_VP8"), look)
    front, clusters = told + _box("1654ae6b", track), _clusters(frames)
    # The places that the list of cues names lie behind the list itself, whose length does not depend on them.
    begins = len(front) + len(_cues(clusters, 0))
    return head + _box("18538067", front, _cues(clusters, begins), *clusters)


def _clusters(frames: list[bytes]) -> list[bytes]:
    """Return the film second by second, each of which begins with a whole picture."""
    return [_cluster(at, frames[at * PACE : (at + 1) * PACE]) for at in range(SECONDS)]


def _cluster(second: int, frames: list[bytes]) -> bytes:
    step = 1000 // PACE
    blocks = [
        _box("a3", struct.pack(">BhB", 0x81, number * step, 0 if number else 0x80), frame)
        for number, frame in enumerate(frames)
    ]
    return _box("1f43b675", _number("e7", second * 1000), *blocks)


def _cues(clusters: list[bytes], begins: int) -> bytes:
    points = []
    for second, cluster in enumerate(clusters):
        place = _box("b7", _number("f7", 1), _number("f1", begins))
        points.append(_box("bb", _number("b3", second * 1000), place))
        begins += len(cluster)
    return _box("1c53bb6b", *points)


def _number(name: str, value: int) -> bytes:
    return _box(name, value.to_bytes(8))


def _box(name: str, *content: bytes) -> bytes:
    held = b"".join(content)
    return bytes.fromhex(name) + (len(held) | 1 << 56).to_bytes(8) + held
