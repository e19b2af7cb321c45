"""What the processes of a run tell the one that shows the board: one JSON line each, on standard output."""

from __future__ import annotations

import sys
from typing import TypeAlias

import msgspec


class TentReport(msgspec.Struct, frozen=True, kw_only=True, tag="tent"):
    """The tent now: people as the simulation knows them, events as the nodes' outboxes count them."""

    civil_ns: int
    groups: int
    inside: int
    tickets: int
    served: int
    walked_away: int
    votes: int
    median_wait_s: float | None
    nodes: int
    nodes_online: int
    recorded: int
    pending: int


class HistoryReport(msgspec.Struct, frozen=True, kw_only=True, tag="history"):
    """How far the made-up past is: days of all, and the events in it so far."""

    days_done: int
    days: int
    events: int


Report: TypeAlias = TentReport | HistoryReport


def tell(report: Report) -> None:
    """Write a report for whoever started this process."""
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.buffer.flush()


def hear(line: bytes) -> Report:
    """Read a report. Raises msgspec.MsgspecError for anything else."""
    report: Report = msgspec.json.decode(line, type=Report)
    return report
