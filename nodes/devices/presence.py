"""A seat or a room that is taken or free. Presence only: nobody is recognised.

People: sit down, come in; free after the hold time.

Wiring: a seat has a pressure mat or microswitch that closes its pin to ground (the Pi's own pull-up). A
room has a radar LD2410 or an infrared detector HC-SR501 (``sensor = "pir"``): supply 5 V, output 3.3 V that
drives the pin high (the Pi's own pull-down). On the HC-SR501 turn the time screw fully left (3 s) and set
the jumper to H, repeat: the hold time is the node's. ``active_high = false`` is for boards with an open
collector, whose output pulls the pin low (the Pi's own pull-up).

Cut off: goes on.
"""

from __future__ import annotations

from broker.contract import compiled, messages
from nodes.slot import Device, Slot
from nodes.timers import Timer

WARM_UP_S = 60.0
"""An infrared detector says nothing of meaning for so long after it was switched on (HC-SR501, datasheet)."""


class HeldPresence(Device):
    """Taken at once, free after the hold time without presence: people lean forward and sit still.

    The state is also recorded at every start, since it may have changed while the node was away.
    """

    def __init__(self, slot: Slot, record: compiled.Presence | compiled.TofPresence) -> None:
        super().__init__(slot)
        self._record = record
        self._taken = False
        self._leaving: Timer | None = None

    def begin(self, present: bool, at_ns: int) -> None:
        """What is the case at the start."""
        self._taken = present
        self._say(at_ns)

    def test(self) -> None:
        """See Device: what the sensor sees now, without the hold time."""
        sees = self._taken and self._leaving is None
        self.slot.remark("sees_somebody" if sees else "sees_nobody")

    def changed(self, present: bool, at_ns: int) -> None:
        """Somebody came, or is not seen any more."""
        if self._leaving:
            self._leaving.cancel()
            self._leaving = None
        if not present:
            self._leaving = self.slot.after(self._record.hold_s, lambda: self._become(False))
        else:
            self._become(True, at_ns)

    def _become(self, taken: bool, at_ns: int | None = None) -> None:
        if taken != self._taken:
            self._taken = taken
            self._say(self.slot.now_ns() if at_ns is None else at_ns)

    def _say(self, at_ns: int) -> None:
        self.slot.record(
            messages.PresenceChanged(
                device=self.slot.id,
                subject=self._record.subject,
                kind=self._record.kind,
                taken=self._taken,
            ),
            at_ns,
        )


class Presence(HeldPresence):
    """A contact under a seat, or a room's sensor with an output of its own.

    Of an infrared detector nothing is said before it is warm: nobody knows whether it was just switched on.
    """

    def __init__(self, slot: Slot, record: compiled.Presence) -> None:
        super().__init__(slot, record)
        self._sensor = record
        self._sees = False
        self._is_warm = record.senses != "pir"

    def start(self) -> None:
        """See Device."""
        self._sees = self.slot.input(self._sensor.pin, self._seen, active_high=self._sensor.drives_high)
        if self._is_warm:
            self.begin(self._sees, self.slot.now_ns())
        else:
            self.slot.after(WARM_UP_S, self._warm)

    def test(self) -> None:
        """See Device."""
        if self._is_warm:
            super().test()
        else:
            self.slot.remark("warming_up")

    def _warm(self) -> None:
        self._is_warm = True
        self.begin(self._sees, self.slot.now_ns())

    def _seen(self, sees: bool, at_ns: int) -> None:
        self._sees = sees
        if self._is_warm:
            self.changed(sees, at_ns)
