"""A sheet of paper as PDF: made in memory, in a stated language, its headings and paragraphs marked as such.

Text is set in DejaVu Sans, which is shipped and embedded, so that every European name is written right. Headings and
paragraphs are tagged in reading order (ISO 32000-1, 14.8); rows of a table are read as paragraphs. It is not PDF/UA:
the structure that the library writes has one level.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal
from unicodedata import normalize

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

_FONTS: Final = Path(__file__).parent / "fonts"
_FAMILY: Final = "DejaVu"
_MARGIN: Final = 18.0
_LINE: Final = 6.0
_INK, _RULE = 20, 120
_UNKNOWN: Final = "\N{WHITE SQUARE}"
"""Stands for a letter that the font has not: the library would write that letter into the log."""


class Paper:
    """One document, A4, lengths in millimetres. ``title`` stands in its properties: it names nobody."""

    def __init__(
        self, title: str, *, language: str, orientation: Literal["portrait", "landscape"] = "portrait"
    ) -> None:
        self._pdf = _Tagged(orientation=orientation, format="A4")
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self._pdf.add_font(_FAMILY, style, _FONTS / name)
        font = self._pdf.fonts[_FAMILY.lower()]
        assert isinstance(font, TTFFont)
        self._letters = frozenset(font.cmap)
        self._pdf.set_title(title)
        self._pdf.set_lang(language)
        self._pdf.set_creator("Beffroi")
        self._pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._pdf.set_margin(_MARGIN)
        self._pdf.set_auto_page_break(False)
        self._pdf.set_text_color(_INK)
        self._pdf.set_draw_color(_RULE)
        self._pdf.add_page()

    def heading(self, text: str, *, level: int = 1) -> None:
        """A heading."""
        self._write(text, kind=f"/H{level}", size=18 if level == 1 else 12, bold=True)
        self.space(2)

    def paragraph(self, text: str, *, bold: bool = False, small: bool = False) -> None:
        """A paragraph."""
        self._write(text, kind="/P", size=8.5 if small else 11, bold=bold)
        self.space(1.5)

    def space(self, height: float) -> None:
        """Nothing, so high."""
        self._pdf.set_y(self._pdf.get_y() + height)

    def table(
        self, columns: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]], *, height: float
    ) -> None:
        """Ruled cells, the columns' names again on every page; ``widths`` are shares of the whole width."""
        whole = self._pdf.epw / sum(widths)
        sizes = [width * whole for width in widths]
        self._row(columns, sizes, 8, bold=True)
        for row in rows:
            if not self._fits(height):
                self._pdf.add_page()
                self._row(columns, sizes, 8, bold=True)
            self._row(row, sizes, height, bold=False)
        self.space(4)

    def bytes(self) -> bytes:
        """The document."""
        return bytes(self._pdf.output())

    def _known(self, text: str) -> str:
        """A text in letters that the font has."""
        known = self._letters
        return "".join(each if ord(each) in known or each.isspace() else _UNKNOWN for each in normalize("NFC", text))

    def _fits(self, height: float) -> bool:
        return bool(self._pdf.get_y() + height <= self._pdf.h - _MARGIN)

    def _write(self, text: str, *, kind: str, size: float, bold: bool) -> None:
        pdf, line, text = self._pdf, max(_LINE, size * 0.5), self._known(text)
        pdf.set_font(_FAMILY, "B" if bold else "", size)
        lines = pdf.multi_cell(0, line, text, align=Align.L, dry_run=True, output="LINES")
        assert isinstance(lines, list)
        if not self._fits(line * len(lines)):
            pdf.add_page()
        with pdf.marked(kind):
            pdf.multi_cell(0, line, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _row(self, cells: Sequence[str], widths: Sequence[float], height: float, *, bold: bool) -> None:
        pdf = self._pdf
        pdf.set_font(_FAMILY, "B" if bold else "", 9)
        top = pdf.get_y()
        with pdf.marked("/P"):
            for text, width in zip(cells, widths, strict=True):
                pdf.cell(
                    width,
                    height,
                    self._short(self._known(text), width - 3),
                    border=1,
                    new_x=XPos.RIGHT,
                    new_y=YPos.TOP,
                )
        pdf.set_xy(pdf.l_margin, top + height)

    def _short(self, text: str, width: float) -> str:
        """As much of a text as a cell holds."""
        if self._pdf.get_string_width(text) <= width:
            return text
        while text and self._pdf.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text.rstrip()}…"


class _Tagged(FPDF):
    """The library's document, with marks around text: it makes them itself for pictures alone."""

    @contextmanager
    def marked(self, kind: str) -> Iterator[None]:
        """What is written meanwhile is one element of that kind. No page may begin meanwhile."""
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=kind, mcid=number)
        self._out(f"{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")
