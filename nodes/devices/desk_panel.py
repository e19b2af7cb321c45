"""The agent's panel: next, recall, no-show, done (held for two seconds: pause), and arrived.

People: next, recall, no-show, done (held 2 s: a pause), and where it has the button: arrived.

Wiring: four or five buttons that close their pins to ground (the Pi's own pull-ups); a lamp from its pin
through 330 Ω to ground.

Cut off: the lamp blinks fast after 3 s: not passed on.
"""

from __future__ import annotations

from broker.clock import SECOND
from broker.contract import compiled, messages, views
from broker.contract.topics import Topics
from nodes.lamps import Lamp, Pattern
from nodes.requests import Requests, new_key
from nodes.slot import Changed, Device, Slot
from nodes.timers import Timer

HOLD_S = 2.0
ACCEPTED_S = 1.0
REFUSED_S = 1.0
NOT_PASSED_ON_S = 4.0
TEST_S = 3.0


class DeskPanel(Device):
    """Asks the hall and shows its answer, never the outbox's.

    The lamp: lit while serving; lit for a second when the hall accepted; a short fast blink when it
    refused; a long fast blink when there was no answer in three seconds: not passed on.
    """

    def __init__(self, slot: Slot, record: compiled.DeskPanel) -> None:
        super().__init__(slot)
        self._panel = record
        self._requests = Requests(slot, self._not_passed_on)
        self._lamp: Lamp | None = None
        self._holding: Timer | None = None

    def start(self) -> None:
        """See Device."""
        if self._panel.lamp is not None:
            self._lamp = self.slot.lamp(self._panel.lamp)
        topic = Topics(self.slot.site.id).of("view", "desk", self._panel.desk)
        self._view = self.slot.follow(topic, views.DeskView, self._redraw)
        self.slot.button(self._panel.next, self._on_press(messages.NextRequested))
        self.slot.button(self._panel.recall, self._on_press(messages.RecallRequested))
        self.slot.button(self._panel.no_show, self._on_press(messages.NoShowRequested))
        self.slot.button(self._panel.done, self._on_done)
        if self._panel.start is not None:
            self.slot.button(self._panel.start, self._on_press(messages.StartRequested))
        self._redraw()

    def answer(self, answer: messages.Answer) -> None:
        """See Device."""
        if not self._requests.answered(answer):
            return
        if answer.accepted:
            self._say(Pattern.LIT, ACCEPTED_S)
        else:
            self._say(Pattern.FAST, REFUSED_S)

    def test(self) -> None:
        """See Device."""
        if self._lamp:
            self._lamp.hint(Pattern.LIT, TEST_S)

    def _on_press(self, request: type[messages.DeskRequest]) -> Changed:
        return lambda pressed, at_ns: self._ask(request, at_ns) if pressed else None

    def _on_done(self, pressed: bool, at_ns: int) -> None:
        """Done counts when let go, so that a hold can mean pause."""
        if pressed:
            self._holding = self.slot.at(at_ns + round(HOLD_S * SECOND), self._on_hold)
        elif self._holding:
            self._holding.cancel()
            self._holding = None
            self._ask(messages.DoneRequested, at_ns)

    def _on_hold(self) -> None:
        self._holding = None
        self._ask(messages.PauseRequested, self.slot.now_ns())

    def _ask(self, request: type[messages.DeskRequest], at_ns: int) -> None:
        view = self._view.fresh()
        call = "" if view is None else view.call
        self._requests.send(
            request(device=self.slot.id, key=new_key(), desk=self._panel.desk, call=call), at_ns
        )

    def _redraw(self) -> None:
        view = self._view.fresh()
        if self._lamp:
            self._lamp.rest(Pattern.LIT if view is not None and view.state == "serving" else Pattern.OFF)

    def _not_passed_on(self) -> None:
        self._say(Pattern.FAST, NOT_PASSED_ON_S)

    def _say(self, pattern: Pattern, seconds: float) -> None:
        if self._lamp:
            self._lamp.show(pattern, seconds)
