"""A seat or a room that is taken or free. Presence only: nobody is recognised.

Wiring: a seat has a pressure mat or microswitch that closes its pin to ground (the Pi's own pull-up).
A room has a presence sensor whose output drives the pin high (PIR HC-SR501 or radar LD2410: supply
5 V, output 3.3 V; the Pi's own pull-down).
"""

from __future__ import annotations

from broker.contract import compiled, messages
from nodes.slot import Device, Slot
from nodes.timers import Timer


def drives_high(record: compiled.Presence) -> bool:
    """Whether the sensor drives its pin high when it sees somebody: a room's; a seat's closes to ground."""
    return record.kind == "room"


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
    """A contact under a seat, or a room's sensor with an output of its own."""

    def __init__(self, slot: Slot, record: compiled.Presence) -> None:
        super().__init__(slot, record)
        self._sensor = record

    def start(self) -> None:
        """See Device."""
        taken = self.slot.input(self._sensor.pin, self.changed, active_high=drives_high(self._sensor))
        self.begin(taken, self.slot.now_ns())
