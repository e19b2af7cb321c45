"""QR codes as pictures."""

from __future__ import annotations

from typing import Final

import qrcode  # type: ignore[import-untyped]  # comes with python-escpos, ships no types
from PIL import Image

DOT: Final = 6
"""Dots of the printer across one of the code's: 0.75 mm, which every phone reads."""
_ANY_MASK: Final = 3
"""All eight masks are valid, and every phone reads each: trying all for the prettiest takes 20 ms."""


def code(content: str) -> Image.Image:
    """The code, black on white, with the quiet edge that readers need."""
    drawn = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=1, border=2, mask_pattern=_ANY_MASK
    )
    drawn.add_data(content)
    drawn.make(fit=True)
    modules = drawn.get_matrix()
    side = len(modules)
    small = Image.frombytes("L", (side, side), bytes(0 if dark else 255 for row in modules for dark in row))
    return small.resize((side * DOT, side * DOT), Image.Resampling.NEAREST).convert("1")
