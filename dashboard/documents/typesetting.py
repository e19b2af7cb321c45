"""From a template and its content to a tagged PDF: the one file that knows Typst.

Nothing is fetched: templates lie beside this file, Source Sans is a package of its own. Letters that it lacks
come from DejaVu, which Debian's fonts-dejavu-core brings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from dashboard.documents.french import NB

FOLDER: Final = Path(__file__).parent
FONTS: Final = (
    Path(str(resources.files("font_source_sans_pro"))) / "files",
    Path("/usr/share/fonts/truetype/dejavu"),
)
STANDARD: Final = "ua-1"

_BEFORE_MARKS: Final = re.compile(r" (?=[:;?!»%])|(?<=«) ")
"""Where French never breaks a line. JSON as msgspec writes it has spaces only within texts."""


class DocumentError(ValueError):
    """The document cannot be set; the text says why, French first."""


def pdf(template: str, content: msgspec.Struct, drawn: Mapping[str, bytes] | None = None) -> bytes:
    """The document as PDF/UA-1, the same bytes for the same content.

    Args:
        template: the name of a ``.typ`` file beside this one.
        content: what it reads as ``content.json``.
        drawn: pictures that it reads, by name.

    Raises:
        DocumentError: Typst refuses it.
    """
    return _compiled(template, content, drawn or {}, "pdf")[0]


def pictures(
    template: str, content: msgspec.Struct, dots_per_inch: float, drawn: Mapping[str, bytes] | None = None
) -> list[bytes]:
    """The document's pages as PNG. Raises DocumentError."""
    return _compiled(template, content, drawn or {}, "png", dots_per_inch)


def _compiled(
    template: str,
    content: msgspec.Struct,
    drawn: Mapping[str, bytes],
    form: Literal["pdf", "png"],
    dots: float | None = None,
) -> list[bytes]:
    import typst  # noqa: PLC0415 - 80 MB on disk that only who asks for a document loads

    files: Any = {  # the library's types know paths and bytes only; the program takes named files too
        "main": (FOLDER / f"{template}.typ").read_bytes(),
        "common.typ": (FOLDER / "common.typ").read_bytes(),
        "content.json": _BEFORE_MARKS.sub(NB, msgspec.json.encode(content).decode()).encode(),
        **drawn,
    }
    try:
        made: Any = typst.compile(
            files,
            format=form,
            ppi=dots,
            font_paths=[str(folder) for folder in FONTS if folder.is_dir()],
            ignore_system_fonts=True,
            pdf_standards=STANDARD if form == "pdf" else [],
            timestamp=0,
        )
    except typst.TypstError as problem:
        told = "; ".join([problem.message, *problem.hints])
        raise DocumentError(f"le document ne peut pas être composé / cannot be set: {told}") from problem
    return list(made) if isinstance(made, list) else [made]
