"""Every fault that can be seen from here: for the technician's page, and who watches without a browser.

The page is told them with its stream; the metrics, and the alerts Prometheus makes of them, are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast, get_args

from broker.contract import compiled
from broker.contract.faults import CODES, Fault
from broker.contract.messages import BoardHealth, NodeHealth, NodeStatus
from broker.contract.topics import DASHBOARD
from broker.contract.views import CityView, LedgerView
from dashboard.live import Live
from dashboard.sse import Faults, Found

OUTBOX_NEARLY_FULL: Final = 0.8
"""Share of an outbox from which it is time to bring the broker back, before presses are refused."""
DISK_LOW: Final = 0.1
"""Share of a disk that is still free."""

_KNOWN: Final = frozenset(get_args(Fault))
_ORDER: Final = {fault: place for place, fault in enumerate(CODES)}


def diagnosed(live: Live, site: compiled.Site, *, speaks: bool) -> Faults:
    """Everything that is wrong now, each once, in the order of the catalogue."""
    found = dict.fromkeys(faults(live, site, speaks=speaks))
    return Faults(sorted(found, key=lambda one: _ORDER[one.fault]))


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
        yield Found(cast("Fault", city.fault), detail=city.refused)
    if not speaks:
        yield Found("no_speech")
    cut = _cut_off(live, site)
    for building, nodes in cut:
        yield Found("building_cut", detail=f"{building.name.fr} · {len(nodes)} Pi")
    behind = {name for _, nodes in cut for name in nodes}
    for name in names:
        if name not in behind:
            yield from _of_node(live, name)


def _cut_off(live: Live, site: compiled.Site) -> list[tuple[compiled.Building, list[str]]]:
    """Buildings of which no node is heard, while others are: what these have in common is the way there."""
    lost = {node.id for node in site.nodes if _is_lost(live, node.id)}
    if len(lost) == len(site.nodes):
        return []
    inside = [
        (building, [node.id for node in site.nodes if site.building_of(node.zone) == building.id])
        for building in site.buildings
    ]
    return [(building, nodes) for building, nodes in inside if len(nodes) > 1 and lost.issuperset(nodes)]


def _is_lost(live: Live, name: str) -> bool:
    status = live.view(f"status/{name}")
    return isinstance(status, NodeStatus) and status.state == "lost"


def _of_node(live: Live, name: str) -> Iterator[Found]:
    status, health = live.view(f"status/{name}"), live.view(f"health/{name}")
    if _is_lost(live, name):
        yield Found("node_lost", name)
        return
    if status is None or not isinstance(health, NodeHealth):
        yield Found("node_silent", name)
        return
    for device in health.devices:
        if device.state != "ok":
            known = device.fault in _KNOWN
            fault = cast("Fault", device.fault) if known else "device_error"
            yield Found(fault, name, device.id, device.detail)
    full = health.outbox_bytes / health.outbox_capacity_bytes if health.outbox_capacity_bytes else 0
    if full >= OUTBOX_NEARLY_FULL:
        yield Found("outbox_nearly_full", name, detail=f"{100 * full:.0f} %")
    if health.outboxes_set_aside:
        yield Found("outbox_set_aside", name, detail=_times(health.outboxes_set_aside))
    if health.board is not None:
        yield from (Found(fault, name, detail=detail) for fault, detail in _of_board(health.board))
    if isinstance(ledger := live.view(f"view/ledger/{name}"), LedgerView):
        yield from (Found(fault, name, detail=detail) for fault, detail in _of_ledger(ledger))


def _of_ledger(ledger: LedgerView) -> Iterator[tuple[Fault, str]]:
    if ledger.missing:
        yield "missing", _times(ledger.missing)
    if ledger.alarms:
        yield "identity", _times(ledger.alarms)
    if ledger.quarantined:
        yield "quarantined", _times(ledger.quarantined)


def _of_board(board: BoardHealth) -> Iterator[tuple[Fault, str]]:
    if board.wrong_board:
        yield "wrong_board", board.model
    if board.under_voltage or board.under_voltage_since_start:
        yield "under_voltage", ""
    if board.throttled and board.temperature_c is not None:
        yield "hot", f"{board.temperature_c:.0f} °C"
    if board.disk_free_bytes < DISK_LOW * board.disk_bytes:
        yield "disk_low", f"{board.disk_free_bytes / 1e6:.0f} MB"
    if not board.clock_synchronised:
        yield "no_clock", ""


def _times(count: int) -> str:
    return f"× {count}" if count > 1 else ""
