"""Who holds which place in the queue, by the hash of a ticket's token, and which phones follow it.

A change wakes only the phones whose own ticket changed. Nothing is queued for a phone: whoever wakes
looks at what is now the case, so a slow phone never lags and never grows.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from broker.contract import compiled
from broker.contract.views import QueuedTicket, QueueView, SpaceView
from dashboard.live import Live
from dashboard.phone.face import Notice, notice_of
from dashboard.sse import Shown

TOPIC: Final = "private/queue/"
SPACE: Final = "view/space/now"

SPREAD_S: Final = 2.0
"""One call moves a whole queue up: its phones are told over so long, several calls in one where they come
fast, so that call screens come first."""

NEAR: Final = 3
"""Who has no more people ahead is told sooner: within a quarter of that."""

MOVING_S: Final = 1.0
"""A transferred ticket leaves one service's view before it enters the other's: not taken for its end."""


class Place(NamedTuple):
    """A ticket in the queue of a service, as the hall last said."""

    service: str
    ticket: QueuedTicket


def hash_of(token: str) -> str:
    """What a token is known by; the token itself is on paper and in the visitor's phone only."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Follower:
    """One phone that waits for its ticket to change."""

    def __init__(self) -> None:
        self._woken, self._urgent = threading.Event(), threading.Event()
        self._pause_s = 0.0

    def wake(self, pause_s: float) -> None:
        """Let it look again after a pause; what changes in the meantime is seen in the same look."""
        self._pause_s = pause_s
        if not pause_s:
            self._urgent.set()
        self._woken.set()

    def wait(self, patience_s: float) -> bool:
        """Wait for a change; False when none came."""
        if not self._woken.wait(patience_s):
            return False
        self._urgent.wait(self._pause_s)
        self._urgent.clear()
        self._woken.clear()
        return True


class PhoneQueues:
    """Every ticket of the day that has a phone page, and what all of them have to know.

    ``notice`` is what was last said of the space: a weather alert does not end because nobody is heard.

    Args:
        live: where the views arrive.
        site: the compiled description.
        spread_s: over how long the phones of a queue are told that it moved.
    """

    def __init__(self, live: Live, site: compiled.Site, *, spread_s: float = SPREAD_S) -> None:
        self._live, self._spread_s = live, spread_s
        self._services = [service.id for service in site.services if service.ticket]
        self._queues: dict[str, dict[str, QueuedTicket]] = {}
        self._services_of: dict[str, str] = {}
        self._followers: defaultdict[str, set[Follower]] = defaultdict(set)
        self._lock = threading.Lock()
        self.closed = False
        self.notice: Notice = ""
        live.watch(lambda topic: topic.startswith(TOPIC), self._take)
        live.watch(lambda topic: topic == SPACE, self._heed)

    def find(self, token_hash: str) -> Place | None:
        """The place of a ticket as last said; None for a token that no ticket of the day has."""
        service = self._services_of.get(token_hash)
        ticket = self._queues[service].get(token_hash) if service is not None else None
        return Place(service, ticket) if service is not None and ticket is not None else None

    def is_known(self, service: str) -> bool:
        """Whether what was last said of that queue still holds."""
        return self._live.view(TOPIC + service) is not None

    def all_known(self) -> bool:
        """Whether every queue is known whole: only then is a token in none of them certainly not valid."""
        queues = [self._live.view(TOPIC + service) for service in self._services]
        return all(isinstance(queue, QueueView) and queue.complete for queue in queues)

    @contextmanager
    def follow(self, token_hash: str) -> Iterator[Follower]:
        """Be woken whenever that ticket changes."""
        follower = Follower()
        with self._lock:
            self._followers[token_hash].add(follower)
        try:
            yield follower
        finally:
            with self._lock:
                followers = self._followers[token_hash]
                followers.discard(follower)
                if not followers:
                    del self._followers[token_hash]

    def following(self) -> int:
        """How many phones follow a ticket now."""
        with self._lock:
            return sum(len(followers) for followers in self._followers.values())

    def close(self) -> None:
        """Let every phone go: the process ends."""
        self.closed = True
        with self._lock:
            for followers in self._followers.values():
                for follower in followers:
                    follower.wake(0)

    def _take(self, topic: str, shown: Shown | None) -> None:
        service = topic.removeprefix(TOPIC)
        tickets = shown.tickets if isinstance(shown, QueueView) else []
        before = self._queues.get(service, {})
        now = {ticket.token: ticket for ticket in tickets}
        self._queues[service] = now
        gone = [token for token in before if token not in now and self._services_of.get(token) == service]
        for token in gone:
            del self._services_of[token]
        self._services_of.update(dict.fromkeys(now, service))
        with self._lock:
            for token in gone:
                self._wake(token, MOVING_S)
            for token, ticket in now.items():
                if before.get(token) != ticket:
                    self._wake(token, self._pause_for(ticket))

    def _heed(self, _topic: str, shown: Shown | None) -> None:
        """Tell every phone what is new of the whole space; an alert at once."""
        if not isinstance(shown, SpaceView) or (notice := notice_of(shown)) == self.notice:
            return
        self.notice = notice
        urgent = notice == "evacuation"
        with self._lock:
            for token in self._followers:
                self._wake(token, 0 if urgent else random.uniform(0, self._spread_s))  # noqa: S311 - no secret

    def _pause_for(self, ticket: QueuedTicket) -> float:
        if ticket.state != "waiting":
            return 0.0
        near = ticket.ahead is not None and ticket.ahead <= NEAR
        return random.uniform(0, self._spread_s / 4 if near else self._spread_s)  # noqa: S311 - no secret

    def _wake(self, token: str, pause_s: float) -> None:
        for follower in self._followers.get(token, ()):
            follower.wake(pause_s)
