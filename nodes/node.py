"""The runtime of one Raspberry Pi: one queue, one thread, its devices side by side.

Whatever happens elsewhere (a pin's callback, the network's thread, a printer's) only enqueues. One
thread takes items in order, runs the timers that were due before each, and hands them to devices.
The simulated history drives the same code with ``step`` on a clock of its own.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from broker.clock import SECOND, Clock, local_day
from broker.connection import Connected, Disconnected, Happening, Inbound, Link
from broker.contract import access, compiled, messages, views
from broker.contract.topics import RULES, Kind, Topics
from broker.delivery.outbox import Outbox
from broker.delivery.sender import Sender
from broker.logs import Recent
from broker.memory import resident_bytes
from nodes.board import Board
from nodes.devices import build
from nodes.followed import Followed, Views
from nodes.hardware.interface import Hardware
from nodes.runtime import Edge
from nodes.slot import Slot
from nodes.timers import Timer, Timers

log = logging.getLogger(__name__)

RESTART_EXIT_CODE = 75
"""The process asks to be started again (EX_TEMPFAIL): systemd does."""

HEALTH_S = 30.0
TICK_S = 1.0
IDENTIFY_S = 10.0


class Stop(NamedTuple):
    """Ends ``run`` with this exit code."""

    exit_code: int = 0


Item: TypeAlias = Happening | Edge | Stop | Callable[[], Any]


def subscriptions(site: compiled.Site, node: compiled.Node) -> list[str]:
    """The topics a node listens to: exactly what it may read."""
    return [right.topic for right in access.node_rights(site, node) if right.way == "read"]


def will_of(topics: Topics, node_id: str) -> tuple[str, bytes]:
    """Topic and payload of a node's last will."""
    return topics.of("status", node_id), messages.encode(messages.NodeStatus(state="lost"))


class Node:
    """One node. Only ``put`` may be called from other threads.

    Args:
        node: its description.
        site: the site it stands in.
        hardware: what its devices are wired to.
        outbox: where its events are kept.
        sender: what sends them.
        link: where status and health go.
        clock: machine time for everything that happens here.
        version: the program's version, for the technician.
        phone_url: what a ticket's web address begins with; empty: as the site says.
        inbox: the queue that other threads already put into; a new one when not given.
        health_s: seconds of machine time between two publications of the node's health.
        board: the machine under it; None where there is none of its own (a simulated tent).
        recent: the last lines of its log, which a technician may ask for.
    """

    def __init__(
        self,
        node: compiled.Node,
        site: compiled.Site,
        hardware: Hardware,
        outbox: Outbox,
        sender: Sender,
        link: Link,
        clock: Clock,
        *,
        version: str = "",
        phone_url: str = "",
        inbox: queue.SimpleQueue[Item] | None = None,
        health_s: float = HEALTH_S,
        board: Board | None = None,
        recent: Recent | None = None,
    ) -> None:
        self.node, self.site, self.hardware = node, site, hardware
        self.phone_url = phone_url or site.phone_url
        self.exit_code: int | None = None
        self._outbox, self._sender, self._link, self._clock = outbox, sender, link, clock
        self._version, self._health_s, self._board, self._recent = version, health_s, board, recent
        self._topics = Topics(site.id)
        self._inbox: queue.SimpleQueue[Item] = queue.SimpleQueue() if inbox is None else inbox
        self._timers = Timers()
        self._zone = ZoneInfo(site.timezone)
        self._now_ns = clock.machine_ns()
        self._started_ns = self._now_ns
        self._views = Views(self, clock.speed)
        self._commands_seen: list[str] = []
        self._to_send = self._health_is_due = False
        self._online = False
        self._tick: Timer | None = None
        self.slots: Mapping[str, Slot] = {record.id: Slot(self, record, build) for record in node.devices}

    # Driving ------------------------------------------------------------------------------------

    def put(self, item: Item) -> None:
        """Hand over something that happened. The only call for other threads."""
        self._inbox.put(item)

    def start(self) -> None:
        """Record the start and start every device."""
        started = messages.NodeStarted(
            device="", version=self._version, model=self.node.model, pins=self.hardware.pins
        )
        try:
            self.record(started, self.now_ns())
        except OSError as problem:
            log.error("%s: the start cannot be recorded: %s", self.node.id, problem)
        for slot in self.slots.values():
            slot.start()
        self._expect_receipt()
        self._report_health()

    def step(self) -> None:
        """Handle everything queued and every timer due, without waiting."""
        while self._handle_queued() or self._run_due(self._clock.machine_ns()) or self._finish():
            pass

    def next_timer_ns(self) -> int | None:
        """Machine time of the next timer; None without one."""
        return self._timers.next_ns()

    def run_once(self, timeout: float) -> None:
        """Wait for something to do, at most ``timeout`` seconds and not beyond the next timer; do it."""
        next_ns = self.next_timer_ns()
        if next_ns is not None:
            timeout = min(timeout, max(next_ns - self._clock.machine_ns(), 0) / SECOND)
        try:
            item = self._inbox.get(timeout=timeout) if timeout > 0 else self._inbox.get_nowait()
        except queue.Empty:
            pass
        else:
            self._handle(item)
        self.step()

    def run(self) -> int:
        """Work from ``start`` until a Stop or a restart command, then stop; returns the exit code."""
        while self.exit_code is None:
            self.run_once(TICK_S)
        self.stop()
        return self.exit_code

    def stop(self) -> None:
        """Stop every device, give the last word of what was recorded, say goodbye, free the hardware."""
        for slot in self.slots.values():
            slot.stop()
        self._publish("health", self.health())
        self._publish("status", messages.NodeStatus(state="lost", run=self._outbox.run))
        self.hardware.close()

    def introduce(self, seconds: float) -> None:
        """Show on the displays which node this is: whoever plugs it in sees that it is the right one."""
        for slot in self.slots.values():
            if slot.device is not None:
                slot.run(partial(slot.device.introduce, seconds))

    # What slots ask -----------------------------------------------------------------------------

    def now_ns(self) -> int:
        """Machine time of what is being handled; never goes back."""
        self._now_ns = max(self._now_ns, self._clock.machine_ns())
        return self._now_ns

    def civil_ns(self) -> int | None:
        """Civil time by this boot's offset, None while there is no ground for one."""
        return self._sender.civil_ns()

    def record(self, body: messages.Body, machine_ns: int) -> str:
        """Write an event, synced; returns its id. Raises OutboxFullError."""
        seq = self._outbox.record(body, machine_ns)
        self._to_send = True
        self._expect_receipt()
        return messages.event_id(self.node.id, self._outbox.run, seq)

    def remember(self, key: str, value: str) -> None:
        """Keep a note on disk, synced."""
        self._outbox.remember(key, value)

    def recall(self, key: str) -> str | None:
        """A note kept before."""
        return self._outbox.recall(key)

    def at(self, due_ns: int, action: Callable[[], None]) -> Timer:
        """Set a timer."""
        return self._timers.at(due_ns, action)

    def follow(self, topic: str, followed: Followed[Any], kind: type[views.View]) -> None:
        """Keep a followed view up to date, beginning with the latest known."""
        self._views.follow(topic, followed, kind)

    def unfollow(self, topic: str, followed: Followed[Any]) -> None:
        """No longer."""
        self._views.unfollow(topic, followed)

    def health_changed(self) -> None:
        """Publish the health at the end of this step."""
        self._health_is_due = True

    # Handling -----------------------------------------------------------------------------------

    def _handle_queued(self) -> bool:
        try:
            item = self._inbox.get_nowait()
        except queue.Empty:
            return False
        self._handle(item)
        return True

    def _handle(self, item: Item) -> None:
        match item:
            case Edge():
                while self._run_due(item.at_ns):
                    pass
                item.handle()
            case Inbound():
                self._receive(item)
            case Connected():
                self._online = True
                self._sender.connected()
                self._publish(
                    "status",
                    messages.NodeStatus(state="online", run=self._outbox.run, version=self._version),
                )
                self._health_is_due = self._to_send = True
                self._expect_receipt()
            case Disconnected():
                if self._online:
                    log.warning("%s: the broker is gone: %s", self.node.id, item.reason)
                self._online = False
                self._sender.disconnected()
            case Stop():
                self.exit_code = item.exit_code
            case _:
                item()

    def _run_due(self, upto_ns: int) -> bool:
        action = self._timers.take_due(upto_ns)
        if action is None:
            return False
        self._now_ns = max(self._now_ns, upto_ns)
        action()
        return True

    def _finish(self) -> bool:
        """What follows once everything else was handled; True when it did something."""
        if self._to_send:
            self._to_send = self._sender.pump()
            return True
        if self._health_is_due:
            self._health_is_due = False
            self._publish("health", self.health())
            return True
        return False

    def _receive(self, inbound: Inbound) -> None:
        topic = self._topics.parse(inbound.topic)
        if topic is None:
            log.warning("%s: a message on %s is not for this site", self.node.id, inbound.topic)
            return
        if self._sender.receive(topic, inbound.payload, retained=inbound.retained):
            self._to_send = True
            self._views.time_may_be_known()
            return
        try:
            if topic.kind == "answer":
                answer = messages.decode(inbound.payload, messages.Answer)
                for slot in self.slots.values():
                    if slot.device is not None:
                        slot.run(partial(slot.device.answer, answer))
            elif topic.kind == "command":
                if not inbound.retained:
                    self._command(messages.decode(inbound.payload, messages.Command))
            else:
                self._views.receive(inbound.topic, inbound.payload, retained=inbound.retained)
        except msgspec.MsgspecError as problem:
            log.warning("%s: %s cannot be read: %s", self.node.id, inbound.topic, problem)

    def _command(self, command: messages.Command) -> None:
        civil_ns = self.civil_ns()
        if civil_ns is None or civil_ns > command.expires_ns or command.key in self._commands_seen:
            log.warning(
                "%s: the command %s is expired, repeated or undatable: ignored", self.node.id, command.action
            )
            return
        self._commands_seen = [*self._commands_seen[-9:], command.key]
        log.info("%s: %s", self.node.id, command.action)
        match command.action:
            case "identify":
                for slot in self.slots.values():
                    if slot.device is not None:
                        slot.run(partial(slot.device.identify, IDENTIFY_S))
            case "self_test":
                self._test(paper=command.paper)
            case "restart":
                self.exit_code = RESTART_EXIT_CODE
            case "log":
                self._tell_log(command.key)

    def _test(self, *, paper: bool) -> None:
        for slot in self.slots.values():
            if slot.device is not None:
                slot.run(slot.device.test)
            if slot.device is not None and paper:
                slot.run(slot.device.test_paper)
        self._health_is_due = True

    def _tell_log(self, key: str) -> None:
        lines = [messages.LogLine(*line) for line in self._recent.lines()] if self._recent else []
        self._publish("log", messages.NodeLog(key=key, lines=lines))

    # Health -------------------------------------------------------------------------------------

    def health(self) -> messages.NodeHealth:
        """How the node and its devices are doing."""
        civil_ns = self.civil_ns()
        day = None if civil_ns is None else local_day(civil_ns, self._zone)
        return messages.NodeHealth(
            node=self.node.id,
            run=self._outbox.run,
            at_ns=civil_ns or 0,
            uptime_s=(self.now_ns() - self._started_ns) // SECOND,
            recorded=self._outbox.recorded(),
            pending=self._outbox.pending(),
            outbox_bytes=self._outbox.size_bytes(),
            resident_bytes=resident_bytes(),
            pins=self.hardware.pins,
            devices=[slot.health() for slot in self.slots.values()],
            outbox_capacity_bytes=self._outbox.capacity_bytes,
            outboxes_set_aside=self._outbox.set_aside(),
            day=day.name if day else "",
            recorded_today=self._outbox.recorded_between(day.start_ns, day.end_ns) if day else 0,
            board=self._board.look() if self._board else None,
        )

    def _report_health(self) -> None:
        self._health_is_due = self._to_send = True
        self.at(self.now_ns() + round(self._health_s * SECOND), self._report_health)

    def _expect_receipt(self) -> None:
        """While something waits for its receipt, the sender needs a look now and then."""
        if self._tick is None:
            self._tick = self.at(self.now_ns() + round(TICK_S * SECOND), self._look_again)

    def _look_again(self) -> None:
        self._tick = None
        self._to_send = True
        if self._online and self._outbox.pending():
            self._expect_receipt()

    def _publish(self, kind: Kind, message: msgspec.Struct) -> None:
        rule = RULES[kind]
        topic = self._topics.of(kind, self.node.id)
        self._link.publish(topic, messages.encode(message), qos=rule.qos, retain=rule.retain)
