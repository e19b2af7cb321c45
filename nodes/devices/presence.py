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


class Presence(Device):
    """Taken at once, free after the hold time without presence: people lean forward and sit still.

    The state is also recorded at every start, since it may have changed while the node was away.
    """

    def __init__(self, slot: Slot, record: compiled.Presence) -> None:
        super().__init__(slot)
        self._presence = record
        self._taken = False
        self._leaving: Timer | None = None

    def start(self) -> None:
        """See Device."""
        self._taken = self.slot.input(
            self._presence.pin, self._changed, active_high=drives_high(self._presence)
        )
        self._record(self.slot.now_ns())

    def test(self) -> None:
        """See Device: what the sensor sees now, without the hold time."""
        sees = self._taken and self._leaving is None
        self.slot.remark("sees somebody" if sees else "sees nobody")

    def _changed(self, present: bool, at_ns: int) -> None:
        if self._leaving:
            self._leaving.cancel()
            self._leaving = None
        if not present:
            self._leaving = self.slot.after(self._presence.hold_s, lambda: self._become(False))
        else:
            self._become(True, at_ns)

    def _become(self, taken: bool, at_ns: int | None = None) -> None:
        if taken != self._taken:
            self._taken = taken
            self._record(self.slot.now_ns() if at_ns is None else at_ns)

    def _record(self, at_ns: int) -> None:
        self.slot.record(
            messages.PresenceChanged(
                device=self.slot.id,
                subject=self._presence.subject,
                kind=self._presence.kind,
                taken=self._taken,
            ),
            at_ns,
        )
