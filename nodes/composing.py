"""Puts words on a sheet, in lines that fit the paper."""

from __future__ import annotations

import textwrap
from typing import Final

import msgspec

from broker.contract import compiled
from nodes.sheet import BOX, COLUMNS, DOTS, Code, Element, Line, Rule, Sheet
from nodes.words import FIRST, PRINTER_LETTERS, say

_LARGEST: Final = 8
"""The printers' own limit for the height and width of letters."""
_ON_TICKET_DOTS: Final = 384
"""How wide the plan is on a ticket: 48 mm, on either paper."""


class Form(msgspec.Struct, frozen=True):
    """How a printer takes a sheet: its paper's width, whether everything is given as a picture, and QR codes.

    ``native_qr``: it draws QR codes itself.
    """

    width_mm: int
    picture: bool = False
    native_qr: bool = True


class Composer:
    """One sheet in the making.

    Args:
        site: whose sheet it is.
        form: how the printer takes it.
        language: of what it says.
    """

    def __init__(self, site: compiled.Site, form: Form, language: str) -> None:
        self.site, self.language = site, language
        self.sheet: Sheet = []
        self._form = form
        self._columns = COLUMNS[form.width_mm]
        self._is_picture = form.picture or language not in PRINTER_LETTERS

    def say(self, word: str, **values: object) -> str:
        """A word of the catalogue, in this sheet's language."""
        return say(self.language, word, **values)

    def text(self, text: compiled.Text) -> str:
        """A text of the site description, in this sheet's language."""
        return text.in_language(self.language)

    def head(self) -> None:
        """Where this paper is from."""
        self.centred(self.text(self.site.name))

    def gap(self) -> None:
        """An empty line."""
        self.sheet.append(Line())

    def rule(self) -> None:
        """A line across the paper."""
        self.sheet.append(Rule())

    def number(self, number: str) -> None:
        """A ticket's number, as large as the width allows."""
        size = _LARGEST if self._is_picture else min(_LARGEST, self._columns // len(number))
        self.sheet += [Line(), Line(number, size=size, bold=True, align="center"), Line()]

    def title(self, text: str) -> None:
        """Twice as large where that fits one line."""
        is_large = self._is_picture or len(text) * 2 <= self._columns
        self.centred(text, size=2 if is_large else 1, bold=True)

    def centred(self, text: str, *, size: int = 1, bold: bool = False) -> None:
        """In the middle of the paper."""
        lines = [text] if self._is_picture else textwrap.wrap(text, self._columns // size)
        self.sheet += [Line(line, size=size, bold=bold, align="center") for line in lines]

    def written(self, text: str, *, mark: str = "", bold: bool = False) -> None:
        """From the edge on, below one another behind the mark."""
        if self._is_picture:
            self.sheet.append(Line(text, bold=bold, mark=mark))
            return
        first = f"{mark} " if mark else ""
        lines = textwrap.wrap(text, self._columns, initial_indent=first, subsequent_indent=" " * len(first))
        self.sheet += [Line(line, bold=bold) for line in lines]

    def both(self, word: str, *, bold: bool = False) -> None:
        """A word in the sheet's language; on a French sheet in English too."""
        self.centred(self.say(word), bold=bold)
        if self.language == FIRST:
            self.centred(say("en", word))

    def papers(self, service: compiled.Service) -> None:
        """What to have ready for a service, to tick; nothing where it asks for nothing."""
        if not service.papers:
            return
        self.rule()
        self.written(self.say("papers"), bold=True)
        if self.language == FIRST:
            self.written(say("en", "papers"))
        for paper in service.papers:
            self.written(self.text(paper), mark=BOX)

    def plan(self, marked: int | None, here: int | None, *, is_whole_width: bool) -> None:
        """The tent, a zone marked. Raises NoFontError."""
        from nodes.pictures.plan import plan  # noqa: PLC0415  Pillow only for pictures

        width = DOTS[self._form.width_mm] if is_whole_width else _ON_TICKET_DOTS
        self.sheet.append(plan(self.site, width, marked, here, self.language))

    def code(self, content: str) -> None:
        """A QR code."""
        self.gap()
        self.sheet.append(Code(content))

    def finished(self) -> Sheet:
        """The sheet as the printer takes it. Raises NoFontError where a picture's letters are missing."""
        if self._is_picture:
            from nodes.pictures import page  # noqa: PLC0415  Pillow only for pictures

            return [page.picture(self.sheet, self._form.width_mm, self.language)]
        return self.sheet if self._form.native_qr else [_drawn(element) for element in self.sheet]


def _drawn(element: Element) -> Element:
    """A QR code as a picture, for a printer that draws none."""
    if not isinstance(element, Code):
        return element
    from nodes.pictures.code import code  # noqa: PLC0415  Pillow only for pictures
    from nodes.pictures.plan import as_picture  # noqa: PLC0415

    return as_picture(code(element.content), element.content)
