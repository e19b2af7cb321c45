"""The silent help button of a confidential room.

People: press, silently; the lamp blinks slowly once the hall knows, is lit when somebody comes.

Wiring: the button closes its pin to ground (the Pi's own pull-up), under the table's edge; the lamp, a
small LED seen by the agent only, from its pin through 1 kΩ to ground. No sound, anywhere.

Cut off: the lamp blinks fast after 3 s: call aloud, or press again.
"""

from __future__ import annotations

from broker.contract import compiled, messages, views
from broker.contract.access import room_display
from broker.contract.topics import Topics
from nodes.lamps import Lamp, Pattern
from nodes.requests import Requests, new_key
from nodes.slot import Device, Slot

NOT_PASSED_ON_S = 10.0
TEST_S = 3.0


class HelpButton(Device):
    """Asks for help once a press. The lamp is discreet and honest.

    It blinks slowly once the hall has the request, is lit when somebody is on the way, and blinks fast
    when nobody could be told within three seconds: then the agent has to call aloud, or press again.
    """

    def __init__(self, slot: Slot, record: compiled.HelpButton) -> None:
        super().__init__(slot)
        self._button = record
        self._requests = Requests(slot, self._not_passed_on)
        self._accepted = False

    def start(self) -> None:
        """See Device."""
        self._lamp: Lamp = self.slot.lamp(self._button.lamp, keeps=True)
        topic = Topics(self.slot.site.id).of("display", room_display(self._button.room))
        self._view = self.slot.follow(topic, views.RoomLightView, self._view_changed)
        self.slot.button(self._button.pin, self._on_button)
        self._redraw()

    def answer(self, answer: messages.Answer) -> None:
        """See Device."""
        if self._requests.answered(answer):
            self._accepted = answer.accepted
            self._lamp.cease()
            self._redraw()

    def test(self) -> None:
        """See Device."""
        self._lamp.hint(Pattern.LIT, TEST_S)

    def _on_button(self, pressed: bool, at_ns: int) -> None:
        if not pressed or self._requests:
            return
        self._lamp.end_hint()
        self._requests.send(
            messages.HelpRequested(device=self.slot.id, key=new_key(), room=self._button.room), at_ns
        )

    def _view_changed(self) -> None:
        self._accepted = False
        self._redraw()

    def _redraw(self) -> None:
        view = self._view.fresh()
        if view is not None and view.help == "acknowledged":
            self._lamp.rest(Pattern.LIT)
        elif self._accepted or (view is not None and view.help == "requested"):
            self._lamp.rest(Pattern.SLOW)
        else:
            self._lamp.rest(Pattern.OFF)

    def _not_passed_on(self) -> None:
        self._lamp.show(Pattern.FAST, NOT_PASSED_ON_S)
