"""The hall process: joins recorder, hall and store to the broker.

One thread does everything in order, the network included; the store's feed is a process with a cursor
of its own. A full disk stops receipts, not the process.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from broker.clock import SECOND, Clock, LocalDay, local_day
from broker.connection import Connected, Connection, Disconnected, Happening, Identity, Inbound, Will
from broker.contract import compiled, messages
from broker.contract.topics import RECORDER, RULES, Topics
from broker.delivery.intake import Arrived
from broker.delivery.journal import Journal
from broker.folder import Hold
from broker.notify import Watchdog, notify
from hall import delivery_views
from hall.feed_process import FeedOrder
from hall.feeder import Feeder
from hall.forward_process import CityLink, ForwardOrder
from hall.forwarder import Forwarder
from hall.pipeline import Outgoing, Pipeline
from hall.silence import Hearing
from hall.store.open import StoreConfig

log = logging.getLogger(__name__)

HEARTBEAT_NS = 2 * SECOND
"""Machine time between two words of ``status/recorder``: it tells nodes the time."""
REFRESH_NS = 10 * SECOND
"""Machine time between two publications of everything: views are valid for 30 s."""
LEDGER_NS = 3 * SECOND
"""Machine time between two publications of the ledger and the quarantine."""
SETTLE_NS = 3 * SECOND
"""Machine time after a start before numbers are leased anew.

A journal put back from a backup does not know what it gave since; by then the nodes have said so. Kiosks
go on with the number they hold, and with their reserve.
"""
_AT_ONCE = 500
"""Messages committed together."""
_BYTES_AT_ONCE = 1_000_000
"""And of how many bytes: while they are decided the link is not read, and has to stay alive."""
_A_FLOOD = 16
"""So many messages at one reading are no press: more is on its way, and worth waiting for."""
_GATHER_NS = 5 * SECOND // 1000
"""Machine time for which the rest of a flood is gathered before a commit. A press never waits for it."""
_VIEWS_NS = SECOND // 10
"""Machine time between two publications of what changed while a flood lasts; otherwise it is at once."""
_DISK_RETRY_S = 1.0


class HallServer:
    """The recorder, hall and store of one site.

    Args:
        site: the site description in force.
        identity: the recorder's certificate.
        host: the broker's host.
        port: its TLS port.
        state: the folder of the journal and the store's cursor.
        store: which store the feed writes to.
        clock: the site's time.
        city: where what was decided is forwarded to; None at a site that no city sees.

    Raises:
        FolderInUseError: another hall works in that folder: a journal has one writer.
    """

    def __init__(
        self,
        site: compiled.Site,
        identity: Identity,
        host: str,
        port: int,
        state: Path,
        store: StoreConfig,
        clock: Clock,
        city: CityLink | None = None,
    ) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._hold = Hold(state)
        self._site, self._clock = site, clock
        self._topics = Topics(site.id)
        self._journal = Journal(state / "journal.sqlite")
        self._pipeline = Pipeline(site, self._journal, clock)
        self._happenings: list[Happening] = []
        self._parse = lru_cache(maxsize=1024)(self._topics.parse)
        self._zone = ZoneInfo(site.timezone)
        lost = messages.RecorderStatus(state="lost")
        self._connection = Connection(
            identity,
            host,
            port,
            [self._topics.every("event"), self._topics.every("health")],
            self._happenings.append,
            will=Will(self._topics.of("status", RECORDER), messages.encode(lost)),
            # Our own receipt covers the delivery: what the broker drops is sent again.
            qos=0,
            version="3.1.1",
        )
        self._hearing = Hearing(node.id for node in site.nodes)
        self._watchdog = Watchdog()
        self._feed = Feeder(FeedOrder(state=state.absolute(), store=store, timezone=site.timezone))
        order = city and ForwardOrder(site=site.id, state=state.absolute(), link=city)
        self._forwarder = Forwarder(order) if order else None
        self._is_connected = False
        self._trouble = ""
        self._ends = False
        is_new = self._journal.last_offset() == 0
        self._leases_from_ns = 0 if is_new else clock.machine_ns() + SETTLE_NS
        self._kiosks = self._topics.every("view").replace("+", "kiosk", 1).removesuffix("+")
        self._due_ns = {"heartbeat": 0, "refresh": 0, "ledger": 0}
        self._views_ns = 0
        self._owes_views = False

    def run(self) -> None:
        """Until ``stop``: take, decide, publish."""
        self._feed.start()
        if self._forwarder:
            self._forwarder.start()
        notify("READY=1")
        self._watchdog.feed()
        if self._start_pipeline():
            log.info("the hall runs on journal %s", self._journal.id)
            while not self._ends:
                self._watchdog.feed()
                happenings = self._wait()
                arrived = [one for happening in happenings for one in self._received(happening)]
                self._work(arrived)
        notify("STOPPING=1")
        self._say_goodbye()

    def stop(self) -> None:
        """End ``run`` soon; from any thread or a signal handler."""
        self._ends = True
        self._connection.wake()

    # Inside -------------------------------------------------------------------------------------

    def _start_pipeline(self) -> bool:
        """Decide what the last process did not; a full disk at this moment makes us wait, not end.

        Returns False when it is time to end instead.
        """
        while not self._ends:
            try:
                self._publish(self._pipeline.start())
            except sqlite3.OperationalError as problem:
                self._cannot_write(problem)
            else:
                return True
        return False

    def _cannot_write(self, problem: sqlite3.OperationalError) -> None:
        """Without a commit there is no receipt, and the nodes keep everything: say so, and try again."""
        if not self._trouble:
            log.error("the journal cannot be written (%s): no receipts until it can", problem)
        self._told(trouble=str(problem))
        until_s = time.monotonic() + _DISK_RETRY_S
        self._watchdog.feed()
        while not self._ends and (left_s := until_s - time.monotonic()) > 0:
            self._connection.serve(left_s)

    def _work(self, arrived: list[Arrived]) -> None:
        try:
            if arrived:
                self._publish(self._pipeline.take(arrived))
            answers = self._pipeline.decide() + self._pipeline.tick()
            silent = self._hearing.silent(self._clock.machine_ns())
            answers += [] if silent is None else self._pipeline.hear(silent)
            self._publish(answers)
            self._told(trouble="")
            if self._is_connected:
                self._publish_what_is_due()
                self._publish_changes(in_a_flood=len(arrived) >= _A_FLOOD or bool(self._happenings))
        except sqlite3.OperationalError as problem:
            self._cannot_write(problem)

    def _told(self, trouble: str) -> None:
        """Say so at once when receipts stop or begin again."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._due_ns["heartbeat"] = 0
        if trouble and self._is_due("heartbeat", HEARTBEAT_NS):
            self._publish_status("online")

    def _wait(self) -> list[Happening]:
        """What happened, after waiting at most until something is due."""
        now_ns = self._clock.machine_ns()
        tick_ns = (self._pipeline.next_tick_ns() - self._clock.civil_ns()) // self._clock.speed
        wait_ns = min(min(self._due_ns.values()) - now_ns, tick_ns)
        if self._happenings or self._owes_views:
            wait_ns = 0
        self._connection.serve(max(0.0, min(wait_ns / SECOND, 1.0)))
        if len(self._happenings) >= _A_FLOOD:
            self._gather()
        count = _count_at_once(self._happenings)
        happenings = self._happenings[:count]
        del self._happenings[:count]
        return happenings

    def _gather(self) -> None:
        """More of a flood, so that it shares the commit."""
        until_ns = self._clock.machine_ns() + _GATHER_NS
        while (left_ns := until_ns - self._clock.machine_ns()) > 0 and len(self._happenings) < _AT_ONCE:
            self._connection.serve(left_ns / SECOND)

    def _received(self, happening: Happening) -> list[Arrived]:
        """What the recorder has to take of a happening."""
        match happening:
            case Connected():
                self._is_connected = True
                self._hearing.connected(self._clock.machine_ns())
                self._due_ns = dict.fromkeys(self._due_ns, 0)
            case Disconnected(reason):
                if self._is_connected:
                    log.warning("the broker is away: %s", reason)
                self._is_connected = False
                self._hearing.disconnected()
            case Inbound(name, payload):
                topic = self._parse(name)
                if topic is not None and topic.kind == "event":
                    return [Arrived(topic.path[0], payload)]
                if topic is not None and topic.kind == "health":
                    self._hearing.heard(topic.path[0], self._clock.machine_ns())
                    self._note_health(topic.path[0], payload)
        return []

    def _note_health(self, node: str, payload: bytes) -> None:
        """Keep what a node says it recorded; a health that cannot be read says nothing."""
        try:
            health = messages.decode(payload, messages.NodeHealth)
            if health.day:
                self._journal.note_said(node, health.day, health.recorded_today, health.at_ns)
        except (msgspec.DecodeError, sqlite3.OperationalError) as problem:
            log.warning("the health of %s is not kept: %s", node, problem)

    def _publish_what_is_due(self) -> None:
        if self._is_due("heartbeat", HEARTBEAT_NS):
            self._publish_status("online")
        if self._is_due("refresh", REFRESH_NS):
            self._publish(self._pipeline.all_views())
        if self._is_due("ledger", LEDGER_NS):
            self._publish(self._delivery())

    def _publish_changes(self, *, in_a_flood: bool) -> None:
        now_ns = self._clock.machine_ns()
        self._owes_views = in_a_flood and now_ns < self._views_ns + _VIEWS_NS
        if not self._owes_views:
            self._views_ns = now_ns
            self._publish(self._pipeline.changed_views())

    def _is_due(self, what: str, every_ns: int) -> bool:
        now_ns = self._clock.machine_ns()
        if now_ns < self._due_ns[what]:
            return False
        self._due_ns[what] = now_ns + every_ns
        return True

    def _publish_status(self, state: Literal["online", "lost"]) -> None:
        status = messages.RecorderStatus(
            state=state,
            journal=self._journal.id,
            civil_ns=self._clock.civil_ns(),
            speed=self._clock.speed,
            trouble=self._trouble,
        )
        rule = RULES["status"]
        self._connection.publish(
            self._topics.of("status", RECORDER), messages.encode(status), qos=rule.qos, retain=rule.retain
        )

    def _delivery(self) -> list[Outgoing]:
        """How the delivery goes, to the store and to the city."""
        told = [
            *delivery_views.ledger_and_quarantine(self._journal, self._feed, self._today()),
            *delivery_views.city(self._forwarder),
        ]
        return [self._pipeline.publishable(key, view) for key, view in told]

    def _publish(self, outgoing: list[Outgoing]) -> None:
        settled = self._clock.machine_ns() >= self._leases_from_ns
        for topic, payload, qos, retain in outgoing:
            if not settled and topic.startswith(self._kiosks):
                # Published again with the first refresh after the hall has settled.
                self._due_ns["refresh"] = min(self._due_ns["refresh"], self._leases_from_ns)
                continue
            self._connection.publish(topic, payload, qos=qos, retain=retain)

    def _today(self) -> LocalDay:
        return local_day(self._clock.civil_ns(), self._zone)

    def _say_goodbye(self) -> None:
        self._publish_status("lost")
        self._connection.stop()
        self._feed.end()
        if self._forwarder:
            self._forwarder.end()
        self._journal.close()
        self._hold.release()


def _count_at_once(happenings: list[Happening]) -> int:
    """How many of them make one commit: at least one."""
    size = 0
    for count, one in enumerate(happenings[:_AT_ONCE], 1):
        size += len(one.payload) if isinstance(one, Inbound) else 0
        if size >= _BYTES_AT_ONCE:
            return count
    return _AT_ONCE
