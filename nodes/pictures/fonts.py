"""Fonts for pictures, from the distribution's packages, by what a language needs."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from PIL import ImageFont, features

from nodes.errors import NoFontError
from nodes.words import RIGHT_TO_LEFT

FOLDER: Final = Path("/usr/share/fonts")

_BOLD: Final = "truetype/dejavu/DejaVuSans-Bold.ttf"
_REGULAR: Final = "truetype/dejavu/DejaVuSans.ttf"
_DEJAVU: Final = "fonts-dejavu-core"
_CHINESE: Final = (
    "opentype/noto/NotoSansCJK-Bold.ttc",
    "truetype/wqy/wqy-microhei.ttc",
)
"""The first is 90 MB installed, the second 5 MB: what setup installs."""


@lru_cache(maxsize=64)
def font(language: str, size: int, *, bold: bool = True) -> ImageFont.FreeTypeFont:
    """A font of that many dots with the language's letters, bold where it has it.

    Raises:
        NoFontError: naming the package that is missing.
    """
    if language == "zh":
        return _installed(_CHINESE, "fonts-wqy-microhei", language, size)
    names = (_BOLD if bold else _REGULAR,)
    if language in RIGHT_TO_LEFT:
        if not (features.check("raqm") and features.check("fribidi")):
            raise NoFontError(f"no letters for {language!r}: install libfribidi0, for Pillow")
        return _installed(names, _DEJAVU, language, size)
    try:
        return _installed(names, _DEJAVU, language, size)
    except NoFontError:
        # Comes with python-barcode, which comes with python-escpos: Latin letters are never missing.
        with as_file(files("barcode") / "fonts" / "DejaVuSansMono.ttf") as path:
            return ImageFont.truetype(str(path), size)


def _installed(names: tuple[str, ...], package: str, language: str, size: int) -> ImageFont.FreeTypeFont:
    for name in names:
        if (FOLDER / name).exists():
            return ImageFont.truetype(str(FOLDER / name), size)
    raise NoFontError(f"no letters for {language!r}: install {package}")
