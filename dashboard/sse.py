"""What pages are told: the server-sent events, and what is in them."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from broker.contract.faults import Fault
from broker.contract.messages import Answer, NodeHealth, NodeLog, NodeStatus
from broker.contract.views import View

Shown: TypeAlias = View | NodeHealth | NodeStatus | Answer | NodeLog

BEAT: Final = "beat"
"""The event, and among the feed's topics the one that every page wants."""


class Message(msgspec.Struct, frozen=True):
    """One view on its way to a page; ``age_s`` None while unknown, ``view`` None when it was withdrawn."""

    topic: str
    age_s: float | None
    valid_s: int | None
    view: Shown | None


class Beat(msgspec.Struct, frozen=True):
    """Tells pages that we live, what time it is on the site, and how long the recorder has been silent.

    ``machine_ns`` is our own clock, so that a press can be dated on it. ``recorder_age_s`` is None when
    the recorder is lost or was never heard. ``trouble``: it is there and cannot write its journal.
    """

    civil_ns: int | None
    speed: int
    machine_ns: int
    recorder_age_s: float | None
    broker: bool
    trouble: bool


class Snapshot(msgspec.Struct, frozen=True):
    """Every topic that is held now, after they were told: what a page holds beside them is no more."""

    topics: list[str]


class Found(msgspec.Struct, frozen=True):
    """A fault now; ``node`` and ``device`` are empty where it has none.

    ``detail`` reads alike in every language: a number with its unit, or a device's own words.
    """

    fault: Fault
    node: str = ""
    device: str = ""
    detail: str = ""


class Faults(msgspec.Struct, frozen=True):
    """What is wrong now, in the order of the catalogue."""

    faults: list[Found]


def event(name: str, value: Message | Beat | Snapshot | Faults) -> bytes:
    """One server-sent event. JSON encoded anew holds no line break, which would end the event early."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(value))
