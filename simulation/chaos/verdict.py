"""Confirmed ⊆ stored ⊆ pressed, each once: judged life by life, since clocks lie here.

Every start of a node is a life of it, and a run of its own in the store. Within a node lives follow each
other as runs do, and within a life events follow each other as presses do, whatever their dates say.
So both are laid side by side in their order; what finds no partner is lost or duplicated:

- **lost**: a confirmed press without an event; a ticket on paper whose number no event drew.
- **duplicated**: an event without a press of its own; a number on two tickets.

A press that nobody saw confirmed may be stored or not: nobody was promised anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from broker.contract import messages
from hall.store.interface import EventRow
from simulation.chaos.log import Began, Confirmed, Entry, Pressed
from simulation.ledger import Verdict

L = TypeVar("L")
R = TypeVar("R")

STARTED = str(messages.NodeStarted.__struct_config__.tag)


class Ticket(NamedTuple):
    """A drawn ticket as the journal has it."""

    node: str
    number: str


class Press(NamedTuple):
    """A press of a life."""

    gives: tuple[str, ...]
    confirmed: bool


class Wrong(NamedTuple):
    """What is wrong with a part of the whole."""

    lost: int = 0
    duplicated: int = 0

    @property
    def together(self) -> int:
        """Both."""
        return self.lost + self.duplicated

    def plus(self, other: Wrong) -> Wrong:
        """The sum of two."""
        return Wrong(self.lost + other.lost, self.duplicated + other.duplicated)


RIGHT = Wrong()


class Judgement(NamedTuple):
    """The verdict, and in words what is wrong, node by node."""

    verdict: Verdict
    reasons: list[str]


def judge(entries: Iterable[Entry], stored: Iterable[EventRow], drawn: Iterable[Ticket]) -> Judgement:
    """Compare what was pressed and confirmed with what the store answers.

    Args:
        entries: the driver's file.
        stored: every event point.
        drawn: every ticket of the journal.
    """
    entries = list(entries)
    seen = {entry.number: entry for entry in entries if isinstance(entry, Confirmed)}
    presses = [entry for entry in entries if isinstance(entry, Pressed)]
    counted = {event for press in presses for event in press.gives}
    lives: dict[str, dict[int, list[Press]]] = defaultdict(dict)
    for entry in entries:
        if isinstance(entry, Began):
            lives[entry.node][entry.life] = []
    for press in presses:
        lives[press.node][press.life].append(Press(press.gives, press.number in seen))
    rows = [row for row in stored if row.node in lives and row.type in {*counted, STARTED}]
    runs = _runs(rows)
    reasons: list[str] = []
    wrong = RIGHT
    for node, of_node in sorted(lives.items()):
        found = _lives([*of_node.values()], runs[node])
        if found.together:
            reasons.append(
                f"{node}: {len(of_node)} lives, {len(runs[node])} runs;"
                f" {found.lost} lost, {found.duplicated} duplicated"
            )
        wrong = wrong.plus(found)
    papers = [
        Ticket(press.node, seen[press.number].paper)
        for press in presses
        if press.number in seen and seen[press.number].paper
    ]
    on_paper = _papers(papers, [*drawn], reasons)
    wrong = wrong.plus(on_paper)
    verdict = Verdict(
        pressed=len(presses),
        confirmed=len(seen),
        stored=sum(row.type != STARTED for row in rows),
        lost=wrong.lost,
        duplicated=wrong.duplicated,
    )
    return Judgement(verdict, reasons)


def straight(left: Sequence[L], right: Sequence[R], pair: Callable[[L, R], Wrong]) -> Wrong:
    """What is wrong when every one has the partner at its own place."""
    wrong = RIGHT
    for one, other in zip(left, right, strict=True):
        wrong = wrong.plus(pair(one, other))
    return wrong


def side_by_side(
    left: Sequence[L],
    right: Sequence[R],
    pair: Callable[[L, R], Wrong],
    left_alone: Callable[[L], Wrong],
    right_alone: Callable[[R], Wrong],
) -> Wrong:
    """The least that can be wrong when two sequences are laid side by side in their order.

    Args:
        left: what should be there.
        right: what is there.
        pair: what is wrong with two as partners.
        left_alone: what is wrong with one of the left without a partner.
        right_alone: what is wrong with one of the right without a partner.
    """
    if len(left) == len(right) and not straight(left, right, pair).together:
        return RIGHT
    above = [RIGHT]
    for other in right:
        above.append(above[-1].plus(right_alone(other)))
    for one in left:
        row = [above[0].plus(left_alone(one))]
        for place, other in enumerate(right, 1):
            ways = (
                above[place - 1].plus(pair(one, other)),
                above[place].plus(left_alone(one)),
                row[-1].plus(right_alone(other)),
            )
            row.append(min(ways, key=lambda wrong: wrong.together))
        above = row
    return above[-1]


def _runs(rows: Sequence[EventRow]) -> dict[str, list[list[EventRow]]]:
    """The stored events of each node by run, runs in the order of their dates."""
    by_run: dict[tuple[str, str], list[EventRow]] = defaultdict(list)
    for row in rows:
        by_run[row.node, row.run].append(row)
    runs: dict[str, list[list[EventRow]]] = defaultdict(list)
    for (node, _), events in sorted(by_run.items(), key=lambda item: min(row.at_ns for row in item[1])):
        runs[node].append(sorted(events, key=lambda row: row.seq))
    return runs


def _lives(lives: Sequence[Sequence[Press]], runs: Sequence[Sequence[EventRow]]) -> Wrong:
    """The lives of a node and its runs: as many of one as of the other, and each has its own."""
    if len(lives) == len(runs):
        return straight(lives, runs, _life)
    return side_by_side(lives, runs, _life, _life_alone, _run_alone)


def _life(presses: Sequence[Press], run: Sequence[EventRow]) -> Wrong:
    """A life and the run that should be its own."""
    events = [row.type for row in run if row.type != STARTED]

    def pair(press: Press, event: str) -> Wrong:
        return RIGHT if event in press.gives else _press_alone(press).plus(Wrong(duplicated=1))

    return side_by_side(presses, events, pair, _press_alone, lambda _event: Wrong(duplicated=1))


def _press_alone(press: Press) -> Wrong:
    return Wrong(lost=int(press.confirmed))


def _life_alone(presses: Sequence[Press]) -> Wrong:
    return Wrong(lost=sum(press.confirmed for press in presses))


def _run_alone(run: Sequence[EventRow]) -> Wrong:
    return Wrong(duplicated=sum(row.type != STARTED for row in run))


def _papers(papers: Sequence[Ticket], drawn: Sequence[Ticket], reasons: list[str]) -> Wrong:
    """The numbers that people hold: each in the journal, none twice."""
    known = set(drawn)
    unknown = [paper for paper in papers if paper not in known]
    reasons += [f"{paper.node}: {paper.number} is on paper, and no event drew it" for paper in unknown]
    twice = {
        number: count for number, count in Counter(paper.number for paper in papers).items() if count > 1
    }
    for number, count in twice.items():
        kiosks = sorted({paper.node for paper in papers if paper.number == number})
        reasons.append(f"{number} is on {count} tickets of {', '.join(kiosks)}")
    return Wrong(lost=len(unknown), duplicated=sum(count - 1 for count in twice.values()))
