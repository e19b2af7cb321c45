"""How well it was measured: days with data, everything stored, nodes heard, devices that worked."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final, NamedTuple

from broker.contract import compiled
from broker.contract.compiled import Site
from hall.bilan.days import ObservedDay

_SILENT: Final = (compiled.LedDisplay, compiled.RoomLight, compiled.Buzzer)
"""Devices that show or sound: people do nothing with them that could be heard of."""


class NodeFigures(NamedTuple):
    """A node of the description: days on which it said something, starts, and shares of the time open.

    ``days_heard`` is None for a node that only shows: that it said nothing means nothing. ``heard`` is the
    share in which the hall had its word that it lives (``hall.silence``), ``worked`` the share in which it
    lived and its worst device was not failed, None where neither was ever told otherwise.
    """

    node: str
    days_heard: int | None
    starts: int
    events: int
    heard: float | None
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
    silent = Counter[str]()
    for day in known:
        for row in day.devices:
            failed[row.node, row.device] = failed.get((row.node, row.device), 0.0) + row.failed_s
        for one in day.silences:
            if any(opening.holds(one.at_ns) for opening in day.openings):
                silent[one.subject] += round(one.silent_s)
    nodes = [_node(node, known, failed, silent[node.id], open_s) for node in site.nodes]
    devices = sum(len(node.devices) for node in site.nodes) * open_s
    lost_s = sum(failed.values()) + sum(silent[node.id] * len(node.devices) for node in site.nodes)
    return QualityFigures(
        days=len(days),
        without_data=[day.day for day in days if not day.has_data],
        events=sum(row.events for day in days for row in day.events),
        nodes=nodes,
        worked=max(0.0, 1 - lost_s / devices) if devices else None,
        ledger=_ledger(days),
    )


def _node(
    described: compiled.Node,
    days: list[ObservedDay],
    failed: dict[tuple[str, str], float],
    silent_s: float,
    open_s: float,
) -> NodeFigures:
    """A device that was failed when its node fell silent counts for both: ``worked`` is at least so much."""
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
        heard=max(0.0, 1 - silent_s / open_s) if open_s else None,
        worst_device=worst,
        worked=max(0.0, 1 - (mine.get(worst, 0.0) + silent_s) / open_s)
        if open_s and (worst or silent_s)
        else None,
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
