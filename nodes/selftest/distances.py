"""The trial of a distance sensor."""

from __future__ import annotations

from broker.contract import compiled
from broker.contract.compiled import Text
from nodes.hardware.interface import Measured
from nodes.nearness import Nearness
from nodes.selftest.steps import Step
from nodes.selftest.trials import Ended, Trial
from nodes.slot import Slot
from nodes.watch import Watch


class NearTrial(Trial):
    """Waits until the sensor has seen the place free, and then somebody near.

    Args:
        slot: where it is mounted.
        step: what is tried.
        record: the sensor.
        ended: told the verdict.
    """

    def __init__(self, slot: Slot, step: Step, record: compiled.TofSensor, ended: Ended) -> None:
        super().__init__(slot, step, ended)
        self._record = record
        self._near = Nearness(record.near_mm, record.far_mm)
        self._was_free = False
        self._latest: Measured | None = None
        self._watch: Watch | None = None

    def start(self) -> None:
        """See Device."""
        self._watch = Watch(self.slot, self._record, self._measured)

    def stop(self) -> None:
        """See Device."""
        if self._watch:
            self._watch.close()

    def expired(self) -> Text:
        """See Trial."""
        if self._latest is None:
            return Text(fr="rien n'a été mesuré", en="nothing was measured")
        shown = "∞" if self._latest.mm is None else f"{self._latest.mm} mm"
        if not self._was_free:
            return Text(fr=f"jamais libre, {shown} mesurés", en=f"never free, {shown} measured")
        return Text(fr=f"personne ne s'est approché, {shown}", en=f"nobody came near, {shown}")

    def _measured(self, measured: Measured, _at_ns: int) -> None:
        self._latest = measured
        if not self._near.measured(measured.mm):
            return
        if not self._near.present:
            self._was_free = True
        elif self._was_free:
            self.passed(Text(fr=f"vu à {measured.mm} mm", en=f"seen at {measured.mm} mm"))
