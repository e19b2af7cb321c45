"""Measures the wind above the tent: the highest gust and the mean of each minute, in km/h.

People: nothing: it turns above the tent.

Wiring: a cup anemometer with a reed contact, on a mast 2 m above the tent's ridge, away from the building's
lee. The contact closes its pin to ground (the Pi's own pull-up); at the Pi 1 kΩ in series and 100 nF from
the pin to ground against what a long cable catches. Two-wire cable, 20 m at most.

A broken wire cannot be told from no wind: both are no pulses. Whoever relies on it spins the cups by hand
each morning (``preaccueil node test``), and looks whether it turns when the trees move.

Cut off: goes on.
"""

from __future__ import annotations

from broker.contract import compiled, messages
from nodes.slot import Device, Slot
from nodes.wind import Gusts

REPORT_S = 60.0
SETTLE_S = 0.0015
"""At 200 km/h a common anemometer closes for 3 ms, 83 times a second; its contact bounces for under 1 ms."""


class Anemometer(Device):
    """Records the wind each minute, and at once when a gust passes one of its limits: each once a minute."""

    def __init__(self, slot: Slot, record: compiled.Anemometer) -> None:
        super().__init__(slot)
        self._record = record
        self._limits: list[float] = []

    def start(self) -> None:
        """See Device."""
        self._gusts = Gusts(self._record.km_h_per_hz, self.slot.now_ns())
        self._limits = sorted(self._record.limits_km_h)
        self.slot.input(self._record.pin, self._moved, settle_s=SETTLE_S)
        self.slot.after(REPORT_S, self._minute)

    def test(self) -> None:
        """See Device."""
        self.slot.remark("turning" if self._gusts.is_turning(self.slot.now_ns()) else "standing_still")

    def _moved(self, closed: bool, at_ns: int) -> None:
        if not closed:
            return
        now = self._gusts.pulse(at_ns)
        passed = [limit for limit in self._limits if now > limit]
        if passed:
            self._limits = self._limits[len(passed) :]
            self._say(now, now, at_ns)

    def _minute(self) -> None:
        self._limits = sorted(self._record.limits_km_h)
        now_ns = self.slot.now_ns()
        gust, mean = self._gusts.take(now_ns)
        # A storm that goes on has been told of this minute: only what it passes anew is told at once.
        self._limits = [limit for limit in self._limits if limit >= self._gusts.gust]
        self.slot.after(REPORT_S, self._minute)
        self._say(gust, mean, now_ns)

    def _say(self, gust: float, mean: float, at_ns: int) -> None:
        said = messages.WindMeasured(device=self.slot.id, km_h=round(gust, 1), mean_km_h=round(mean, 1))
        self.slot.record(said, at_ns)
