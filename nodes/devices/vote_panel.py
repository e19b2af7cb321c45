"""The barometer's big buttons: one press, one vote, on disk before the lamp says thank you.

People: press one of the barometer's buttons; the lamp lights for 1.5 s once the vote is on disk, and the
barometer's LED display on the same Raspberry Pi says thank you, then shows the bars with this vote.

Wiring: each button closes its pin to ground (the Pi's own pull-up, about 50 kΩ; for cables over 3 m
add 4.7 kΩ to 3.3 V). Each lamp: a 3.3 V LED from its pin through 330 Ω to ground (about 5 mA); 12 V
arcade lamps through a ULN2803 with their own supply, grounds joined.

Cut off: goes on; asks the day's question. Outbox full: no lamp lights.
"""

from __future__ import annotations

from broker.clock import SECOND
from broker.contract import compiled, messages, views
from broker.contract.questions import question_on
from broker.contract.topics import Topics
from nodes.devices.led_display import LedDisplay
from nodes.lamps import Lamp, Pattern
from nodes.slot import Changed, Device, Slot

THANKS_S = 1.5
ANSWER_S = 7.0
"""So long the display speaks to who pressed: thanks twice, then the bars."""

TEST_S = 3.0


class VotePanel(Device):
    """Casts votes for the question of the day.

    A press within the barometer's pause after the last vote that counted is cast as ``too_fast``:
    counted apart, so that one hand cannot fill a bar, and never lost.
    """

    def __init__(self, slot: Slot, record: compiled.VotePanel) -> None:
        super().__init__(slot)
        self._panel = record
        self._barometer = slot.site.barometer(self._panel.barometer)
        self._counted_ns: int | None = None
        self._lamps: dict[int, Lamp] = {}

    def start(self) -> None:
        """See Device."""
        topic = Topics(self.slot.site.id).of("view", "barometer", self._panel.barometer)
        self._view = self.slot.follow(topic, views.BarometerView, lambda: None)
        for button in self._panel.buttons:
            self._lamps[button.answer] = self.slot.lamp(button.lamp)
            self.slot.button(button.pin, self._on_button(button.answer))
        self._display = next(
            (
                display.device
                for display in self.slot.site.displays
                if display.node == self.slot.node.id
                and (display.shows, display.subject) == ("barometer", self._barometer.id)
            ),
            None,
        )

    def test(self) -> None:
        """See Device."""
        for lamp in self._lamps.values():
            lamp.hint(Pattern.LIT, TEST_S)

    def _on_button(self, answer: int) -> Changed:
        return lambda pressed, at_ns: self._cast(answer, at_ns) if pressed else None

    def _cast(self, answer: int, at_ns: int) -> None:
        pause_ns = round(self._barometer.pause_s * SECOND)
        too_fast = self._counted_ns is not None and at_ns - self._counted_ns < pause_ns
        question = self._question()
        if answer >= len(question.answers):
            return  # this question has fewer answers than the panel has buttons: nobody has voted
        vote = messages.VoteCast(
            device=self.slot.id,
            barometer=self._barometer.id,
            question=question.id,
            answer=answer,
            too_fast=too_fast,
        )
        # A full outbox raises here: no lamp lights for a vote that is not on disk.
        self.slot.record(vote, at_ns)
        if not too_fast:
            self._counted_ns = at_ns
        self._lamps[answer].show(Pattern.LIT, THANKS_S)
        if too_fast:
            self._ask_to_wait(pause_ns - (at_ns - (self._counted_ns or 0)))
        else:
            self._thank(question, answer)

    def _thank(self, question: compiled.Question, answer: int) -> None:
        """Thanks, then the bars with this vote; below the minimum, how many votes there are of how many."""
        frames = [
            views.Frame(text="Merci !", seconds=THANKS_S),
            views.Frame(text="Thank you!", seconds=THANKS_S),
        ]
        view, bars = self._view.fresh(), list[float]()
        if view is not None and view.question == question.id and len(view.answers) == len(question.answers):
            counts = [known.votes + (place == answer) for place, known in enumerate(view.answers)]
            votes = sum(counts)
            if votes >= self._barometer.minimum_votes:
                bars = [count / votes for count in counts]
            else:
                frames.append(views.Frame(text=f"{votes}/{self._barometer.minimum_votes} votes"))
        self._say(frames, bars)

    def _ask_to_wait(self, left_ns: int) -> None:
        """A press in the pause is kept apart: whoever comes next should know when a vote counts again."""
        seconds = -(-left_ns // SECOND)
        said = (f"Encore {seconds} s", f"Wait {seconds} s")
        self._say([views.Frame(text=text, seconds=THANKS_S) for text in said], [])

    def _say(self, frames: list[views.Frame], bars: list[float]) -> None:
        if self._display is not None:
            seconds = ANSWER_S if bars else sum(frame.seconds for frame in frames)
            self.slot.tell(self._display, LedDisplay, lambda display: display.override(frames, seconds, bars))

    def _question(self) -> compiled.Question:
        """What the hall asks now; cut off, what the calendar says."""
        view = self._view.fresh()
        asked = next((one for one in self._barometer.questions if view and one.id == view.question), None)
        return asked or self._by_calendar()

    def _by_calendar(self) -> compiled.Question:
        """The question of today's date; the first of all where none is asked, or the date is not known."""
        questions, today = self._barometer.questions, self.slot.today()
        return (None if today is None else question_on(questions, today)) or questions[0]
