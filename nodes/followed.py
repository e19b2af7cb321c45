"""The views that devices follow: what the hall last said, for as long as it may be believed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from broker.clock import SECOND
from broker.contract import messages, views
from nodes.timers import Timer

log = logging.getLogger(__name__)

V = TypeVar("V", bound=views.View)


class Followed(Generic[V]):
    """The latest view of one topic. It expires by machine time: what is older is unknown.

    ``retained`` tells whether the latest came from the broker's store: from before this node listened.

    Args:
        now_ns: tells machine time.
        changed: called when a view arrived, and when one expired.
    """

    def __init__(self, now_ns: Callable[[], int], changed: Callable[[], None]) -> None:
        self._now_ns = now_ns
        self.changed = changed
        self.expires_ns = 0
        self.retained = False
        self._view: V | None = None

    def receive(self, view: V, *, now_ns: int, civil_ns: int | None, speed: int, retained: bool) -> None:
        """Take a view.

        One that the broker kept has an age that only civil time can tell; without a clock it may be
        from last week, and is not believed.

        Args:
            view: what the hall said.
            now_ns: machine time of reception.
            civil_ns: civil time of reception, None while it is unknown.
            speed: civil seconds a machine second.
            retained: whether the broker gave it from its store.
        """
        valid_ns = view.valid_s * SECOND
        if retained:
            valid_ns = 0 if civil_ns is None else valid_ns - max(civil_ns - view.at_ns, 0) // speed
        self._view, self.retained, self.expires_ns = view, retained, now_ns + valid_ns

    def fresh(self) -> V | None:
        """The view, while it is valid."""
        return self._view if self._now_ns() < self.expires_ns else None


class Times(Protocol):
    """What the views need of the node around them."""

    def now_ns(self) -> int:
        """Machine time."""
        ...

    def civil_ns(self) -> int | None:
        """Civil time, None while this boot has no ground for one."""
        ...

    def at(self, due_ns: int, action: Callable[[], None]) -> Timer:
        """Set a timer."""
        ...


class Views:
    """Every topic that a node's devices follow, with the latest that came.

    Args:
        times: the node's.
        speed: civil seconds a machine second.
    """

    def __init__(self, times: Times, speed: int) -> None:
        self._times, self._speed = times, speed
        self._followers: dict[str, list[_Follower]] = {}
        self._latest: dict[str, _Latest] = {}
        self._knows_time = times.civil_ns() is not None

    def follow(self, topic: str, followed: Followed[Any], kind: type[views.View]) -> None:
        """Keep a followed view up to date, beginning with the latest known."""
        follower = _Follower(followed, kind)
        self._followers.setdefault(topic, []).append(follower)
        latest = self._latest.get(topic)
        if latest is not None:
            self._deliver(topic, follower, latest)

    def unfollow(self, topic: str, followed: Followed[Any]) -> None:
        """No longer."""
        self._followers[topic] = [each for each in self._followers[topic] if each.followed is not followed]

    def receive(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """Take what came on a topic; what cannot be read changes nothing."""
        latest = _Latest(payload, self._times.now_ns(), self._times.civil_ns(), retained)
        self._latest[topic] = latest
        for follower in self._followers.get(topic, []):
            self._deliver(topic, follower, latest)

    def time_may_be_known(self) -> None:
        """Views that the broker kept may have come before the time did: now their age can be told."""
        civil_ns = self._times.civil_ns()
        if self._knows_time or civil_ns is None:
            return
        self._knows_time = True
        for topic, latest in self._latest.items():
            passed_ns = (self._times.now_ns() - latest.received_ns) * self._speed
            self._latest[topic] = dated = latest._replace(civil_ns=civil_ns - passed_ns)
            for follower in self._followers.get(topic, []):
                if latest.retained:
                    self._deliver(topic, follower, dated)

    def _deliver(self, topic: str, follower: _Follower, latest: _Latest) -> None:
        try:
            view = messages.decode(latest.payload, follower.kind)
        except msgspec.MsgspecError as problem:
            log.warning("%s cannot be read: %s", topic, problem)
            return
        follower.followed.receive(
            view,
            now_ns=latest.received_ns,
            civil_ns=latest.civil_ns,
            speed=self._speed,
            retained=latest.retained,
        )
        follower.followed.changed()
        if follower.watch is None and follower.followed.fresh() is not None:
            follower.watch = self._times.at(follower.followed.expires_ns, lambda: self._expire(follower))

    def _expire(self, follower: _Follower) -> None:
        """One timer a view, put off while newer views come, instead of one a message."""
        if follower.followed.expires_ns > self._times.now_ns():
            follower.watch = self._times.at(follower.followed.expires_ns, lambda: self._expire(follower))
        else:
            follower.watch = None
            follower.followed.changed()


class _Latest(NamedTuple):
    """The latest payload of a topic, for a device that follows it later."""

    payload: bytes
    received_ns: int
    civil_ns: int | None
    retained: bool


class _Follower:
    """A followed view, how to read it, and the timer that waits for it to expire."""

    __slots__ = ("followed", "kind", "watch")

    def __init__(self, followed: Followed[Any], kind: type[views.View]) -> None:
        self.followed = followed
        self.kind = kind
        self.watch: Timer | None = None
