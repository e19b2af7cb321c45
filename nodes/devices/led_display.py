"""A LED display one character high: frames in turn, scrolled when they do not fit, then bars.

People: read frames in turn, scrolled when too long, or bars; dim at night where that is described.

Wiring: a chain of MAX7219 8×8 modules on SPI: VCC to a 5 V supply of its own (up to 0.3 A a module,
never from the Pi), grounds joined, DIN to MOSI (GPIO 10), CLK to SCLK (GPIO 11), CS to CE0 (GPIO 8) or
CE1 (GPIO 7). Over 30 cm of cable, or when the picture flickers, a 74AHCT125 shifts the levels to 5 V.

Cut off: ``--``, or a text that is always true.
"""

from __future__ import annotations

from collections.abc import Sequence

from broker.clock import SECOND
from broker.contract import compiled, views
from broker.contract.topics import Topics
from nodes.daylight import shine
from nodes.devices.buzzer import Buzzer
from nodes.followed import Followed
from nodes.slot import Device, Slot
from nodes.timers import Timer

COLUMNS_PER_S = 25
REST_S = 1.0
"""A scrolling text rests at its beginning for this long, to be found by the eye."""
HALF_BLINK_S = 0.4
BARS_S = 8.0
"""Bars are the last turn after the frames: long enough to read four columns."""

TEST_DOTS_S = 3.0
TEST_S = 10.0
"""Every dot on and off, then the node's name, which scrolls on a small display."""

LOOK_AT_CLOCK_S = 60.0
"""So soon at the latest the clock is looked at again: it may have been set meanwhile."""

_UNKNOWN = "--"


class LedDisplay(Device):
    """Shows what the hall says; what is too old becomes ``--``, or a text that is always true."""

    def __init__(self, slot: Slot, record: compiled.LedDisplay) -> None:
        super().__init__(slot)
        self._record = record
        self._shown: tuple[list[views.Frame], list[float]] = ([], [])
        self._frame = 0
        self._timer: Timer | None = None
        self._notice: list[views.Frame] = []
        self._override: tuple[list[views.Frame], list[float]] | None = None
        self._override_ends: Timer | None = None
        self._hint: list[views.Frame] = []
        self._hint_ends: Timer | None = None
        self._called = ""

    def start(self) -> None:
        """See Device."""
        self._matrix = self.slot.hardware.open_display(self._record)
        self._matrix.shine(self._record.brightness)
        self._follow_daylight()
        site = self.slot.site
        self._display = next(
            (
                display
                for display in site.displays
                if (display.node, display.device) == (self.slot.node.id, self.slot.id)
            ),
            None,
        )
        self._view: Followed[views.DisplayView] | None = None
        if self._display is not None:
            topic = Topics(site.id).of("display", self._display.id)
            self._view = self.slot.follow(topic, views.DisplayView, self._view_changed)
        self._redraw()

    def stop(self) -> None:
        """See Device."""
        self._matrix.close()

    def _follow_daylight(self) -> None:
        now = shine(self._record, self.slot.local_now())
        if now is not None:
            self._matrix.shine(now.brightness)
            self.slot.after(min(max(now.seconds, 1.0), LOOK_AT_CLOCK_S), self._follow_daylight)

    def override(self, frames: list[views.Frame], seconds: float, bars: Sequence[float] = ()) -> None:
        """Show these frames instead, then these bars, for so many seconds: a press is answered at once."""
        if self._override_ends:
            self._override_ends.cancel()
        self._override = frames, list(bars)
        self._override_ends = self.slot.after(seconds, self._end_override)
        self._redraw()

    def notice(self, frames: list[views.Frame]) -> None:
        """Show these frames before all others until told otherwise; none takes them away."""
        if frames != self._notice:
            self._notice = frames
            self._redraw()

    def identify(self, seconds: float) -> None:
        """See Device: it has no lamps."""
        self.introduce(seconds)

    def test(self) -> None:
        """See Device."""
        every_dot = views.Frame(text="", seconds=TEST_DOTS_S, blink=True)
        name = views.Frame(text=f"{self.slot.node.id} é à ç € °", seconds=5.0)
        self._show_hint([every_dot, name], TEST_S)

    def introduce(self, seconds: float) -> None:
        """See Device."""
        self._show_hint([views.Frame(text=self.slot.node.id, seconds=seconds)], seconds)

    def _end_override(self) -> None:
        self._override = self._override_ends = None
        self._redraw()

    def _show_hint(self, frames: list[views.Frame], seconds: float) -> None:
        """For a technician, and under what a kiosk answers to a press; a new call ends it."""
        if self._hint_ends:
            self._hint_ends.cancel()
        self._hint = frames
        self._hint_ends = self.slot.after(seconds, self._end_hint)
        self._redraw()

    def _end_hint(self) -> None:
        if self._hint_ends:
            self._hint_ends.cancel()
        self._hint, self._hint_ends = [], None
        self._redraw()

    def _view_changed(self) -> None:
        view = self._view.fresh() if self._view else None
        if view is not None and self._view is not None:
            # A view that the broker kept is from before this node listened: its call is not new.
            self._chime(view.chime, silently=self._view.retained)
            if view.chime != self._called:
                self._called = view.chime
                self._end_hint()
        self._redraw()

    def _chime(self, key: str, *, silently: bool) -> None:
        for device in self.slot.node.devices:
            self.slot.tell(device.id, Buzzer, lambda buzzer: buzzer.chime(key, silently=silently))

    def _redraw(self) -> None:
        frames, bars = self._content()
        if (frames, bars) == self._shown:
            return
        self._shown, self._frame = (frames, bars), 0
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if not self._matrix.animated:
            self._matrix.show_text("\n".join(frame.text for frame in frames), 0)
        else:
            self._begin_frame()

    def _content(self) -> tuple[list[views.Frame], list[float]]:
        if self._override is not None:
            return self._override
        if self._hint:
            return self._hint, []
        view = self._view.fresh() if self._view else None
        if view is not None:
            return [*self._notice, *view.frames], list(view.bars)
        return [*self._notice, views.Frame(text=self._neutral())], []

    def _neutral(self) -> str:
        """What is true whatever happened since: no number, no wait, no count."""
        match self._display.shows if self._display else None:
            case "outside":
                return self.slot.site.outside_message.fr
            case "kiosk":
                return "Choisissez un service · Choose a service"
            case None:
                return ""
            case _:
                return _UNKNOWN

    # One frame after the other ------------------------------------------------------------------

    def _begin_frame(self) -> None:
        frames, bars = self._shown
        turns = len(frames) + bool(bars)
        if not turns:
            self._matrix.show_text("", 0)
            return
        if self._frame % turns == len(frames):
            self._matrix.show_bars(bars)
            if frames:
                self._timer = self.slot.after(BARS_S, self._next_frame)
            return
        frame = frames[self._frame % turns]
        columns = self._matrix.measure(frame.text)
        if columns > self._matrix.width:
            self._matrix.show_text(frame.text, 0)
            self._timer = self.slot.after(REST_S, lambda: self._scroll(frame, columns, self.slot.now_ns()))
            return
        self._matrix.show_text(frame.text, (self._matrix.width - columns) // 2)
        ends_ns = self.slot.now_ns() + round(frame.seconds * SECOND)
        if frame.blink:
            self._timer = self.slot.after(
                HALF_BLINK_S, lambda: self._blink(frame, columns, ends_ns, lit=False)
            )
        elif turns > 1:
            self._timer = self.slot.at(ends_ns, self._next_frame)

    def _next_frame(self) -> None:
        self._frame += 1
        self._begin_frame()

    def _blink(self, frame: views.Frame, columns: int, ends_ns: int, *, lit: bool) -> None:
        if self.slot.now_ns() >= ends_ns and lit:
            self._next_frame()
            return
        self._matrix.show_text(frame.text, (self._matrix.width - columns) // 2, lit=lit)
        self._timer = self.slot.after(HALF_BLINK_S, lambda: self._blink(frame, columns, ends_ns, lit=not lit))

    def _scroll(self, frame: views.Frame, columns: int, began_ns: int) -> None:
        """Where the text is follows from the time, so that a late tick never slows it down."""
        gone = (self.slot.now_ns() - began_ns) * COLUMNS_PER_S // SECOND
        if gone > columns:
            self._next_frame()
            return
        self._matrix.show_text(frame.text, -gone)
        self._timer = self.slot.after(1 / COLUMNS_PER_S, lambda: self._scroll(frame, columns, began_ns))
