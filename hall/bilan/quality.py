"""How well it was measured: days with data, everything stored, nodes heard, devices that worked."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from broker.contract import compiled
from broker.contract.compiled import Site
from hall.bilan.days import ObservedDay

_SILENT: Final = (compiled.LedDisplay, compiled.RoomLight, compiled.Buzzer)
"""Devices that show or sound: people do nothing with them that could be heard of."""


class NodeFigures(NamedTuple):
    """A node of the description: days on which it was heard, starts, its worst device's share of open time.

    ``days_heard`` is None for a node that only shows: its silence says nothing. ``worked`` is None where no
    device ever told its state.
    """

    node: str
    days_heard: int | None
    starts: int
    events: int
    worst_device: str
    worked: float | None


class LedgerFigures(NamedTuple):
    """Events over the days that the journal covers; ``stored`` is None when the store could not be asked."""

    recorded: int
    received: int
    stored: int | None
    days: int
    days_that_hold: int


class QualityFigures(NamedTuple):
    """How well it was measured. ``events`` are all that the store holds; ``ledger`` needs the journal."""

    days: int
    without_data: list[date]
    events: int
    nodes: list[NodeFigures]
    worked: float | None
    ledger: LedgerFigures | None


def quality_figures(site: Site, days: list[ObservedDay]) -> QualityFigures:
    """Over the days of the period; what a node did is counted on days with data only."""
    known = [day for day in days if day.has_data]
    open_s = sum(day.open_s for day in known)
    failed: dict[tuple[str, str], float] = {}
    for day in known:
        for row in day.devices:
            failed[row.node, row.device] = failed.get((row.node, row.device), 0.0) + row.failed_s
    nodes = [_node(node, known, failed, open_s) for node in site.nodes]
    devices = sum(len(node.devices) for node in site.nodes) * open_s
    return QualityFigures(
        days=len(days),
        without_data=[day.day for day in days if not day.has_data],
        events=sum(row.events for day in days for row in day.events),
        nodes=nodes,
        worked=1 - sum(failed.values()) / devices if devices else None,
        ledger=_ledger(days),
    )


def _node(
    described: compiled.Node, days: list[ObservedDay], failed: dict[tuple[str, str], float], open_s: float
) -> NodeFigures:
    node = described.id
    only_shows = all(isinstance(device, _SILENT) for device in described.devices)
    rows = [row for day in days for row in day.events if row.node == node]
    mine = {device: seconds for (of, device), seconds in failed.items() if of == node}
    worst = max(mine, key=lambda device: mine[device], default="")
    return NodeFigures(
        node=node,
        days_heard=None if only_shows else sum(any(row.node == node for row in day.events) for day in days),
        starts=sum(row.events for row in rows if row.type == "node.started"),
        events=sum(row.events for row in rows),
        worst_device=worst,
        worked=1 - mine[worst] / open_s if worst and open_s else None,
    )


def _ledger(days: list[ObservedDay]) -> LedgerFigures | None:
    totals = [day.ledger for day in days if day.ledger is not None]
    if not totals:
        return None
    stored = [total.stored for total in totals if total.stored is not None]
    return LedgerFigures(
        recorded=sum(total.recorded for total in totals),
        received=sum(total.received for total in totals),
        stored=sum(stored) if len(stored) == len(totals) else None,
        days=len(totals),
        days_that_hold=sum(total.holds for total in totals),
    )
