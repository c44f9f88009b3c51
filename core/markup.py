"""Text as harmless HTML: Markdown rendered, code coloured. It knows no file and no page."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import find_lexer_class_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

_TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}


def of_markdown(text: str) -> str:
    """Return Markdown (CommonMark with tables) as HTML that can do nothing; pictures are left out."""
    # Pictures are left out: they would be fetched from elsewhere, and the page forbids it anyway.
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")
    tokens = reader.parse(text)
    for token in tokens:
        if token.type.startswith("heading_"):  # one lower each: the first heading of the page is the file's name
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    rendered = reader.renderer.render(tokens, reader.options, {})
    return nh3.clean(
        rendered, tags=_TAGS, link_rel="noopener noreferrer nofollow", url_schemes={"http", "https", "mailto"}
    )


def of_code(text: str, file_name: str) -> str:
    """Return a text as HTML, its words coloured as the ending of the file name says."""
    try:
        lexer = find_lexer_class_for_filename(file_name) or TextLexer
    except ClassNotFound:
        lexer = TextLexer
    formatter = HtmlFormatter(nowrap=True)
    return str(highlight(text, lexer(stripnl=False, ensurenl=False), formatter))
