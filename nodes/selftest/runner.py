"""Walks through a plan, one step at a time, until each has a verdict."""

from __future__ import annotations

from typing import NamedTuple

from broker.clock import SECOND
from broker.contract import compiled
from broker.contract.compiled import Text
from nodes.runtime import Runtime
from nodes.selftest.contacts import PressTrial, WalkTrial
from nodes.selftest.distances import NearTrial
from nodes.selftest.outputs import AskTrial, PrintTrial, ShineTrial, ShowTrial
from nodes.selftest.steps import Ask, Near, Press, Print, Shine, Step, Walk
from nodes.selftest.trials import Ended, Outcome, Trial, Verdict, others
from nodes.slot import Slot
from nodes.timers import Timer

YES, NO, SKIP = "oy", "n", "s\r\n"
"""Keys: oui or yes; non or no; skip, which Enter does too."""

_SKIPPED = Text(fr="sauté par le technicien", en="skipped by the technician")
_INTERRUPTED = Text(fr="essai interrompu", en="test interrupted")


class Result(NamedTuple):
    """A step and how it ended."""

    step: Step
    outcome: Outcome
    detail: Text


class Listener:
    """Hears how the test goes; this one says nothing."""

    def asked(self, number: int, count: int, step: Step) -> None:
        """A step has begun: its pins are open, and the technician may act."""

    def ended(self, result: Result) -> None:
        """It has its verdict."""


class Runner:
    """Tries one step after the other. All calls belong on the node's thread.

    Args:
        runtime: whose loop, pins and timers are used.
        record: the node's description.
        steps: what is tried.
        limit_s: seconds of machine time for each step.
        listener: hears how it goes.
    """

    def __init__(
        self,
        runtime: Runtime,
        record: compiled.Node,
        steps: list[Step],
        *,
        limit_s: float,
        listener: Listener,
    ) -> None:
        self.results: list[Result] = []
        self._runtime, self._steps = runtime, steps
        self._records = {device.id: device for device in record.devices}
        self._limit_ns = round(limit_s * SECOND)
        self._listener = listener
        self._slot: Slot | None = None
        self._limit: Timer | None = None

    @property
    def is_over(self) -> bool:
        """Whether every step has its verdict."""
        return len(self.results) == len(self._steps)

    def begin(self) -> None:
        """Begin with the next step, if there is one."""
        if self.is_over:
            return
        step = self._steps[len(self.results)]
        number = len(self.results)

        def ended(verdict: Verdict) -> None:
            # Later, so that a trial is never unmounted from inside of itself; and for its own step only.
            self._runtime.put(lambda: self._end(verdict) if len(self.results) == number else None)

        slot = Slot(self._runtime, self._records[step.device], lambda slot: self._trial(slot, step, ended))
        self._slot = slot
        slot.start()
        self._limit = self._runtime.at(self._runtime.now_ns() + self._limit_ns, self._expire)
        self._listener.asked(number + 1, len(self._steps), step)
        if slot.state == "failed":
            ended(Verdict("failed", _cannot(slot.detail)))

    def key(self, key: str) -> None:
        """The technician pressed a key; those that mean nothing change nothing."""
        trial = self._current()
        if trial is None or not key:
            return
        if key.lower() in YES:
            trial.answer_yes()
        elif key.lower() in NO:
            trial.failed(trial.refused())
        elif key.lower() in SKIP:
            self._end(Verdict("skipped", _SKIPPED))

    def interrupt(self) -> None:
        """End now: what has no verdict yet is skipped."""
        self._leave()
        for step in self._steps[len(self.results) :]:
            self.results.append(Result(step, "skipped", _INTERRUPTED))

    def _trial(self, slot: Slot, step: Step, ended: Ended) -> Trial:
        record = slot.description
        match step.act:
            case Press() as press:
                return PressTrial(slot, step, press, others(step, self._steps), ended)
            case Walk() as walk:
                return WalkTrial(slot, step, walk, ended)
            case Near() if isinstance(record, compiled.TofSensor):
                return NearTrial(slot, step, record, ended)
            case Shine() as shine:
                return ShineTrial(slot, step, shine, ended)
            case Ask() if isinstance(record, compiled.TicketPrinter):
                return AskTrial(slot, step, record, ended)
            case Print() if isinstance(record, compiled.TicketPrinter):
                return PrintTrial(slot, step, record, ended)
            case _:
                return ShowTrial(slot, step, ended)

    def _current(self) -> Trial | None:
        device = self._slot.device if self._slot else None
        return device if isinstance(device, Trial) else None

    def _expire(self) -> None:
        trial, slot = self._current(), self._slot
        if slot is not None and (trial is None or slot.state == "failed"):
            self._end(Verdict("failed", _cannot(slot.detail)))
        elif trial is not None:
            self._end(Verdict("failed", trial.expired()))

    def _end(self, verdict: Verdict) -> None:
        self._leave()
        result = Result(self._steps[len(self.results)], *verdict)
        self.results.append(result)
        self._listener.ended(result)
        self.begin()

    def _leave(self) -> None:
        if self._limit:
            self._limit.cancel()
        if self._slot:
            self._slot.stop()
        self._limit = self._slot = None


def _cannot(detail: str) -> Text:
    """The device could not be started: most often the node's service holds the pins."""
    return Text(
        fr=f"{detail} (le service du nœud est-il arrêté ?)", en=f"{detail} (is the node's service stopped?)"
    )
