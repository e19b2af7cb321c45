"""Confirmed ⊆ stored ⊆ pressed, each once: the count that does not trust the system it counts.

The driver of the virtual tent writes down every press at the pin and every lamp that answered it, in
a file of its own. A lamp answers when it stays lit for a second; blinking means busy or refused. At the
end the store is asked for its event points. A stored event belongs to the last press, on its node, of
a button that gives such events; so:

- **lost**: presses that a lamp confirmed to a person and that no stored event belongs to;
- **duplicated**: stored events without a press of their own: a second one for the same press, or
  one before any.

A press that was neither confirmed nor stored is no loss: nobody was promised anything (a kiosk that is
still printing, the last press before the end). What people do on the page's consoles has no pin and is
not counted here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD
from hall.store.interface import EventRow

STEADY_NS = SECOND
"""Machine time from which a lit lamp does not blink: the devices say yes with 1.2 s and more."""

SLACK_NS = SECOND // 50
"""Machine time by which an event may be dated before its press: a node's offset is read from two clocks."""


class Pressed(msgspec.Struct, frozen=True, tag="pressed"):
    """A finger on a button at ``at_ns`` (civil). ``gives`` names the events that this button can give."""

    number: int
    node: str
    pin: int
    at_ns: int
    gives: tuple[str, ...]


class Confirmed(msgspec.Struct, frozen=True, tag="confirmed"):
    """The lamp beside the button answered the press of that number."""

    number: int


Entry: TypeAlias = Pressed | Confirmed


class Verdict(NamedTuple):
    """The closing line's figures."""

    pressed: int
    confirmed: int
    stored: int
    lost: int
    duplicated: int

    @property
    def holds(self) -> bool:
        """Whether everything confirmed is stored and everything stored was pressed, each once."""
        return self.lost == 0 and self.duplicated == 0

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self._asdict().items())


class PressLog:
    """The driver's own file: one JSON line for each entry, handed to the system at once.

    Args:
        path: the file; added to when it is there.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._presses = 0
        self._unanswered: dict[tuple[str, int], int] = {}
        self._lit: dict[tuple[str, int], tuple[int, int | None]] = {}

    def pressed(self, node: str, pin: int, lamp: int | None, at_ns: int, gives: tuple[str, ...]) -> None:
        """Note a press; ``lamp`` is the pin that may confirm it."""
        self._presses += 1
        self._write(Pressed(self._presses, node, pin, at_ns, gives))
        if lamp is not None:
            self._unanswered[node, lamp] = self._presses

    def lamp(self, node: str, pin: int, on: bool, machine_ns: int) -> None:
        """Note that a lamp went on or off; lit for a second, it confirmed its button's last press before."""
        if on:
            self._lit[node, pin] = machine_ns, self._unanswered.get((node, pin))
            return
        since_ns, number = self._lit.pop((node, pin), (machine_ns, None))
        if number is None or machine_ns - since_ns < STEADY_NS:
            return
        if self._unanswered.get((node, pin)) == number:
            del self._unanswered[node, pin]
        self._write(Confirmed(number))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, entry: Entry) -> None:
        self._file.write(msgspec.json.encode(entry) + b"\n")


class Confirmable(NamedTuple):
    """What a button can give, and the lamp that confirms it to the person (None: no lamp does)."""

    gives: tuple[str, ...]
    lamp: int | None


def buttons_of(node: compiled.Node) -> dict[int, Confirmable]:
    """Every button of a node by its pin.

    Only facts are confirmed by the lamp beside them; a request's feedback is the hall's answer, and a
    lamp may mean refused.
    """
    found: dict[int, Confirmable] = {}
    for device in node.devices:
        match device:
            case compiled.VotePanel():
                for vote in device.buttons:
                    found[vote.pin] = Confirmable(_names(messages.VoteCast), vote.lamp)
            case compiled.TicketKiosk():
                # Who is told the way and presses again gets it on paper: two who come for the same do so.
                gives = _names(messages.TicketDrawn, messages.DirectionGiven, messages.SheetPrinted)
                for service in device.buttons:
                    found[service.pin] = Confirmable(gives, service.lamp)
            case compiled.DeskPanel():
                found[device.next] = Confirmable(_names(messages.NextRequested), None)
                found[device.recall] = Confirmable(_names(messages.RecallRequested), None)
                found[device.no_show] = Confirmable(_names(messages.NoShowRequested), None)
                done = _names(messages.DoneRequested, messages.PauseRequested, messages.StartRequested)
                found[device.done] = Confirmable(done, None)
            case compiled.HelpButton():
                found[device.pin] = Confirmable(_names(messages.HelpRequested), None)
            case _:
                pass
    return found


def _names(*events: type[messages.Body]) -> tuple[str, ...]:
    return tuple(str(event.__struct_config__.tag) for event in events)


def read(path: Path) -> list[Entry]:
    """The entries of a driver's file; a last line cut short by a kill is no entry."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return [msgspec.json.decode(line, type=Entry) for line in lines if line.endswith(b"\n")]


def judge(entries: Iterable[Entry], stored: Iterable[EventRow], speed: int) -> Verdict:
    """Compare what was pressed and confirmed with what the store answers.

    Args:
        entries: the driver's file.
        stored: every event point of the span in which it was written.
        speed: civil seconds a machine second.
    """
    entries = list(entries)
    presses = [entry for entry in entries if isinstance(entry, Pressed)]
    confirmed = {entry.number for entry in entries if isinstance(entry, Confirmed)}
    by_kind: dict[tuple[str, str], list[Pressed]] = defaultdict(list)
    for press in presses:
        for event in press.gives:
            by_kind[press.node, event].append(press)
    events_of: dict[int, int] = defaultdict(int)
    counted = unpressed = 0
    for row in stored:
        if row.type not in _COUNTED or row.node == DASHBOARD:
            continue
        counted += 1
        candidates = by_kind[row.node, row.type]
        place = bisect_right(candidates, row.at_ns + SLACK_NS * speed, key=lambda press: press.at_ns)
        if place == 0:
            unpressed += 1
        else:
            events_of[candidates[place - 1].number] += 1
    return Verdict(
        pressed=len(presses),
        confirmed=len(confirmed),
        stored=counted,
        lost=sum(number not in events_of for number in confirmed),
        duplicated=unpressed + sum(count - 1 for count in events_of.values()),
    )


_COUNTED = frozenset(
    _names(
        messages.VoteCast,
        messages.TicketDrawn,
        messages.DirectionGiven,
        messages.SheetPrinted,
        messages.NextRequested,
        messages.RecallRequested,
        messages.NoShowRequested,
        messages.DoneRequested,
        messages.PauseRequested,
        messages.StartRequested,
        messages.HelpRequested,
    )
)
"""The events that a button gives; all others (time, presence, printed tickets, devices) have no press."""
