"""What lies around the processes and can fail too: links and a disk."""

from __future__ import annotations

import time
from collections.abc import Sequence

from simulation.chaos.keeping import DISK_IN_USE, Disk
from simulation.chaos.links import Bundle, Link
from simulation.chaos.parts import Part, Stage
from simulation.chaos.plan import Fault


class LinkPart(Part):
    """A part's link to the broker, or the one way of a whole building to it."""

    def __init__(self, name: str, stage: Stage, faults: Sequence[Fault], link: Link | Bundle) -> None:
        super().__init__(name, stage, faults)
        self._link = link

    def suffer(self, fault: Fault) -> str:
        """See Part."""
        match fault.kind:
            case "cut":
                self._link.cut()
            case "deaf":
                self._link.hold(up=False)
            case _:
                self._link.hold()
        time.sleep(fault.seconds)
        if fault.kind == "deaf":
            self._link.cut()  # what was said to it is lost for good
        self._link.heal()
        return ""


class DiskPart(Part):
    """The disk that the journal is on."""

    def __init__(self, name: str, stage: Stage, faults: Sequence[Fault], disk: Disk) -> None:
        super().__init__(name, stage, faults)
        self._disk = disk

    def suffer(self, fault: Fault) -> str:
        """See Part."""
        with DISK_IN_USE:
            self._disk.fill()
            try:
                time.sleep(fault.seconds)
            finally:
                self._disk.empty()
        return ""
