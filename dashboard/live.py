"""What is now the case, kept from the broker and handed on to every open page.

The newest view of each topic is kept with the machine time of its reception. Pages get a snapshot
first, then each change, and with every message the age of its view: a browser only adds its own
monotonic time to it, so neither its clock nor the site's scaled civil time can falsify an age.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, NamedTuple, TypeAlias

import msgspec

from broker.clock import SECOND, Clock
from broker.connection import Connected, Disconnected, Happening, Inbound
from broker.contract import messages
from broker.contract.messages import Answer, NodeHealth, NodeLog, NodeStatus, RecorderStatus
from broker.contract.topics import RECORDER, Topics
from broker.contract.views import PRIVATE, PUBLIC, View
from dashboard.feed import Feed, Follower, Wanted
from dashboard.sse import BEAT, Beat, Message, Shown, event

log = logging.getLogger(__name__)

RECORDER_SILENCE_S: Final = 7
"""After so many machine seconds without the recorder's word (one each 2 s) nothing is known any more."""

HEALTH_VALID_S: Final = 90
"""A node tells its health each half minute: three missed words, and it is unknown."""

Changed: TypeAlias = Callable[[str, Shown | None], None]
"""Called with a topic and what is now shown of it, None when it was withdrawn. It must not wait."""


class Held(NamedTuple):
    """The newest view of a topic.

    ``at_ns`` is its civil date where the broker gave it from its store (its age then follows from the
    recorder's time); None where it arrived as it was made. ``valid_s`` None: valid until replaced.
    """

    shown: Shown
    received_ns: int
    at_ns: int | None
    valid_s: int | None


class Hour(NamedTuple):
    """The site's civil time as the recorder last told it, at a machine time of ours."""

    civil_ns: int
    machine_ns: int
    speed: int

    def civil_at(self, machine_ns: int) -> int:
        """The civil time when our machine clock shows ``machine_ns``."""
        return self.civil_ns + (machine_ns - self.machine_ns) * self.speed


class Live:
    """The newest views of a site, and the pages that follow them.

    Args:
        topics: the site's topics.
        clock: whose machine time ages are counted on.
    """

    def __init__(self, topics: Topics, clock: Clock) -> None:
        self._topics, self._clock = topics, clock
        self._held: dict[str, Held] = {}
        self._watchers: list[tuple[Wanted, Changed]] = []
        self._lock = threading.Lock()
        self._hour: Hour | None = None
        self._recorder_online = False
        self._trouble = False
        self._broker = False
        self.unreadable = 0
        self.feed = Feed(self._told, lambda topic: event("view", Message(topic, None, None, None)))

    # What arrives -------------------------------------------------------------------------------

    def take(self, happening: Happening) -> None:
        """Take what the connection to the broker brought. Never raises: what cannot be read is counted."""
        match happening:
            case Connected():
                self._broker = True
            case Disconnected():
                self._broker = False
            case Inbound():
                self._take_message(happening)
        self._announce_beat_if_changed()

    def _take_message(self, message: Inbound) -> None:
        parsed = self._topics.parse(message.topic)
        if parsed is None:
            return
        topic = "/".join((parsed.kind, *parsed.path))
        if topic == f"status/{RECORDER}":
            self._take_recorder(message)
            return
        kind = _kind_of(parsed.kind, parsed.path)
        if kind is None:
            return
        if not message.payload:
            self._withdraw(topic)
            return
        try:
            shown = messages.decode(message.payload, kind)
        except msgspec.DecodeError as problem:
            self.unreadable += 1
            log.warning("unreadable %s, shown as unknown: %s", topic, problem)
            self._withdraw(topic)
            return
        self._keep(topic, shown, retained=message.retained)

    def _take_recorder(self, message: Inbound) -> None:
        try:
            status = messages.decode(message.payload, RecorderStatus)
        except msgspec.DecodeError as problem:
            self.unreadable += 1
            log.warning("unreadable status of the recorder: %s", problem)
            return
        self._recorder_online = status.state == "online"
        self._trouble = bool(status.trouble)
        # A retained status tells a time that is past: only one that arrives as it is said sets ours.
        if self._recorder_online and not message.retained:
            first = self._hour is None
            self._hour = Hour(status.civil_ns, self._clock.machine_ns(), max(1, status.speed))
            if first:
                self._announce_ages()

    def _keep(self, topic: str, shown: Shown, *, retained: bool) -> None:
        at_ns: int | None = None
        valid_s: int | None = None
        match shown:
            case View():
                at_ns, valid_s = shown.at_ns, shown.valid_s
            case NodeHealth():
                at_ns, valid_s = shown.at_ns, HEALTH_VALID_S
            case _:
                pass
        held = Held(shown, self._clock.machine_ns(), at_ns if retained else None, valid_s)
        if isinstance(shown, Answer | NodeLog):
            self.feed.tell_once(topic, event("view", self._message(topic, held)))
        else:
            with self._lock:
                self._held[topic] = held
            self.feed.note(topic)
        self._tell_watchers(topic, shown)

    def _withdraw(self, topic: str) -> None:
        with self._lock:
            was_held = self._held.pop(topic, None) is not None
        if was_held:
            self.feed.note(topic)
        self._tell_watchers(topic, None)

    def _tell_watchers(self, topic: str, shown: Shown | None) -> None:
        for wanted, changed in self._watchers:
            if wanted(topic):
                changed(topic, shown)

    def watch(self, wanted: Wanted, changed: Changed) -> None:
        """Be told of each change of the wanted topics inside this process, as it is taken."""
        self._watchers.append((wanted, changed))

    # What pages get -----------------------------------------------------------------------------

    def listen(self, wanted: Wanted, since: int = 0) -> AbstractContextManager[Follower]:
        """Follow the wanted topics, and the beats that are no matter of time; see ``Feed.follow``."""
        return self.feed.follow(wanted, since)

    def topics(self, wanted: Wanted) -> list[str]:
        """The wanted topics that are held now."""
        with self._lock:
            return [topic for topic in self._held if wanted(topic)]

    def beat(self) -> Beat:
        """What pages need to know to judge whether anything is known at all."""
        now, hour = self._clock.machine_ns(), self._hour
        heard = hour is not None and self._recorder_online
        return Beat(
            civil_ns=hour.civil_at(now) if hour else None,
            speed=hour.speed if hour else 1,
            machine_ns=now,
            recorder_age_s=round((now - hour.machine_ns) / SECOND, 3) if hour and heard else None,
            broker=self._broker,
            trouble=self._trouble,
        )

    def hall_is_heard(self) -> bool:
        """Whether the recorder spoke within its time: without it no view counts as known."""
        age = self.beat().recorder_age_s
        return age is not None and age <= RECORDER_SILENCE_S

    def civil_ns(self) -> int:
        """The site's civil time: the recorder's word, or this machine's own clock before the first one."""
        return self._hour.civil_at(self._clock.machine_ns()) if self._hour else self._clock.civil_ns()

    def held(self, wanted: Wanted) -> list[Message]:
        """The wanted views that are held now, each with its age, as a page is told them."""
        with self._lock:
            kept = [(topic, held) for topic, held in self._held.items() if wanted(topic)]
        return [self._message(topic, held) for topic, held in kept]

    def view(self, topic: str, still_s: float = 0.0) -> Shown | None:
        """The view of a topic if it is known, and valid for ``still_s`` machine seconds more; else None."""
        with self._lock:
            held = self._held.get(topic)
            if held is None or not self.hall_is_heard():
                return None
            age = self._age_s(held)
        if age is None or (held.valid_s is not None and age + still_s > held.valid_s):
            return None
        return held.shown

    def told_ns(self, topic: str) -> int | None:
        """The civil time of what was last said of a topic, however old; None when nothing was."""
        with self._lock:
            held = self._held.get(topic)
        return held.shown.at_ns if held is not None and isinstance(held.shown, View) else None

    def counts(self) -> tuple[int, int]:
        """How many views are held, and how many pages follow."""
        return len(self._held), self.feed.pages

    def close(self) -> None:
        """Let every page go: the process ends."""
        self.feed.close()

    # Inside -------------------------------------------------------------------------------------

    def _age_s(self, held: Held) -> float | None:
        since_reception = (self._clock.machine_ns() - held.received_ns) / SECOND
        if held.at_ns is None:
            return since_reception
        if self._hour is None:
            return None
        at_reception = (self._hour.civil_at(held.received_ns) - held.at_ns) / SECOND / self._hour.speed
        return max(0.0, at_reception) + since_reception

    def _message(self, topic: str, held: Held) -> Message:
        age = self._age_s(held)
        rounded = None if age is None else round(age, 3)
        return Message(topic, rounded, held.valid_s, held.shown)

    def _told(self, topic: str) -> bytes | None:
        if topic == BEAT:
            return event(BEAT, self.beat())
        with self._lock:
            held = self._held.get(topic)
        return None if held is None else event("view", self._message(topic, held))

    def _announce_ages(self) -> None:
        """The first word of the recorder dates what the broker had in store."""
        with self._lock:
            stored = [topic for topic, held in self._held.items() if held.at_ns is not None]
        for topic in stored:
            self.feed.note(topic)

    _announced: tuple[bool, bool, bool] = (False, False, False)

    def _announce_beat_if_changed(self) -> None:
        """Pages learn at once that the recorder or the broker came or went; otherwise with the next beat."""
        now = (self._broker, self._recorder_online, self._trouble)
        if now != self._announced:
            self._announced = now
            self.feed.note(BEAT)


def _kind_of(kind: str, path: tuple[str, ...]) -> type[Shown] | None:
    match kind:
        case "view":
            return PUBLIC.get(path[0])
        case "private":
            return PRIVATE.get(path[0])
        case "health":
            return NodeHealth
        case "status":
            return NodeStatus
        case "answer":
            return Answer
        case "log":
            return NodeLog
        case _:
            return None
