"""The real MAX7219 driver, with the wire recorded instead of a display."""

from __future__ import annotations

import pytest
from luma.led_matrix.device import max7219

from broker.contract import compiled
from nodes.errors import HardwareError
from nodes.hardware.matrix import LumaMatrix, MatrixTwin, open_max7219


class Wire:
    """What would go to the SPI bus."""

    def __init__(self) -> None:
        self.words: list[list[int]] = []

    def data(self, values) -> None:
        self.words.append(list(values))

    def command(self, *values) -> None:
        self.words.append(list(values))

    def cleanup(self) -> None:
        pass


@pytest.mark.filterwarnings("ignore:Image.Image.getdata:DeprecationWarning")  # luma.led_matrix 1.9 uses it
def test_the_wire_gets_the_very_dots_of_the_twin():
    wire = Wire()
    matrix = LumaMatrix(max7219(wire, cascaded=4))
    twin = MatrixTwin(4)
    wire.words.clear()
    for shown in (matrix, twin):
        shown.show_text("é42", 2)
    rows = {words[0]: words[1::2] for words in wire.words if 1 <= words[0] <= 8}
    assert sorted(rows) == list(range(1, 9))
    dots = {
        (module * 8 + 7 - (digit - 1), bit)
        for digit, values in rows.items()
        for module, value in enumerate(reversed(values))
        for bit in range(8)
        if value >> bit & 1
    }
    image = twin._device.image
    wanted = {(x, y) for x in range(32) for y in range(8) if image.getpixel((x, y))}
    assert len(dots) == len(wanted)


def test_a_text_scrolled_out_to_the_left_shows_its_end():
    twin = MatrixTwin(1)
    twin.show_text("AB", -twin.measure("AB"))
    assert not any(twin._device.image.tobytes())
    twin.show_text("AB", -6)
    assert any(twin._device.image.tobytes())


def test_the_picture_has_a_round_lamp_for_each_dot():
    twin = MatrixTwin(4)
    twin.show_text("", 0)
    dark = twin.image()
    twin.show_text("E042", 0)
    assert twin.image().size == (32 * 14, 8 * 14)
    assert twin.image().tobytes() != dark.tobytes()


def test_without_an_spi_bus_the_error_names_display_and_remedy():
    record = compiled.LedDisplay(id="afficheur", modules=4, spi_port=7, spi_device=0)
    with pytest.raises(HardwareError, match=r"afficheur: SPI 7\.0 .*dtparam=spi=on"):
        open_max7219(record)
