"""What changed, in order, and the pages that follow it.

A page leaves nothing here but a number: up to which change it was told. What it missed while it was slow,
or away, it is then told as it is now, each topic once. So nothing piles up for a page that takes nothing,
and a page that comes back with its number goes on where it was.

Changes go out at once while few pages are open. When many are, those of some hundredths of a second go out
together, and every page of a screen is handed the same bytes.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, TypeAlias

PACE_PER_PAGE_S: Final = 0.000_12
"""About what it costs to hand one page one message: changes wait so long for each page that is open,"""
MOST_PACE_S: Final = 0.12
"""but never longer; and not at all while this is less than"""
LEAST_PACE_S: Final = 0.003

SHARED_S: Final = 0.2
"""A batch tells the ages of its views, so it is handed to other pages for so long only."""

SLOWEST_S: Final = 1.0
"""On a machine that is too busy the next changes wait until nearly all pages took the last, but no longer."""
LOOK_AGAIN_S: Final = 0.01
FEW_STRAGGLERS: Final = 8
STRAGGLERS: Final = 0.02
"""Of the pages; these, and those that had not even taken what came before, are not waited for."""

PASSING_KEPT: Final = 256
"""Of what is told once and not held (answers), so many are kept for pages that come back."""

Wanted: TypeAlias = Callable[[str], bool]
"""Says of a topic, without the site's root (``view/space/now``), whether a page wants it."""


class _Change(NamedTuple):
    version: int
    topic: str
    passing: bytes | None
    """What is told once; None for a topic that is held, told as it is when a page takes it."""


class _Batch(NamedTuple):
    """What a page is told at once, and up to which change."""

    version: int
    content: bytes
    made_s: float


class Follower:
    """One open page; see ``Feed.follow``."""

    def __init__(self, feed: Feed, channel: _Channel, since: int, joined: int) -> None:
        self._feed, self._channel = feed, channel
        self.version = since
        self.heard_from = since or joined
        """What is told once is for who was there."""
        # A lock and no Event, which is several locks: this is done thousands of times a second.
        self._asleep = threading.Lock()
        self.owed = 0
        """The cut that it was woken for."""

    def take(self, timeout_s: float) -> bytes | None:
        """What changed, after at most ``timeout_s``: empty when nothing did, None when the page is let go."""
        self._asleep.acquire(timeout=timeout_s)
        return self._feed.take(self, self._channel)

    def wake(self) -> bool:
        """Let it look again; whether it was asleep. Called under the feed's lock: nobody else wakes it."""
        was_asleep = self._asleep.locked()
        if was_asleep:
            self._asleep.release()
        return was_asleep


class _Channel:
    """The pages of one screen."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.followers: set[Follower] = set()
        self.changed = False
        self.cut = 0
        self.batches: dict[tuple[int, int], _Batch] = {}
        """What was told at this cut, by since which version, of what is held and of what is told once."""


class Feed:
    """The changes of one site.

    Args:
        render: the event that tells a held topic as it is now; None when it is not held (any more).
        withdrawn: the event that tells that a topic is not held any more.
    """

    def __init__(self, render: Callable[[str], bytes | None], withdrawn: Callable[[str], bytes]) -> None:
        self._render, self._withdrawn = render, withdrawn
        self.epoch = secrets.token_hex(4)
        """Versions count within it; a server that starts anew has another."""
        self._version = 1  # 0 is what a page has that was told nothing
        self._changes: dict[str, _Change] = {}
        """The last change of each topic, oldest first."""
        self._passing: list[str] = []
        self._cut = 0
        self._cut_at_s = 0.0
        self._waits_for_cut = False
        self._woken = self._owed = 0
        """Of the last cut: pages that were woken for it, and those that have not taken it yet."""
        self._channels: dict[Wanted, _Channel] = {}
        self._pages = 0
        self._closed = False
        self._lock = threading.Lock()

    # What changes -------------------------------------------------------------------------------

    def note(self, topic: str) -> None:
        """A held topic changed, or was withdrawn."""
        with self._lock:
            self._add(topic, topic, None)

    def tell_once(self, topic: str, message: bytes) -> None:
        """Tell pages something that is not held: who comes later never hears it."""
        with self._lock:
            key = f"{topic}#{self._version + 1}"
            self._add(key, topic, message)
            self._passing.append(key)
            if len(self._passing) > PASSING_KEPT:
                self._changes.pop(self._passing.pop(0))

    def _add(self, key: str, topic: str, passing: bytes | None) -> None:
        self._version += 1
        self._changes.pop(key, None)
        self._changes[key] = _Change(self._version, topic, passing)
        for channel in self._channels.values():
            if channel.wanted(topic):
                channel.changed = True
        if self._waits_for_cut:
            return
        pace_s = self._pace_s()
        wait_s = self._cut_at_s + pace_s - time.monotonic()
        if not pace_s or wait_s <= 0:
            self._make_cut()
        else:
            self._waits_for_cut = True
            self._cut_in(wait_s)

    def _pace_s(self) -> float:
        pace_s = min(MOST_PACE_S, self._pages * PACE_PER_PAGE_S)
        return pace_s if pace_s >= LEAST_PACE_S else 0.0

    def _cut_in(self, wait_s: float) -> None:
        later = threading.Timer(wait_s, self._cut_now)
        later.daemon = True
        later.start()

    def _cut_now(self) -> None:
        with self._lock:
            behind = self._owed > max(FEW_STRAGGLERS, STRAGGLERS * self._woken)
            if behind and time.monotonic() - self._cut_at_s < SLOWEST_S:
                self._cut_in(LOOK_AGAIN_S)
                return
            self._waits_for_cut = False
            self._make_cut()

    def _make_cut(self) -> None:
        """Let pages have all that changed up to now."""
        self._cut, self._cut_at_s, self._woken = self._version, time.monotonic(), 0
        for channel in self._channels.values():
            if channel.changed:
                channel.changed = False
                for follower in channel.followers:
                    if follower.wake():
                        follower.owed = self._cut
                        self._woken += 1
        self._owed = self._woken

    # Who follows --------------------------------------------------------------------------------

    @contextmanager
    def follow(self, wanted: Wanted, since: int = 0) -> Iterator[Follower]:
        """Follow the wanted topics: all of them as they are now, or what changed after ``since``.

        Pages that give the very same ``wanted`` share their messages.
        """
        with self._lock:
            channel = self._channels.setdefault(wanted, _Channel(wanted))
            since = since if since <= self._version else 0
            follower = Follower(self, channel, since, self._version)
            channel.followers.add(follower)
            self._pages += 1
        try:
            yield follower
        finally:
            with self._lock:
                self._pages -= 1
                channel.followers.discard(follower)
                if not channel.followers and self._channels.get(wanted) is channel:
                    del self._channels[wanted]

    def take(self, follower: Follower, channel: _Channel) -> bytes | None:
        """What a page was not told yet; None when it is let go."""
        with self._lock:
            if follower.owed == self._cut:
                follower.owed = 0
                self._owed -= 1
            if self._closed:
                return None
            if follower.version and follower.version >= self._cut:
                return b""
            if channel.cut != self._cut:
                channel.cut, channel.batches = self._cut, {}
            since = (follower.version, follower.heard_from)
            batch = channel.batches.get(since)
            now_s = time.monotonic()
            if batch is None or now_s - batch.made_s > SHARED_S:
                content = b"".join(self._since(*since, channel.wanted))
                batch = _Batch(self._version, content, now_s)
                channel.batches[since] = batch
            follower.version = follower.heard_from = batch.version
            return batch.content

    def _since(self, version: int, heard_from: int, wanted: Wanted) -> list[bytes]:
        """The events of what changed after a version (0: of all that is held), and of what was told once."""
        found = []
        for change in reversed(self._changes.values()):
            if change.version <= version:
                break
            if not wanted(change.topic):
                continue
            if change.passing is not None:
                if change.version > heard_from:
                    found.append(change.passing)
            elif (told := self._render(change.topic)) is not None:
                found.append(told)
            elif version:
                found.append(self._withdrawn(change.topic))
        found.reverse()
        return found

    @property
    def version(self) -> int:
        """The number of the last change; it is more than 0."""
        return self._version

    @property
    def pages(self) -> int:
        """How many pages follow."""
        return self._pages

    def close(self) -> None:
        """Let every page go: the process ends."""
        with self._lock:
            self._closed = True
            for channel in self._channels.values():
                for follower in channel.followers:
                    follower.wake()
