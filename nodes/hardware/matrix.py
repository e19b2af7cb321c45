"""LED displays through luma: the real MAX7219 chain, and a virtual twin that keeps its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image

from broker.contract import compiled
from nodes.errors import HardwareError
from nodes.hardware.letters import render

if TYPE_CHECKING:
    from collections.abc import Sequence

HEIGHT = 8
FULL_CONTRAST = 0xFF

_ALL_LIT = (1 << HEIGHT) - 1
"""A column with every dot lit."""

_LED = 14
"""Side of one LED in the twin's picture, in pixels."""


class LumaMatrix:
    """Draws on any luma device eight dots high. See interface.Matrix.

    Args:
        device: luma's driver.
    """

    animated = True

    def __init__(self, device: Any) -> None:
        self.width = int(device.width)
        self._device = device
        self._drawn: tuple[str, list[int]] = ("", [])

    def measure(self, text: str) -> int:
        """See interface.Matrix."""
        return len(self._columns(text))

    def show_text(self, text: str, left: int, *, lit: bool = True) -> None:
        """See interface.Matrix."""
        columns = self._columns(text)
        shown = [columns[x - left] if 0 <= x - left < len(columns) else 0 for x in range(self.width)]
        self._show(shown if lit else [column ^ _ALL_LIT for column in shown])

    def show_bars(self, heights: list[float]) -> None:
        """See interface.Matrix: a base line, and over it up to seven dots for each bar."""
        columns = [1 << (HEIGHT - 1)] * self.width
        pitch = self.width // max(len(heights), 1)
        for bar, height in enumerate(heights):
            dots = round(min(max(height, 0.0), 1.0) * (HEIGHT - 1))
            filled = ((1 << dots) - 1) << (HEIGHT - 1 - dots) | 1 << (HEIGHT - 1)
            for x in range(bar * pitch + 1, (bar + 1) * pitch - 1):
                columns[x] = filled
        self._show(columns)

    def shine(self, brightness: int) -> None:
        """See interface.Matrix: a MAX7219 has sixteen steps, of which luma takes the upper four bits."""
        self._device.contrast(round(FULL_CONTRAST * brightness / 100))

    def close(self) -> None:
        """See interface.Matrix."""
        self._device.cleanup()

    def _columns(self, text: str) -> list[int]:
        """Ticket numbers in bold: they are read from farther than a sentence, and have no accents to fill."""
        if self._drawn[0] != text:
            self._drawn = (text, render(text, bold=text.isascii() and text.isalnum() and text.isupper()))
        return self._drawn[1]

    def _show(self, columns: Sequence[int]) -> None:
        image = Image.new("1", (self.width, HEIGHT))
        image.putdata([column >> y & 1 for y in range(HEIGHT) for column in columns])
        self._device.display(image)


def open_max7219(record: compiled.LedDisplay) -> LumaMatrix:
    """The real chain on its SPI chip select. Raises HardwareError when the bus cannot be used."""
    from luma.core.interface.serial import noop, spi  # noqa: PLC0415 - only on a Pi
    from luma.led_matrix.device import max7219  # noqa: PLC0415 - only on a Pi

    try:
        serial = spi(port=record.spi_port, device=record.spi_device, gpio=noop())
        device = max7219(serial, cascaded=record.modules, block_orientation=-90)
    except Exception as problem:
        raise HardwareError(
            f"display {record.id}: SPI {record.spi_port}.{record.spi_device} cannot be used ({problem});"
            " is SPI on (dtparam=spi=on)?"
        ) from problem
    matrix = LumaMatrix(device)
    matrix.shine(record.brightness)
    return matrix


class MatrixTwin(LumaMatrix):
    """A display that nobody plugged in: keeps what it shows as text and as a picture."""

    def __init__(self, modules: int) -> None:
        from luma.core.device import dummy  # noqa: PLC0415 - only where displays are virtual

        super().__init__(dummy(width=modules * 8, height=HEIGHT, mode="1"))
        self.text = ""
        self.bars: list[float] = []
        self.brightness = 100

    def shine(self, brightness: int) -> None:
        """See interface.Matrix."""
        self.brightness = brightness

    def show_text(self, text: str, left: int, *, lit: bool = True) -> None:
        """See interface.Matrix."""
        self.text, self.bars = text, []
        super().show_text(text, left, lit=lit)

    def show_bars(self, heights: list[float]) -> None:
        """See interface.Matrix."""
        self.text, self.bars = "", heights
        super().show_bars(heights)

    def image(self) -> Image.Image:
        """The picture as a passer-by sees it: round red LEDs on black modules."""
        from PIL import ImageDraw  # noqa: PLC0415 - only for pictures

        shown: Image.Image = self._device.image
        picture = Image.new("RGB", (self.width * _LED, HEIGHT * _LED), "#140b0b")
        draw = ImageDraw.Draw(picture)
        for y in range(HEIGHT):
            for x in range(self.width):
                lit = bool(shown.getpixel((x, y))) if shown is not None else False
                box = (x * _LED + 2, y * _LED + 2, x * _LED + _LED - 2, y * _LED + _LED - 2)
                draw.ellipse(box, fill="#ff3b20" if lit else "#2b1513")
        return picture
