"""Fonts for pictures, from the distribution's packages, by what a language needs."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from PIL import ImageFont

from nodes.errors import NoFontError

_FOLDER: Final = Path("/usr/share/fonts")
_BOLD: Final = ("truetype/dejavu/DejaVuSans-Bold.ttf",)
_SANS: Final = ("truetype/dejavu/DejaVuSans.ttf",)
_CHINESE: Final = (
    "truetype/wqy/wqy-microhei.ttc",
    "opentype/noto/NotoSansCJK-Bold.ttc",
    "truetype/noto/NotoSansCJK-Bold.ttc",
)
_WANTED: Final = {"zh": _CHINESE, "ja": _CHINESE}
_PACKAGES: Final = {"zh": "fonts-wqy-microhei", "ja": "fonts-noto-cjk"}


@lru_cache(maxsize=64)
def font(language: str, size: int, *, bold: bool = True) -> ImageFont.FreeTypeFont:
    """A font of that many dots with the language's letters, bold where it has it. Raises NoFontError."""
    for name in _WANTED.get(language, _BOLD if bold else _SANS):
        path = _FOLDER / name
        if path.exists():
            return ImageFont.truetype(str(path), size)
    if language in _WANTED:
        raise NoFontError(f"no font for {language!r}: install {_PACKAGES[language]}")
    # Comes with python-barcode, which comes with python-escpos; Pillow's own font has no accents.
    with as_file(files("barcode") / "fonts" / "DejaVuSansMono.ttf") as path:
        return ImageFont.truetype(str(path), size)
