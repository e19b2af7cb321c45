"""The 40-pin header of every Raspberry Pi since the B+.

Source: Raspberry Pi documentation, "GPIO and the 40-pin header". Physical pins count in two columns, odd
ones on the board's inner side, even ones along its edge; GPIO numbers are BCM's.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["gpio", "3V3", "5V", "GND", "id"]

_GPIO: Final = {
    3: 2,
    5: 3,
    7: 4,
    8: 14,
    10: 15,
    11: 17,
    12: 18,
    13: 27,
    15: 22,
    16: 23,
    18: 24,
    19: 10,
    21: 9,
    22: 25,
    23: 11,
    24: 8,
    26: 7,
    29: 5,
    31: 6,
    32: 12,
    33: 13,
    35: 19,
    36: 16,
    37: 26,
    38: 20,
    40: 21,
}
_POWER: Final[dict[int, Kind]] = {
    **dict.fromkeys((1, 17), "3V3"),
    **dict.fromkeys((2, 4), "5V"),
    **dict.fromkeys((6, 9, 14, 20, 25, 30, 34, 39), "GND"),
    **dict.fromkeys((27, 28), "id"),
}


class Contact(NamedTuple):
    """One pin of the header: its place, 1 to 40, what it is, and its GPIO number (None for power)."""

    physical: int
    kind: Kind
    gpio: int | None

    @property
    def name(self) -> str:
        """What it is called on drawings."""
        return (
            f"GPIO {self.gpio}"
            if self.gpio is not None
            else {"id": "ID", "GND": "Masse"}.get(self.kind, self.kind)
        )


HEADER: Final = tuple(
    Contact(physical, _POWER.get(physical, "gpio"), _GPIO.get(physical)) for physical in range(1, 41)
)
"""The pins in the order of their numbers."""

BY_GPIO: Final = {contact.gpio: contact for contact in HEADER if contact.gpio is not None}


FEEDS: Final[dict[str, Contact]] = {"3V3": HEADER[0], "5V": HEADER[1], "GND": HEADER[5]}
"""The pin that feeds each rail's terminal block: 1, 2 and 6."""
