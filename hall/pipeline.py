"""From what arrived to what is published: intake, decisions, answers and views, on one thread.

There is no network and no thread in here, so that the history made on simulated time runs through
the same code as a real day.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

import msgspec

from broker.clock import SECOND, Clock
from broker.contract import compiled, messages, views
from broker.contract.topics import HALL, RULES, Kind, Topics
from broker.delivery.intake import Arrived, Intake, Taken
from broker.delivery.journal import Decided, Entry, Journal, Row
from hall.decisions import DayEnded, Decision, RequestAnswered, decode_decision
from hall.hall import Hall
from hall.recorded import Recorded

log = logging.getLogger(__name__)

MINUTE_NS = 60 * SECOND
_AT_ONCE = 500
"""Events decided in one transaction."""


class Outgoing(NamedTuple):
    """A message to publish, with its QoS and retain flag."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class Pipeline:
    """The hall's whole work on one journal.

    Args:
        site: the site description in force.
        journal: the writing instance of the journal.
        clock: civil time for commits and for the hall's own events.
    """

    def __init__(self, site: compiled.Site, journal: Journal, clock: Clock) -> None:
        self._site, self._journal, self._clock = site, journal, clock
        self._topics = Topics(site.id)
        self._intake = Intake(journal, site)
        self._run = secrets.token_hex(6)
        self._seq = 0
        self._taken: list[Taken] = []
        self._published: dict[tuple[str, ...], views.View] = {}
        self._next_tick_ns = 0
        self._last_own_ns = 0
        self.hall = self._restored()

    def start(self) -> list[Outgoing]:
        """Say which site is in force if it changed, decide what the last process did not, tick once.

        A journal that ``preaccueil restore`` put back takes its new id here, before any node has spoken.
        """
        outgoing = self._decide_all()
        if self.hall.needs_site(self._site):
            raw = msgspec.json.encode(self._site)
            self._append_own(messages.SiteChanged(device="", site=msgspec.Raw(raw)))
        outgoing += self._decide_all() + self.tick()
        if self._journal.was_put_back:
            # After the tick, which ends the backup's day: it is today's numbers that have to leap.
            self._renew_journal()
            outgoing += self._decide_all()
        return outgoing

    def take(self, arrived: Sequence[Arrived]) -> list[Outgoing]:
        """Commit what arrived, then decide it; receipts come first.

        Raises:
            sqlite3.OperationalError: the disk is full or fails; nothing was taken, no receipt is due.
        """
        receipts = self._intake.take(arrived, self._clock.civil_ns())
        self._taken = self._intake.taken
        if self._intake.is_replaced:
            self._append_own(messages.JournalRenewed(device=""))
            self._intake.is_replaced = False
        return [self._message("receipt", (node,), receipt) for node, receipt in receipts]

    def decide(self) -> list[Outgoing]:
        """Decide every committed event that is not yet decided; the answers to requests."""
        return self._decide_all()

    def tick(self) -> list[Outgoing]:
        """Let time reach the hall, when a minute began or a deadline that it asked for is over."""
        now_ns = self._clock.civil_ns()
        if now_ns < self._next_tick_ns:
            return []
        self._append_own(messages.TimePassed(device=""))
        outgoing = self._decide_all()
        self._next_tick_ns = self._deadline_ns(now_ns)
        return outgoing

    def hear(self, silent: Sequence[str]) -> list[Outgoing]:
        """Journal which nodes are not heard, where that has changed."""
        if set(silent) == self.hall.state.silent.keys():
            return []
        self._append_own(messages.NodesHeard(device="", silent=list(silent)))
        return self._decide_all()

    def next_tick_ns(self) -> int:
        """The civil time at which ``tick`` has something to do."""
        deadline = self.hall.next_deadline_ns()
        return self._next_tick_ns if deadline is None else min(self._next_tick_ns, deadline)

    def changed_views(self) -> list[Outgoing]:
        """The views that are not what was last published, and empty payloads for those that are gone."""
        now = self.hall.views(self._clock.civil_ns())
        changed = [(key, view) for key, view in now.items() if self._published.get(key) != view]
        gone = self._published.keys() - now.keys()
        self._published = now
        removed = [Outgoing(self._topics.of(_kind(key), *key[1:]), b"", 1, retain=True) for key in gone]
        return [self._stamped(key, view) for key, view in changed] + removed

    def all_views(self) -> list[Outgoing]:
        """Every view afresh: so that what stays the same stays valid."""
        self._published = self.hall.views(self._clock.civil_ns())
        return [self._stamped(key, view) for key, view in self._published.items()]

    def publishable(self, key: tuple[str, ...], view: views.View) -> Outgoing:
        """A view of the server's own (ledger, quarantine), stamped like the hall's."""
        return self._stamped(key, view)

    # Inside -------------------------------------------------------------------------------------

    def _restored(self) -> Hall:
        """The state: the newest snapshot, and the fold of the decisions after it."""
        kept = self._journal.snapshot()
        cause = 0
        hall = Hall(self._site)
        if kept is not None:
            cause, state = kept
            hall = Hall.restore(self._site, state)
        for decided in self._journal.decisions_after(cause):
            hall.apply(decided.cause, decode_decision(decided.body))
        return hall

    def _decide_all(self) -> list[Outgoing]:
        outgoing: list[Outgoing] = []
        while entries := self._undecided():
            outgoing += self._decide_some(entries)
        return outgoing

    def _undecided(self) -> list[Taken]:
        """The next events to decide: at hand when they were just taken, else from the journal."""
        upto = self._journal.decided_upto()
        at_hand, self._taken = self._taken[:_AT_ONCE], self._taken[_AT_ONCE:]
        if at_hand and at_hand[0].entry.offset == upto + 1:
            return at_hand
        self._taken = []
        return [Taken(entry, None) for entry in self._journal.events_after(upto, most=_AT_ONCE)]

    def _decide_some(self, events: Iterable[Taken]) -> list[Outgoing]:
        """One transaction of decisions; whatever fails in it, state and journal stay the same thing."""
        answers: list[Outgoing] = []
        decided: list[Decided] = []
        culprit: Entry | None = None
        try:
            with self._journal.transaction():
                for culprit, body in events:
                    day_ends = False
                    for decision in self._decisions(culprit, body):
                        decided.append(Decided(culprit.offset, messages.encode(decision)))
                        self.hall.apply(culprit.offset, decision)
                        day_ends |= isinstance(decision, DayEnded)
                        if isinstance(decision, RequestAnswered):
                            answers.append(self._answer(decision))
                    if day_ends:
                        self._journal.keep_snapshot(culprit.offset, self.hall.snapshot())
                if culprit is not None:
                    self._journal.decide(decided, upto=culprit.offset)
        except sqlite3.OperationalError:
            self._taken = []
            self.hall = self._restored()
            raise
        except Exception as problem:
            # A step of the fold raised: set its event aside, and stand again where the journal stands.
            log.exception("event %s cannot be applied", culprit)
            if culprit is None:
                raise
            self._taken = []
            with self._journal.transaction():
                self._journal.quarantine(culprit.offset, f"the hall cannot apply it: {problem!r}")
            self.hall = self._restored()
            return []
        return answers

    def _decisions(self, entry: Entry, body: messages.AnyBody | None) -> list[Decision]:
        """What the hall decides of an event: nothing when it is quarantined, now or before."""
        if entry.row.quarantined is not None:
            return []
        try:
            return self.hall.decide(_recorded(entry.offset, entry.row, body))
        except Exception as problem:
            log.exception("event %d of %s is quarantined", entry.offset, entry.row.node)
            self._journal.quarantine(entry.offset, f"the hall cannot decide it: {problem!r}")
            return []

    def _append_own(self, body: messages.Body) -> None:
        now_ns = max(self._clock.civil_ns(), self._last_own_ns + 1)
        self._last_own_ns = now_ns
        self._seq += 1
        raw = messages.encode(body)
        with self._journal.transaction():
            self._journal.append(
                Row(HALL, self._run, self._seq, now_ns, now_ns, 0, undated=False, body=raw, quarantined=None)
            )
            self._journal.expect(HALL, self._run, self._seq + 1)

    def _renew_journal(self) -> None:
        """Numbers leap first: killed in between, they leap once more, and none is given twice."""
        log.warning("journal %s was put back from a backup: it takes a new id", self._journal.id)
        self._append_own(messages.JournalRenewed(device=""))
        with self._journal.transaction():
            self._journal.renew_id(self._journal.id)

    def _deadline_ns(self, now_ns: int) -> int:
        minute = (now_ns // MINUTE_NS + 1) * MINUTE_NS
        deadline = self.hall.next_deadline_ns()
        return minute if deadline is None or deadline <= now_ns else min(minute, deadline)

    def _answer(self, decision: RequestAnswered) -> Outgoing:
        answer = messages.Answer(
            key=decision.key,
            accepted=decision.accepted,
            reason=decision.reason,
            desk=decision.desk,
            number=decision.number,
        )
        return self._message("answer", (decision.node,), answer)

    def _stamped(self, key: tuple[str, ...], view: views.View) -> Outgoing:
        stamped = msgspec.structs.replace(
            view,
            journal=self._journal.id,
            offset=self._journal.decided_upto(),
            at_ns=self._clock.civil_ns(),
        )
        return self._message(_kind(key), key[1:], stamped)

    def _message(self, kind: Kind, path: tuple[str, ...], message: msgspec.Struct) -> Outgoing:
        rule = RULES[kind]
        return Outgoing(self._topics.of(kind, *path), messages.encode(message), rule.qos, rule.retain)


def _recorded(offset: int, row: Row, body: messages.AnyBody | None) -> Recorded:
    """A committed event as the hall reads it. Raises msgspec.MsgspecError when its body is unreadable."""
    return Recorded(
        offset=offset,
        node=row.node,
        run=row.run,
        seq=row.seq,
        at_ns=row.at_ns,
        recorded_ns=row.recorded_ns,
        age_ms=row.age_ms,
        undated=row.undated,
        body=messages.decode_body(row.body) if body is None else body,
    )


def _kind(key: tuple[str, ...]) -> Kind:
    return cast("Kind", key[0])
