"""The process that opens a stranger's PDF: it limits itself first, reads stdin, answers on stdout, and ends.

It knows no row, no store, no setting, and inherits no secret. Scripts inside a PDF are not run: this PDFium has no
engine for them.
"""

from __future__ import annotations

import io
import math
import sys
import time
from typing import IO, Any

import pypdfium2
from PIL import Image

from core.picture_child import answer, limit
from core.pictures import Look, PictureFault, Shot

ZOOM = 3.0  # pixels a point, at the most: a page the size of a stamp is not blown up
QUALITY = 80
_LOCKED = pypdfium2.raw.FPDF_ERR_PASSWORD


def leaf_through(file: IO[bytes], cover: int, pages: int, side: int, enough: float) -> Look:
    """Return the number of pages, and pictures of the first; no page is begun after `enough` seconds of the processor.

    Pages that cannot be drawn are left out. Raises PictureFault where none can, and for what is broken or locked.
    """
    document = _opened(file)
    shots: list[Shot] = []
    try:
        for index in range(min(len(document), pages)):
            picture = _drawn(document, index, side)
            if picture is not None:
                shots += [] if shots else [_cover(picture, cover)]
                shots.append(_shot(f"page-{index + 1}", picture))
            if time.process_time() > enough:
                break
        if not shots:
            raise PictureFault("None of its pages can be drawn.")
        return Look({"pages": len(document)}, shots)
    except MemoryError:
        raise PictureFault("The file takes too much memory or time.") from None
    finally:
        document.close()


def _opened(file: IO[bytes]) -> Any:
    try:
        document = pypdfium2.PdfDocument(file)
        document.init_forms()  # what people filled in is drawn as well
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _LOCKED:
            raise PictureFault("The file is locked with a password.") from None
        raise PictureFault("The file is damaged or incomplete.") from None
    return document


def _drawn(document: Any, index: int, side: int) -> Image.Image | None:
    try:
        page = document.get_page(index)
        longer = max(page.get_size())
        if not math.isfinite(longer) or longer <= 0:
            return None
        # The longer side decides, so a page of a square mile takes no more pixels than a letter.
        bitmap = page.render(scale=min(side / longer, ZOOM), limit_image_cache=True)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        page.close()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    return picture


def _cover(picture: Image.Image, side: int) -> Shot:
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _shot("cover", smaller)


def _shot(style: str, picture: Image.Image) -> Shot:
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=QUALITY)
    return Shot(style, "image/webp", picture.width, picture.height, target.getvalue())


def main(arguments: list[str]) -> None:
    """Answer one look; `arguments` are the cover's side, pages, a page's side, seconds of the processor."""
    cover, pages, side, seconds = (int(argument) for argument in arguments)
    limit(seconds)
    answer(lambda: leaf_through(sys.stdin.buffer, cover, pages, side, seconds / 2))


if __name__ == "__main__":
    main(sys.argv[1:])
