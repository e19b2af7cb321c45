"""Every topic, with its retain flag and QoS.

Levels hold no dot, no space and no wildcard sign: a NATS cluster, which can stand where mosquitto
stands for many sites, maps ``/`` to ``.`` (its MQTT is 3.1.1).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

LEVEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
"""What a site, node, desk, service, zone or display may be called: it becomes a topic level."""

RECORDER = "recorder"
"""The name under which the hall process is known to the broker."""

DASHBOARD = "dashboard"
"""The name under which the dashboard is known to the broker; its console sends events as a node does."""

HALL = "hall"
"""The node name of the hall's own events in the journal (time, site changes); it never travels."""

EXERCISE = "exercise"
"""The name of a rehearsal with the agents: it draws virtual visitors' tickets, each marked as exercise."""

RESERVED = (RECORDER, DASHBOARD, HALL, EXERCISE)

MOST_BYTES = 256 * 1024
"""The largest message: the broker drops a larger one, and tells nobody who speaks MQTT 3.1.1."""

Kind: TypeAlias = Literal[
    "event", "receipt", "answer", "status", "health", "view", "private", "display", "command", "log"
]


class Rule(NamedTuple):
    """How one kind of topic is published. ``levels`` counts the levels after the kind."""

    levels: int
    qos: Literal[0, 1]
    retain: bool
    meaning: str


RULES: dict[Kind, Rule] = {
    "event": Rule(1, 1, retain=False, meaning="node, console → recorder: a batch of events"),
    # What a lost link takes of these two is covered: the node sends again, or says "not passed on".
    "receipt": Rule(1, 0, retain=False, meaning="recorder → node: committed up to"),
    "answer": Rule(1, 0, retain=False, meaning="hall → node, console: the outcome of a request, by its key"),
    "status": Rule(1, 1, retain=True, meaning="node → all: online, or by its last will lost"),
    "health": Rule(1, 1, retain=True, meaning="node → all: outbox and devices"),
    "view": Rule(2, 1, retain=True, meaning="hall → all: what is now the case, nothing personal"),
    "private": Rule(2, 1, retain=True, meaning="hall → dashboard only: discreet calls, notes, alerts"),
    "display": Rule(1, 1, retain=True, meaning="hall → that display's node: what to show"),
    "command": Rule(1, 1, retain=False, meaning="technician's page → node: what it is to do or tell"),
    "log": Rule(1, 0, retain=False, meaning="node → dashboard only: the last lines of its log, when asked"),
}


class Topic(NamedTuple):
    """A parsed topic: its kind and the levels after it."""

    kind: Kind
    path: tuple[str, ...]


class Topics:
    """The topics of one site.

    Args:
        site: the site's id, one topic level.
    """

    def __init__(self, site: str) -> None:
        self.root = f"preaccueil/1/{site}"

    def of(self, kind: Kind, *path: str) -> str:
        """The topic of that kind. Raises ValueError when a level is not allowed or their count is wrong."""
        if len(path) != RULES[kind].levels:
            raise ValueError(f"a topic of kind {kind} has {RULES[kind].levels} levels, not {path!r}")
        for level in path:
            if LEVEL.fullmatch(level) is None:
                raise ValueError(f"{level!r} cannot be a topic level (a-z, 0-9 and - only, 32 at most)")
        return "/".join((self.root, kind, *path))

    def every(self, kind: Kind) -> str:
        """The filter that matches all topics of that kind."""
        return "/".join((self.root, kind, *("+" * RULES[kind].levels)))

    def parse(self, topic: str) -> Topic | None:
        """What a topic of this site is about; None for any other topic."""
        if not topic.startswith(self.root + "/"):
            return None
        kind, *path = topic[len(self.root) + 1 :].split("/")
        for known, rule in RULES.items():
            if kind == known and len(path) == rule.levels:
                return Topic(known, tuple(path))
        return None
