"""The free (green) or taken (red) light at a room's door.

People: see green for free, red for taken.

Wiring: two LEDs, each from its pin through 330 Ω to ground; beside them the words LIBRE / OCCUPÉ, green
above red, so that nothing is said by colour alone. Mains lamps only through a certified relay box.

Cut off: dark.
"""

from __future__ import annotations

from broker.contract import compiled, views
from broker.contract.access import room_display
from broker.contract.topics import Topics
from nodes.lamps import Pattern
from nodes.slot import Device, Slot

TEST_S = 3.0


class RoomLight(Device):
    """Shows what the hall says of the room; both lamps are dark when that is unknown or too old."""

    def __init__(self, slot: Slot, record: compiled.RoomLight) -> None:
        super().__init__(slot)
        self._light = record

    def start(self) -> None:
        """See Device."""
        self._green = self.slot.lamp(self._light.green)
        self._red = self.slot.lamp(self._light.red)
        topic = Topics(self.slot.site.id).of("display", room_display(self._light.room))
        self._view = self.slot.follow(topic, views.RoomLightView, self._redraw)
        self._redraw()

    def test(self) -> None:
        """See Device."""
        self._green.hint(Pattern.LIT, TEST_S)
        self._red.hint(Pattern.LIT, TEST_S)

    def _redraw(self) -> None:
        view = self._view.fresh()
        taken = None if view is None else view.taken
        self._green.rest(Pattern.LIT if taken is False else Pattern.OFF)
        self._red.rest(Pattern.LIT if taken is True else Pattern.OFF)
