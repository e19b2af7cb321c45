"""What the nodes of a site say: visits, one after the other, in events as real nodes make them.

A visit is a passage in, a ticket with its print, a seat taken and freed, a vote, a desk's call and its
end, and a passage out, each from the node that would say it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import msgspec

from broker.contract import compiled, messages
from broker.delivery.sender import MOST_BYTES, MOST_EVENTS

DOOR, KIOSK, SEATS, BAROMETER, DESK = "entree", "borne-a", "comptoir", "barometre", "guichet-info"
NODES = (DOOR, KIOSK, SEATS, BAROMETER, DESK)
BOOT = "3f0d9c1e-6a55-4f0e-9d8a-0c19e0000001"
Device = TypeVar("Device", bound=compiled.DeviceRecord)
_AROUND_AN_EVENT = 120
"""Bytes of a batch that an outbox reckons for an event besides its body."""


class Message(NamedTuple):
    """A message of ``event/<node>``."""

    node: str
    payload: bytes


def run_of(node: str) -> str:
    """The run under which that node speaks."""
    return f"bench{NODES.index(node):07d}"


def visits(site: compiled.Site) -> Iterator[tuple[str, messages.Body]]:
    """Visits without end: who says it, and what."""
    panel = _device(site, BAROMETER, compiled.VotePanel)
    barometer = next(one for one in site.barometers if one.id == panel.barometer)
    kiosk = _device(site, KIOSK, compiled.TicketKiosk)
    seats = [one for one in site.node(SEATS).devices if isinstance(one, compiled.Presence)]
    door, desk = _device(site, DOOR, compiled.DoorCounter), _device(site, DESK, compiled.DeskPanel)
    number = 0
    while True:
        number += 1
        yield DOOR, messages.PassageCounted(device=door.id, direction="in")
        yield (
            KIOSK,
            messages.TicketDrawn(
                device=kiosk.id, service="information", number=f"A{number % 1000:03d}", token=f"{number:064x}"
            ),
        )
        ticket = messages.event_id(KIOSK, run_of(KIOSK), 2 * number - 1)
        yield KIOSK, messages.TicketPrinted(device=kiosk.id, ticket=ticket, outcome="confirmed")
        seat = seats[number % len(seats)]
        for taken in (True, False):
            yield (
                SEATS,
                messages.PresenceChanged(device=seat.id, subject=seat.subject, kind=seat.kind, taken=taken),
            )
        question = barometer.questions[number % len(barometer.questions)]
        yield (
            BAROMETER,
            messages.VoteCast(
                device=panel.id,
                barometer=barometer.id,
                question=question.id,
                answer=number % len(question.answers),
            ),
        )
        call = messages.event_id(DESK, run_of(DESK), 2 * number - 1)
        yield DESK, messages.NextRequested(device=desk.id, key=f"{2 * number:016x}", desk=desk.desk)
        yield (
            DESK,
            messages.DoneRequested(device=desk.id, key=f"{2 * number + 1:016x}", desk=desk.desk, call=call),
        )
        yield DOOR, messages.PassageCounted(device=door.id, direction="out")


def events(site: compiled.Site, count: int, first_ns: int, last_ns: int) -> list[tuple[str, messages.Event]]:
    """So many events, dated evenly between two civil times, each with its node."""
    seqs = dict.fromkeys(NODES, 0)
    said: list[tuple[str, messages.Event]] = []
    for index, (node, body) in zip(range(count), visits(site), strict=False):
        seqs[node] += 1
        at_ns = first_ns + (last_ns - first_ns) * index // count
        said.append((node, event(seqs[node], at_ns, messages.encode(body), machine_ns=at_ns - first_ns)))
    return said


def event(seq: int, at_ns: int, body: bytes, *, machine_ns: int = 0) -> messages.Event:
    """An event as it travels."""
    return messages.Event(seq=seq, at_ns=at_ns, machine_ns=machine_ns, body=msgspec.Raw(body))


def one_by_one(said: list[tuple[str, messages.Event]]) -> list[Message]:
    """One event a message, as nodes send it while they are connected."""
    return [Message(node, _batch(node, [event], event.machine_ns)) for node, event in said]


def in_batches(said: list[tuple[str, messages.Event]]) -> list[Message]:
    """As nodes send a backlog: the bounds are the sender's own."""
    sent: list[Message] = []
    now_ns = said[-1][1].machine_ns
    waiting: dict[str, list[messages.Event]] = {node: [] for node in NODES}
    sizes = dict.fromkeys(NODES, 0)
    for node, event in said:
        size = len(bytes(event.body)) + _AROUND_AN_EVENT
        if waiting[node] and (sizes[node] + size > MOST_BYTES or len(waiting[node]) >= MOST_EVENTS):
            sent.append(Message(node, _batch(node, waiting[node], now_ns)))
            waiting[node], sizes[node] = [], 0
        waiting[node].append(event)
        sizes[node] += size
    return sent + [Message(node, _batch(node, rest, now_ns)) for node, rest in waiting.items() if rest]


def _batch(node: str, said: list[messages.Event], sent_ns: int) -> bytes:
    batch = messages.Batch(
        run=run_of(node), boot=BOOT, sent_boot=BOOT, sent_ns=sent_ns, oldest=1, events=said
    )
    return messages.encode(batch)


def _device(site: compiled.Site, node: str, kind: type[Device]) -> Device:
    return next(device for device in site.node(node).devices if isinstance(device, kind))
