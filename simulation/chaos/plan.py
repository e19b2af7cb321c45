"""A plan of faults: what happens to which part, when, for how long. The same seed draws the same plan."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import msgspec

T = TypeVar("T")

Kind: TypeAlias = Literal[
    "kill",
    "stop",
    "clock",
    "no_clock",
    "keep_outbox",
    "old_outbox",
    "broken_outbox",
    "keep_journal",
    "old_journal",
    "cut",
    "hang",
    "deaf",
    "freeze",
    "full_disk",
]
"""What can happen to a part.

Each of these ends it with kill -9 and starts it again after ``seconds``:

- ``kill``: nothing else; a killed broker begins again from nothing.
- ``clock``: a node comes back from a reboot with its clock ``shift_s`` beside the truth.
- ``no_clock``: a node comes back from a reboot without knowing the time.
- ``keep_outbox``, ``old_outbox``: a node's outbox is copied while it is down; the copy is put back.
- ``broken_outbox``: pages of a node's outbox are overwritten while it is down.
- ``old_journal``: the copy of the journal that ``keep_journal`` took of the running hall is put back.

These kill nobody:

- ``stop``: a part is ended as systemd does it (SIGTERM), and started again after ``seconds``.
- ``cut``, ``hang``, ``deaf``: a link is cut and refused; lets nothing through and then goes on; lets
  nothing through to the part, and is then cut.
- ``freeze``: a process is stopped (SIGSTOP), and goes on.
- ``full_disk``: the disk of the hall's journal has no byte left.
"""

KILLS: frozenset[Kind] = frozenset(
    {"kill", "clock", "no_clock", "keep_outbox", "old_outbox", "broken_outbox", "old_journal"}
)
"""The kinds that count as a kill."""

BROKER, HALL, FEED, DASHBOARD, INFLUXD, DISK = "mosquitto", "hall", "feed", "dashboard", "influxd", "disk"
"""The parts beside the nodes, which have their own names."""

LINK = "link/"
"""Begins the name of a part's link to the broker, and of a building's, which is its nodes' one way there."""

KILL_EVERY_S = 3.0
"""Seconds between two kills, on average."""

OTHERS_A_KILL = 0.5
"""Faults that kill nobody, for each kill."""

_SHIFTS_S = (-7200, -600, -30, -1, 1, 30, 600, 7200)


class Fault(msgspec.Struct, frozen=True):
    """One fault. ``at_s`` counts from the begin of the load; ``shift_s`` is a clock's, in civil seconds.

    Where its part is still down from the fault before, it comes as soon as the part is up.
    """

    at_s: float
    kind: Kind
    part: str
    seconds: float
    shift_s: int = 0


class Plan(msgspec.Struct, frozen=True):
    """Everything that will happen, in the order of its time."""

    seed: int
    faults: tuple[Fault, ...]

    @property
    def kills(self) -> int:
        """How many times a part is ended by kill -9."""
        return sum(fault.kind in KILLS for fault in self.faults)

    def of(self, part: str) -> list[Fault]:
        """What happens to one part."""
        return [fault for fault in self.faults if fault.part == part]


def draw(
    seed: int,
    kills: int,
    nodes: Sequence[str],
    *,
    kiosks: Sequence[str],
    influxd: bool,
    disk: bool,
    buildings: Sequence[str] = (),
) -> Plan:
    """Draw a plan.

    Half of the nodes may get a wrong clock, the others an old or a broken outbox: one card that comes back
    from the past and counts its days by a clock from the future would be two faults too many to judge. Kiosks
    get neither: cut off before it hears the hall, such a card cannot know which numbers it gave.

    Args:
        seed: the same one draws the same plan.
        kills: how many.
        nodes: those that are there.
        kiosks: those of them that give numbers.
        influxd: whether it is the store.
        disk: whether the hall's disk can be filled.
        buildings: those whose link can be cut.
    """
    chance = random.Random(f"{seed} {kills}")
    shuffled = [*kiosks, *(node for node in chance.sample(nodes, len(nodes)) if node not in kiosks)]
    half = len(shuffled) // 2
    draws = _Draws(chance, nodes, shuffled[:half], shuffled[half:], buildings, influxd=influxd, disk=disk)
    faults: list[Fault] = []
    at_s = 1.0
    for _ in range(kills):
        at_s += chance.uniform(0.2, 2 * KILL_EVERY_S - 0.2)
        fault = draws.kill(at_s)
        if fault.kind == "old_journal":
            faults.append(Fault(max(1.0, at_s - chance.uniform(3, 40)), "keep_journal", HALL, 0))
        faults.append(fault)
    faults += [draws.other(chance.uniform(1.0, at_s)) for _ in range(round(kills * OTHERS_A_KILL))]
    return Plan(seed, tuple(sorted(faults, key=lambda fault: fault.at_s)))


class _Draws:
    """The lots that a plan is drawn from."""

    def __init__(
        self,
        chance: random.Random,
        nodes: Sequence[str],
        wrong_clocks: Sequence[str],
        old_cards: Sequence[str],
        buildings: Sequence[str],
        *,
        influxd: bool,
        disk: bool,
    ) -> None:
        self._chance, self._nodes, self._buildings = chance, nodes, buildings
        self._wrong_clocks, self._old_cards = wrong_clocks, old_cards
        self._kept: set[str] = set()
        self._parts = {BROKER: 5, HALL: 7, FEED: 3, DASHBOARD: 2, INFLUXD: 3 if influxd else 0}
        self._others: dict[Kind, int] = {
            "stop": 3,
            "cut": 5,
            "hang": 4,
            "deaf": 4,
            "freeze": 3,
            "full_disk": 2 if disk else 0,
        }
        self._frozen = [BROKER, HALL, *([INFLUXD] * 2 if influxd else [])]

    def kill(self, at_s: float) -> Fault:
        """One that kills a part."""
        what = self._one_of({"node": 14, "part": 17, "clock": 3, "card": 4, "journal": 2})
        pause_s = self._pause_s()
        match what:
            case "node":
                return Fault(at_s, "kill", self._chance.choice(self._nodes), pause_s)
            case "clock":
                node = self._chance.choice(self._wrong_clocks)
                if self._chance.random() < 0.3:  # noqa: PLR2004 - a share
                    return Fault(at_s, "no_clock", node, pause_s)
                return Fault(at_s, "clock", node, pause_s, self._chance.choice(_SHIFTS_S))
            case "card":
                node = self._chance.choice(self._old_cards)
                if self._chance.random() < 0.25:  # noqa: PLR2004 - a share
                    return Fault(at_s, "broken_outbox", node, pause_s)
                if node in self._kept and self._chance.random() < 0.6:  # noqa: PLR2004 - a share
                    return Fault(at_s, "old_outbox", node, pause_s)
                self._kept.add(node)
                return Fault(at_s, "keep_outbox", node, pause_s)
            case "journal":
                return Fault(at_s, "old_journal", HALL, pause_s)
            case _:
                return Fault(at_s, "kill", self._one_of(self._parts), pause_s)

    def other(self, at_s: float) -> Fault:
        """One that kills nobody."""
        kind = self._one_of(self._others)
        match kind:
            case "stop":
                return Fault(
                    at_s, kind, self._chance.choice([*self._nodes, HALL, DASHBOARD]), self._pause_s()
                )
            case "full_disk":
                return Fault(at_s, kind, DISK, self._chance.uniform(1, 6))
            case "freeze":
                return Fault(at_s, kind, self._chance.choice(self._frozen), self._chance.uniform(0.5, 6))
            case _:
                # The hall's link carries everybody's events: a quarter of these is its.
                ends = self._nodes if self._chance.random() < 0.75 else [HALL]  # noqa: PLR2004 - a share
                if self._buildings and self._chance.random() < 0.4:  # noqa: PLR2004 - a share
                    ends = self._buildings
                seconds = self._chance.uniform(0.3, 7)
                return Fault(at_s, kind, LINK + self._chance.choice(ends), seconds)

    def _pause_s(self) -> float:
        """Mostly as quick as systemd, sometimes as slow as a person."""
        return self._chance.choice((0.1, 0.3, 1.0, 2.0, 5.0))

    def _one_of(self, weights: Mapping[T, int]) -> T:
        return self._chance.choices([*weights], [*weights.values()])[0]


def write(plan: Plan, path: Path) -> None:
    """Keep a plan, so that it can be played again."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(plan)))


def read(path: Path) -> Plan:
    """A kept plan. Raises OSError, msgspec.MsgspecError."""
    return msgspec.json.decode(path.read_bytes(), type=Plan)
