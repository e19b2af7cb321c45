"""Every fault that can be seen from here, as the technician's page shows them (static/screens/faults.js).

For those who watch without a browser: the metrics, and the alerts that Prometheus makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, cast, get_args

from broker.contract import compiled
from broker.contract.faults import Fault
from broker.contract.messages import BoardHealth, NodeHealth, NodeStatus
from broker.contract.topics import DASHBOARD
from broker.contract.views import CityView, LedgerView
from dashboard.live import Live

OUTBOX_NEARLY_FULL: Final = 0.8
"""Share of an outbox from which it is time to bring the broker back, before presses are refused."""
DISK_LOW: Final = 0.1
"""Share of a disk that is still free."""

_KNOWN: Final = frozenset(get_args(Fault))


class Found(NamedTuple):
    """A fault now; ``node`` and ``device`` are empty where it has none."""

    fault: Fault
    node: str = ""
    device: str = ""


def faults(live: Live, site: compiled.Site, *, speaks: bool) -> Iterator[Found]:
    """Everything that is wrong now. While the hall is silent, nothing else can be known."""
    if not live.hall_is_heard():
        yield Found("hall_silent")
        return
    if live.beat().trouble:
        yield Found("journal_stuck")
    names = [*(node.id for node in site.nodes), DASHBOARD]
    ledgers = [ledger for name in names if isinstance(ledger := live.view(f"view/ledger/{name}"), LedgerView)]
    if any(ledger.stored is None for ledger in ledgers):
        yield Found("store_away")
    city = live.view("private/city/now")
    if isinstance(city, CityView) and city.fault in _KNOWN:
        yield Found(cast("Fault", city.fault))
    if not speaks:
        yield Found("no_speech")
    for name in names:
        yield from _of_node(live, name)


def _of_node(live: Live, name: str) -> Iterator[Found]:
    status, health = live.view(f"status/{name}"), live.view(f"health/{name}")
    if isinstance(status, NodeStatus) and status.state == "lost":
        yield Found("node_lost", name)
        return
    if status is None or not isinstance(health, NodeHealth):
        yield Found("node_silent", name)
        return
    for device in health.devices:
        if device.state != "ok":
            known = device.fault in _KNOWN
            yield Found(cast("Fault", device.fault) if known else "device_error", name, device.id)
    if health.outbox_capacity_bytes and (
        health.outbox_bytes >= OUTBOX_NEARLY_FULL * health.outbox_capacity_bytes
    ):
        yield Found("outbox_nearly_full", name)
    if health.outboxes_set_aside:
        yield Found("outbox_set_aside", name)
    if health.board is not None:
        yield from (Found(fault, name) for fault in _of_board(health.board))
    if isinstance(ledger := live.view(f"view/ledger/{name}"), LedgerView):
        yield from (Found(fault, name) for fault in _of_ledger(ledger))


def _of_ledger(ledger: LedgerView) -> Iterator[Fault]:
    if ledger.missing:
        yield "missing"
    if ledger.alarms:
        yield "identity"
    if ledger.quarantined:
        yield "quarantined"


def _of_board(board: BoardHealth) -> Iterator[Fault]:
    if board.wrong_board:
        yield "wrong_board"
    if board.under_voltage or board.under_voltage_since_start:
        yield "under_voltage"
    if board.throttled and board.temperature_c is not None:
        yield "hot"
    if board.disk_free_bytes < DISK_LOW * board.disk_bytes:
        yield "disk_low"
    if not board.clock_synchronised:
        yield "no_clock"
