"""A sheet as PDF, in Latin letters with diacritics, Korean, Chinese and Japanese.

Latin, Greek and Cyrillic letters are embedded, as far as they are used. East Asian text uses the fonts
that PDF viewers bring for its collections, so that no large font is shipped. What none of them has is
printed without its diacritics, or as a box, and the sheet says so.
"""

import functools
import io
import unicodedata
from collections.abc import Iterator
from importlib.resources import as_file, files
from itertools import groupby
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import cidfonts, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from service.complaints.channels.sheet import Row, Sheet

LATIN = "Roboto"
# Language: the font, and the character set that its collection surely holds.
ASIAN = {
    "ko": ("HYGothic-Medium", "cp949"),
    "ja": ("HeiseiKakuGo-W5", "cp932"),
    "zh-Hans": ("STSong-Light", "gbk"),
    "zh-Hant": ("MSung-Light", "big5"),
}
BOX = "\u25a1"
INK, QUIET, LINE = colors.HexColor(0x1A1A1A), colors.HexColor(0x5A5A5A), colors.HexColor(0xB8B8B8)


def render(sheet: Sheet) -> bytes:
    """Return the sheet as PDF; the same sheet gives the same bytes."""
    _register()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=f"{sheet.title}: {sheet.desk}",
        lang=sheet.language,
        invariant=1,
    )
    document.build(list(_story(sheet)))
    return out.getvalue()


def replaced(text: str, language: str) -> bool:
    """Tell whether a text holds letters that cannot be printed as they are."""
    _register()
    return any(shown != letter for letter, (_, shown) in _placed(text, language))


def _story(sheet: Sheet) -> Iterator[Flowable]:
    yield _text(sheet.title, sheet.language, size=17)
    yield Spacer(1, 3 * mm)
    yield _text(f"{sheet.headings['to']}: {sheet.desk}", sheet.language)
    if sheet.url:
        yield _text(sheet.url, sheet.language, colour=QUIET)
    yield Spacer(1, 6 * mm)
    yield _text(sheet.headings["fields"], sheet.language, size=12)
    yield Spacer(1, 2 * mm)
    yield _table([_cells(row, sheet.language) for row in sheet.rows])
    if sheet.documents:
        yield Spacer(1, 6 * mm)
        yield _text(sheet.headings["documents"], sheet.language, size=12)
        yield from (_text(f"- {one}", sheet.language) for one in sheet.documents)
    yield Spacer(1, 14 * mm)
    yield _text(f"{sheet.headings['date']}: ______________________________", sheet.language)
    yield Spacer(1, 8 * mm)
    if any(replaced(row.text, sheet.language) for row in sheet.rows):
        yield _text(sheet.headings["replaced"], sheet.language, colour=QUIET, size=8.5)
    yield _text(sheet.headings["made"], sheet.language, colour=QUIET, size=8.5)


def _cells(row: Row, language: str) -> list[Flowable]:
    value = row.text or f"({row.act})"
    return [
        _text(row.label, language, colour=QUIET),
        _text(value, language, colour=INK if row.text else QUIET),
    ]


def _table(rows: list[list[Flowable]]) -> Table:
    # A row may be longer than a page: the account of what happened.
    table = Table(rows, colWidths=[50 * mm, 120 * mm], splitInRow=1)
    lines = ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), lines]))
    return table


def _text(text: str, language: str, *, size: float = 10, colour: colors.Color = INK) -> Paragraph:
    wrap = "CJK" if language in ASIAN and language != "ko" else None
    style = ParagraphStyle(
        "text", fontName=LATIN, fontSize=size, leading=size * 1.45, textColor=colour, wordWrap=wrap
    )
    return Paragraph("<br/>".join(_marked(line, language) for line in text.splitlines()), style)


def _marked(line: str, language: str) -> str:
    placed = (place for _, place in _placed(line, language))
    runs = groupby(placed, key=lambda place: place[0])
    return "".join(
        f'<font name="{font}">{escape("".join(shown for _, shown in run))}</font>'
        for font, run in runs
    )


def _placed(text: str, language: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each letter with the font that has it and how it is printed."""
    for letter in unicodedata.normalize("NFC", text):
        if not unicodedata.category(letter).startswith("C"):
            yield letter, _place(letter, language)


@functools.lru_cache(maxsize=20_000)
def _place(letter: str, language: str) -> tuple[str, str]:
    fonts = (LATIN, *_asian(language))
    base = unicodedata.normalize("NFKD", letter)[0]
    for shown in (letter, base):
        found = next((font for font in fonts if _has(font, shown)), None)
        if found:
            return found, shown
    return ASIAN["ja"][0], BOX


def _asian(language: str) -> list[str]:
    """Return the East Asian fonts, the sheet's own first: the same sign differs between countries."""
    names = [language, *ASIAN] if language in ASIAN else list(ASIAN)
    return [ASIAN[name][0] for name in names]


def _has(font: str, letter: str) -> bool:
    if font == LATIN:
        return ord(letter) in pdfmetrics.getFont(LATIN).face.charToGlyph
    codec = next(codec for name, codec in ASIAN.values() if name == font)
    try:
        letter.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _register() -> None:
    # The library names the simplified Chinese encoding for its traditional font.
    cidfonts.defaultUnicodeEncodings[ASIAN["zh-Hant"][0]] = ("cht", "UniCNS-UCS2-H")
    for name, _ in ASIAN.values():
        pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(name))
    with as_file(files("font_roboto") / "files" / "Roboto-Regular.ttf") as path:
        pdfmetrics.registerFont(TTFont(LATIN, path))
