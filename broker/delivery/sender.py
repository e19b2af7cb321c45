"""Sends an outbox's events in order, and again until the recorder's receipt says they are committed.

The broker's own acknowledgement is not the receipt: nothing depends on what the broker keeps. What
is on its way without a receipt is bounded, so that neither the broker's memory nor the recorder's
can be filled by a node, whatever happens.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import NamedTuple

import msgspec

from broker.clock import SECOND, Clock
from broker.connection import Link
from broker.contract import messages
from broker.contract.topics import RECORDER, RULES, Topic, Topics
from broker.delivery.outbox import Outbox, Parcel, Place

log = logging.getLogger(__name__)

WINDOW = 4
"""Messages on their way without a receipt."""
MOST_BYTES = 64 * 1000
MOST_EVENTS = 500
RESEND_NS = 5 * SECOND
"""Machine time after which an unreceipted message is sent again."""
TIDY_NS = 60 * SECOND
"""Machine time between two tidyings of the outbox."""

_START = Place(0, 0)


class _OnItsWay(NamedTuple):
    parcel: Parcel
    sent_ns: int


class Sender:
    """The sending half of one node's outbox. Not for several threads.

    Args:
        node: whose events these are.
        outbox: where they are kept.
        topics: the site's topics.
        link: where messages go.
        clock: machine time for resends; civil time for dating when this machine's clock can be trusted.
    """

    def __init__(self, node: str, outbox: Outbox, topics: Topics, link: Link, clock: Clock) -> None:
        self._node, self._outbox, self._topics, self._link, self._clock = node, outbox, topics, link, clock
        self._is_connected = False
        self._recorder_is_there = False
        self._journal = outbox.recall("journal") or ""
        self._on_its_way: deque[_OnItsWay] = deque()
        self._sent_upto = _START
        self._tidied_ns = clock.machine_ns()
        self._reminded_ns: int | None = None
        if clock.civil_is_known():
            self._date(clock.civil_ns(), clock.speed)

    def subscriptions(self) -> list[str]:
        """The topics this sender listens to."""
        return [self._topics.of("receipt", self._node), self._topics.of("status", RECORDER)]

    def civil_ns(self) -> int | None:
        """Civil time by this boot's one offset; None while there is no ground for one."""
        return self._outbox.civil_ns(self._clock.machine_ns())

    def connected(self) -> None:
        """The link stands: send from the first unreceipted event on, once the recorder is there."""
        self._is_connected = True
        self._start_over()

    def disconnected(self) -> None:
        """The link is gone; what was on its way may or may not have arrived."""
        self._is_connected = False
        self._recorder_is_there = False
        self._reminded_ns = None
        self._start_over()

    def receive(self, topic: Topic, payload: bytes, *, retained: bool) -> bool:
        """Take a message if it is for the sender; returns whether it was. What it allows, ``pump`` sends."""
        try:
            if topic.kind == "receipt" and topic.path == (self._node,):
                self._take_receipt(messages.decode(payload, messages.Receipt))
                return True
            if topic.kind == "status" and topic.path == (RECORDER,):
                status = messages.decode(payload, messages.RecorderStatus)
                self._take_recorder_status(status, retained=retained)
                return True
        except msgspec.MsgspecError as problem:
            log.warning("%s/%s cannot be read: %s", topic.kind, "/".join(topic.path), problem)
            return True
        return False

    def pump(self) -> bool:
        """Send at most one message; returns whether another may follow at once.

        One at a time, so that in a backlog a press waits behind one message and never behind a window.
        Cheap: call it after recording, after ``receive`` took a message, and every second or so.
        """
        now_ns = self._clock.machine_ns()
        if not (self._is_connected and self._recorder_is_there):
            return False
        if now_ns - self._tidied_ns > TIDY_NS and (civil_ns := self.civil_ns()) is not None:
            self._tidied_ns = now_ns
            self._outbox.tidy(civil_ns)
        if self._reminded_ns is not None and now_ns - self._reminded_ns > RESEND_NS:
            self._remind()
        if self._on_its_way and now_ns - self._on_its_way[0].sent_ns > RESEND_NS:
            self._start_over()
        if len(self._on_its_way) >= WINDOW:
            return False
        parcel = self._outbox.parcel_after(self._sent_upto, most_bytes=MOST_BYTES, most_events=MOST_EVENTS)
        if parcel is None:
            return False
        self._on_its_way.append(_OnItsWay(parcel, now_ns))
        self._sent_upto = parcel.last
        self._send(parcel, now_ns)
        return len(self._on_its_way) < WINDOW

    def pump_all(self) -> None:
        """Send everything that may be sent now: for those at whom nobody presses meanwhile."""
        while self.pump():
            pass

    def _send(self, parcel: Parcel, now_ns: int) -> None:
        self._publish(
            messages.Batch(
                run=parcel.run,
                boot=parcel.boot,
                sent_boot=self._outbox.boot,
                sent_ns=now_ns,
                oldest=parcel.oldest,
                journal=self._journal,
                receipted=parcel.receipted,
                events=parcel.events,
            )
        )

    def _remind(self) -> None:
        """Tell the recorder how far it has receipted us, though there may be nothing to send.

        A journal that was put back from a backup while everything was off learns from this, and from
        nothing else, that it lacks what our outbox still holds. It is said again until a receipt answers:
        the broker may drop it, as anything that it carries to the recorder.
        """
        newest = self._outbox.newest_receipt()
        self._reminded_ns = None
        if newest is None or not self._journal:
            return
        self._reminded_ns = self._clock.machine_ns()
        run, boot, upto = newest
        self._publish(
            messages.Batch(
                run=run,
                boot=boot,
                sent_boot=self._outbox.boot,
                sent_ns=self._clock.machine_ns(),
                oldest=1,
                journal=self._journal,
                receipted=upto,
                events=[],
            )
        )

    def _publish(self, batch: messages.Batch) -> None:
        rule = RULES["event"]
        topic = self._topics.of("event", self._node)
        self._link.publish(topic, messages.encode(batch), qos=rule.qos, retain=rule.retain)

    def _take_receipt(self, receipt: messages.Receipt) -> None:
        self._note_journal(receipt.journal)
        self._reminded_ns = None
        self._outbox.receipted(receipt.run, receipt.upto)
        if self._on_its_way:
            first = self._on_its_way[0].parcel
            if first.run == receipt.run and receipt.upto < first.first.seq - 1:
                # The recorder lacks what came before: go back to the first it needs.
                self._start_over()
        while self._on_its_way:
            first = self._on_its_way[0].parcel
            if first.run != receipt.run or first.last.seq > receipt.upto:
                break
            self._on_its_way.popleft()

    def _take_recorder_status(self, status: messages.RecorderStatus, *, retained: bool) -> None:
        if status.state != "online":
            self._recorder_is_there = False
            return
        if not retained:  # a retained time is as old as the broker's memory of it
            self._date(status.civil_ns, status.speed)
        self._note_journal(status.journal)
        if not self._recorder_is_there:
            self._recorder_is_there = True
            # It may come back with last week's journal: nothing is dropped before it has said so.
            self._tidied_ns = self._clock.machine_ns()
            self._start_over()
            self._remind()

    def _date(self, civil_ns: int, speed: int) -> None:
        self._outbox.date(civil_ns - speed * self._clock.machine_ns(), speed)

    def _note_journal(self, journal: str) -> None:
        if journal == self._journal:
            return
        if self._journal:
            log.warning("the journal is another one (%s): everything still held travels again", journal)
            self._remind()
            self._outbox.forget_receipts()
            self._start_over()
        self._journal = journal
        self._outbox.remember("journal", journal)

    def _start_over(self) -> None:
        self._on_its_way.clear()
        self._sent_upto = _START
