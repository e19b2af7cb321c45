"""Where one device is mounted on its node: all it may do, and the wall that its failures stop at."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeAlias, TypeVar, overload
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled, messages, views
from broker.contract.faults import Fault
from broker.contract.remarks import Remark, plain
from broker.delivery.outbox import OutboxCorruptError, OutboxFullError
from nodes.debounce import Debounce
from nodes.followed import Followed
from nodes.hardware.interface import Hardware, Input, Output
from nodes.lamps import Lamp, Pattern
from nodes.runtime import Edge, Runtime
from nodes.timers import Timer

log = logging.getLogger(__name__)

Changed: TypeAlias = Callable[[bool, int], None]
"""Called with (active, machine_ns) when a contact settled in a new state."""

State = Literal["ok", "degraded", "failed"]
PRESS_SETTLE_S = 0.03
STUCK_S = 30.0
"""No press lasts so long; a stuck or shorted button does."""
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0
MOST_DOUBLINGS = 6
HELD_S = 8.0
"""A device that worked for so long has recovered: its next failure is a first one again."""
REMARK_S = 60.0

_FULL = "outbox full"


class Device:
    """One capability. It is made anew after each failure.

    Args:
        slot: where it is mounted.
    """

    is_known_later = False
    """True: after ``start`` nobody knows yet whether it works; it calls ``slot.well`` once it does."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot

    def start(self) -> None:
        """Take pins, follow views, show what is known. Whatever it raises makes the device failed."""

    def answer(self, answer: messages.Answer) -> None:
        """The hall answered a request of this node, maybe this device's."""

    def identify(self, seconds: float) -> None:
        """Show a technician which node this is, and disturb nobody: what a lamp tells somebody stays."""
        for lamp in self.slot.lamps():
            lamp.hint(Pattern.FAST, seconds)

    def test(self) -> None:
        """Show a technician that it works, or remark how things are now; needs no hands, disturbs nobody."""

    def test_paper(self) -> None:
        """Spend paper on showing it."""

    def introduce(self, seconds: float) -> None:
        """Show which node this is in words, if it can: at the start, whoever plugs it in reads it."""

    def stop(self) -> None:
        """Free what the slot does not know of."""


D = TypeVar("D")
V = TypeVar("V", bound=views.View)


class Slot:
    """One device's place on the node. Everything a device does passes through here.

    Args:
        runtime: the node.
        record: the device's description.
        build: makes the device.
    """

    def __init__(self, runtime: Runtime, record: compiled.Device, build: Callable[[Slot], Device]) -> None:
        self.id = record.id
        self.description = record
        self.state: State = "ok"
        self.detail = ""
        self.fault = ""
        self.remarked: Remark | None = None
        self.device: Device | None = None
        self._runtime = runtime
        self._build = build
        self._generation = 0
        self._failures = 0
        self._failed_by = ""
        self._well_since_ns: int | None = None
        self._handles: list[Input | Output] = []
        self._lamps: list[Lamp] = []
        self._followed: list[tuple[str, Followed[Any]]] = []
        self._zone = ZoneInfo(runtime.site.timezone)

    # What a device may ask ----------------------------------------------------------------------

    @property
    def node(self) -> compiled.Node:
        """This node's description."""
        return self._runtime.node

    @property
    def site(self) -> compiled.Site:
        """The site's description."""
        return self._runtime.site

    @property
    def hardware(self) -> Hardware:
        """What the node's devices are wired to."""
        return self._runtime.hardware

    @property
    def phone_url(self) -> str:
        """What a ticket's web address begins with; empty where tickets carry none."""
        return self._runtime.phone_url

    def now_ns(self) -> int:
        """Machine time of what is being handled."""
        return self._runtime.now_ns()

    def today(self) -> date | None:
        """The site's date, None while this boot has no ground for one."""
        now = self.local_now()
        return None if now is None else now.date()

    def local_now(self) -> datetime | None:
        """The time on the site's clocks, None while this boot has no ground for one."""
        civil_ns = self._runtime.civil_ns()
        return None if civil_ns is None else self.local(civil_ns)

    def local(self, civil_ns: int) -> datetime:
        """A civil time on the site's clocks."""
        return datetime.fromtimestamp(civil_ns / SECOND, UTC).astimezone(self._zone)

    # What a device may do -----------------------------------------------------------------------

    def record(self, body: messages.Body, machine_ns: int) -> str:
        """Write an event and return its id: on disk once this returns. Raises OutboxFullError."""
        event_id = self._runtime.record(body, machine_ns)
        if self.detail == _FULL:
            self.report("ok")
        return event_id

    def remember(self, key: str, value: str) -> None:
        """Keep a note of this device on disk, synced."""
        self._runtime.remember(f"{self.id}/{key}", value)

    def recall(self, key: str) -> str | None:
        """A note of this device kept before."""
        return self._runtime.recall(f"{self.id}/{key}")

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run ``action`` in so many seconds of machine time, unless the device failed until then."""
        return self._runtime.at(self.now_ns() + round(seconds * SECOND), self._guarded(action))

    def at(self, due_ns: int, action: Callable[[], None]) -> Timer:
        """Run ``action`` at a moment of machine time, unless the device failed until then."""
        return self._runtime.at(due_ns, self._guarded(action))

    def from_any_thread(self, action: Callable[[D], None]) -> Callable[[D], None]:
        """A callable for another thread, that runs ``action`` here on the node's own."""
        generation = self._generation

        def forward(value: D) -> None:
            self._runtime.put(lambda: self._run(lambda: action(value), generation))

        return forward

    def input(
        self,
        pin: int,
        changed: Changed,
        *,
        settle_s: float = PRESS_SETTLE_S,
        active_high: bool = False,
    ) -> bool:
        """Call ``changed(active, machine_ns)`` at each settled change; returns the state now.

        Args:
            pin: BCM number.
            changed: called on the node's thread.
            settle_s: how long a level must hold before it counts.
            active_high: whether the sensor drives the pin high when active, instead of closing to ground.
        """

        def settle() -> None:
            since_ns = debounce.settled(self.now_ns())
            if since_ns is not None:
                changed(debounce.active, since_ns)

        def edge(active: bool, at_ns: int) -> None:
            due_ns = debounce.edge(active, at_ns)
            if due_ns is not None:
                self.at(due_ns, settle)

        generation = self._generation
        put = self._runtime.put

        def enqueue(active: bool, at_ns: int) -> None:
            put(Edge(at_ns, lambda: self._run(lambda: edge(active, at_ns), generation)))

        contact = self.hardware.input(pin, enqueue, active_high=active_high)
        self._handles.append(contact)
        debounce = Debounce(round(settle_s * SECOND), active=contact.is_active())
        return debounce.active

    def button(self, pin: int, changed: Changed) -> None:
        """As ``input``, for a finger: one that stays for ``STUCK_S`` is a fault until it is let go."""
        stuck: Timer | None = None

        def watch(active: bool) -> None:
            nonlocal stuck
            if stuck is not None:
                stuck.cancel()
                stuck = None
            if active:
                said = f"the button on GPIO {pin} has been pressed for {STUCK_S:.0f} s"
                stuck = self.after(STUCK_S, lambda: self.report("degraded", said, "stuck_button"))
            elif self.fault == "stuck_button" and f"GPIO {pin} " in self.detail:
                self.report("ok")

        def watched(active: bool, at_ns: int) -> None:
            watch(active)
            changed(active, at_ns)

        watch(self.input(pin, watched))

    def output(self, pin: int) -> Output:
        """A pin to switch."""
        output = self.hardware.output(pin)
        self._handles.append(output)
        return output

    def lamp(self, pin: int, *, keeps: bool = False) -> Lamp:
        """A lamp; it also blinks when a technician asks which node this is.

        With ``keeps`` only while it is dark: where a lamp answers a call for help nothing else may be read.
        """
        lamp = Lamp(self.output(pin), self.after, keeps=keeps)
        self._lamps.append(lamp)
        return lamp

    def follow(self, topic: str, kind: type[V], changed: Callable[[], None]) -> Followed[V]:
        """Follow a view.

        Args:
            topic: where it is published.
            kind: its type.
            changed: called when a view arrived and when it expired.
        """
        followed: Followed[V] = Followed(self.now_ns, self._guarded(changed))
        self._followed.append((topic, followed))
        self._runtime.follow(topic, followed, kind)
        return followed

    def tell(self, neighbour: str, kind: type[D], action: Callable[[D], None]) -> bool:
        """Do something with another device of this node; False when it is not there or does not run.

        What it raises is that device's failure, not this one's.
        """
        slot = self._runtime.slots.get(neighbour)
        if slot is None or not isinstance(slot.device, kind):
            return False
        device = slot.device
        return slot.run(lambda: action(device))

    @overload
    def report(self, state: Literal["ok"]) -> None: ...

    @overload
    def report(self, state: State, detail: str, fault: Fault | None) -> None: ...

    def report(self, state: State, detail: str = "", fault: Fault | None = None) -> None:
        """Say how the device is doing; a change becomes an event and shows on the technician's page."""
        if (state, detail) == (self.state, self.detail):
            return
        self.state, self.detail, self.fault, self.remarked = state, detail, fault or "", None
        try:
            self.record(
                messages.DeviceChanged(device=self.id, state=state, detail=detail, fault=self.fault),
                self.now_ns(),
            )
        except OutboxFullError:
            log.warning("%s is %s (%s), and the outbox has no room to say so", self.id, state, detail)
        self._runtime.health_changed()

    def well(self) -> None:
        """The device works, maybe again."""
        if self._well_since_ns is None:
            self._well_since_ns = self.now_ns()
        if self.state == "failed":
            log.info("%s/%s works again", self.node.id, self.id)
            self.report("ok")

    def remark(self, remark: Remark) -> None:
        """Tell the technician's page of a device that is well how things are now; in a minute it is old."""
        if self.state != "ok":
            return
        self.report("ok", plain(remark), None)
        self.remarked = remark
        self.after(REMARK_S, lambda: self.report("ok") if self.remarked == remark else None)

    # What the node does with a device -----------------------------------------------------------

    def start(self) -> None:
        """Build and start the device; after a failure this is tried again by itself."""
        self.device = self._build(self)
        if self.run(self.device.start) and not self.device.is_known_later:
            self.well()

    def stop(self) -> None:
        """Stop the device and free its pins."""
        self._generation += 1
        device, self.device = self.device, None
        for free in (*([device.stop] if device else []), *(handle.close for handle in self._handles)):
            try:
                free()
            except Exception:
                log.exception("%s/%s: cannot be freed", self.node.id, self.id)
        for topic, followed in self._followed:
            self._runtime.unfollow(topic, followed)
        self._handles.clear()
        self._lamps.clear()
        self._followed.clear()

    def health(self) -> messages.DeviceHealth:
        """How the device is doing, for the technician's page."""
        kind = str(type(self.description).__struct_config__.tag)
        return messages.DeviceHealth(
            id=self.id,
            type=kind,
            state=self.state,
            detail=self.detail,
            fault=self.fault,
            remark=self.remarked or "",
        )

    def lamps(self) -> list[Lamp]:
        """The device's lamps."""
        return self._lamps

    def run(self, action: Callable[[], None]) -> bool:
        """Run something of this device; False when it failed."""
        return self._run(action, self._generation)

    def _guarded(self, action: Callable[[], None]) -> Callable[[], None]:
        generation = self._generation

        def guarded() -> None:
            self._run(action, generation)

        return guarded

    def _run(self, action: Callable[[], None], generation: int) -> bool:
        if generation != self._generation:
            return False
        try:
            action()
        except OutboxCorruptError:
            raise  # the node's own trouble, and no device's
        except OutboxFullError as problem:
            if self.detail != _FULL:
                log.error("%s/%s: %s", self.node.id, self.id, problem)
            self.report("degraded", _FULL, "outbox_full")
            return False
        except Exception as problem:  # noqa: BLE001
            # The wall: whatever one device raises, the others go on.
            self._fail(problem)
            return False
        return True

    def _fail(self, problem: Exception) -> None:
        well_since_ns, self._well_since_ns = self._well_since_ns, None
        if well_since_ns is not None and self.now_ns() - well_since_ns >= round(HELD_S * SECOND):
            # This failure is a first one. Of a device that fails again and again the same is said once.
            self._failures, self._failed_by = 0, ""
        detail = f"{type(problem).__name__}: {problem}"
        if detail != self._failed_by:
            self._failed_by = detail
            log.error("%s/%s failed", self.node.id, self.id, exc_info=problem)
        self.stop()
        self.report("failed", detail[:200], "hardware" if isinstance(problem, OSError) else "device_error")
        wait_s = min(FIRST_RETRY_S * 2**self._failures, LONGEST_RETRY_S)
        # No further than needed: a device that is broken for a day would count beyond what a float holds.
        self._failures = min(self._failures + 1, MOST_DOUBLINGS)
        generation = self._generation
        self._runtime.at(self.now_ns() + round(wait_s * SECOND), lambda: self._retry(generation))

    def _retry(self, generation: int) -> None:
        if generation == self._generation:
            self.start()
