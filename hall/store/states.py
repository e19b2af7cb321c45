"""From changes of state to time spent in them: pure, used by both stores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from broker.clock import SECOND
from hall.store.interface import DeviceRow, PresenceRow, Span

PRESENCE_LOOK_BACK_NS = 3 * 3600 * SECOND
"""A seat or room last heard of longer than this before a span is unknown at its start, not taken."""


class PresenceChange(NamedTuple):
    """A stored point: a seat or room became taken or free."""

    kind: str
    subject: str
    at_ns: int
    taken: bool


class DeviceChange(NamedTuple):
    """A stored point: a device's state, and what a technician should know."""

    node: str
    device: str
    at_ns: int
    state: str
    detail: str


def presence_rows(span: Span, changes: Iterable[PresenceChange]) -> list[PresenceRow]:
    """Use over the span, from the changes in it and in the look-back before it, in any order."""
    by_subject: dict[tuple[str, str], list[PresenceChange]] = {}
    for change in sorted(changes, key=lambda change: (change.at_ns, change.taken)):
        by_subject.setdefault((change.kind, change.subject), []).append(change)
    rows = []
    for (kind, subject), history in sorted(by_subject.items()):
        times, taken_ns, was_taken = 0, 0, False
        for change, until_ns in zip(history, _ends(history, span), strict=True):
            if change.taken and not was_taken and change.at_ns >= span.start_ns:
                times += 1
            if change.taken:
                taken_ns += max(0, until_ns - max(change.at_ns, span.start_ns))
            was_taken = change.taken
        rows.append(PresenceRow(kind, subject, times, taken_ns / SECOND))
    return rows


def device_rows(span: Span, changes: Iterable[DeviceChange]) -> list[DeviceRow]:
    """States over the span, from the changes in it and each device's last one before it, in any order."""
    by_device: dict[tuple[str, str], list[DeviceChange]] = {}
    for change in sorted(changes, key=lambda change: change.at_ns):
        by_device.setdefault((change.node, change.device), []).append(change)
    rows = []
    for (node, device), history in sorted(by_device.items()):
        state, since_ns, count, failed_ns = "", 0, 0, 0
        for change, until_ns in zip(history, _ends(history, span), strict=True):
            if change.state != state:
                state, since_ns = change.state, change.at_ns
                count += change.at_ns >= span.start_ns
            if state == "failed":
                failed_ns += max(0, until_ns - max(change.at_ns, span.start_ns))
        rows.append(DeviceRow(node, device, state, since_ns, count, failed_ns / SECOND, history[-1].detail))
    return rows


def _ends(history: list[PresenceChange] | list[DeviceChange], span: Span) -> list[int]:
    """Until when each state held: the next change, or the span's end."""
    return [*(change.at_ns for change in history[1:]), span.end_ns]
