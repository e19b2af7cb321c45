"""The dashboard as a node: what its consoles record travels, and its status and health are told."""

from __future__ import annotations

import queue
import threading

import msgspec
import pytest

from broker.clock import ManualClock
from broker.connection import Connected, Disconnected, Inbound
from broker.contract import messages
from broker.delivery.outbox import Outbox
from dashboard.errand import HEALTH_S, Errand, Hasten, Item, Order, Stop, subscriptions
from tests.dashboard.afternoon import Afternoon


class Link:
    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bool]] = []

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        assert qos == 1
        self.sent.append((topic, payload, retain))

    def on(self, ending: str) -> list[bytes]:
        return [payload for topic, payload, _ in self.sent if topic.endswith(ending)]


@pytest.fixture
def link() -> Link:
    return Link()


@pytest.fixture
def items() -> queue.Queue[Item]:
    return queue.Queue()


@pytest.fixture
def errand(
    afternoon: Afternoon, outbox: Outbox, link: Link, clock: ManualClock, items: queue.Queue[Item]
) -> Errand:
    return Errand(afternoon.site, afternoon.live, outbox, link, clock, "0.1.0", items)


def recorder_is_there(afternoon: Afternoon, clock: ManualClock) -> Inbound:
    status = messages.RecorderStatus(state="online", journal="j", civil_ns=clock.civil_ns())
    return Inbound(afternoon.topics.of("status", "recorder"), messages.encode(status), retained=False)


def test_a_recorded_request_leaves_at_once_and_not_again_once_receipted(
    errand: Errand, outbox: Outbox, link: Link, afternoon: Afternoon, clock: ManualClock
):
    errand.step(Connected())
    errand.step(recorder_is_there(afternoon, clock))
    outbox.record(messages.RecountRequested(device="console", key="k", people=3), clock.machine_ns())
    errand.step(Hasten())
    (payload,) = link.on("event/dashboard")
    batch = messages.decode_batch(payload)
    assert [messages.decode_body(event.body).key for event in batch.events] == ["k"]
    receipt = messages.encode(messages.Receipt(journal="j", run=batch.run, upto=1))
    errand.step(Inbound(afternoon.topics.of("receipt", "dashboard"), receipt, retained=False))
    clock.advance(60)
    errand.step(None)
    assert len(link.on("event/dashboard")) == 1


def test_an_order_goes_to_its_node_and_is_kept_by_nobody(errand: Errand, link: Link):
    command = messages.Command(key="k", action="identify", expires_ns=1)
    errand.step(Connected())
    errand.step(Order("borne-a", command))
    ((payload, retain),) = [
        (payload, retain) for topic, payload, retain in link.sent if topic.endswith("command/borne-a")
    ]
    assert messages.decode(payload, messages.Command) == command
    assert not retain


def test_a_request_made_while_the_broker_is_away_waits_for_it(
    errand: Errand, outbox: Outbox, link: Link, afternoon: Afternoon, clock: ManualClock
):
    errand.step(Connected())
    errand.step(Disconnected("gone"))
    outbox.record(messages.RecountRequested(device="console", key="k", people=3), clock.machine_ns())
    errand.step(Hasten())
    assert link.on("event/dashboard") == []
    errand.step(Connected())
    errand.step(recorder_is_there(afternoon, clock))
    assert len(link.on("event/dashboard")) == 1


def test_what_the_broker_brings_reaches_the_pages(errand: Errand, afternoon: Afternoon, clock: ManualClock):
    errand.step(Connected())
    errand.step(recorder_is_there(afternoon, clock))
    assert afternoon.live.hall_is_heard()


def test_status_and_health_are_told_retained_and_health_again_each_half_minute(
    errand: Errand, link: Link, clock: ManualClock
):
    errand.step(Connected())
    assert msgspec.json.decode(link.on("status/dashboard")[0], type=messages.NodeStatus).state == "online"
    assert all(retain for topic, _, retain in link.sent if "event" not in topic)
    clock.advance(HEALTH_S)
    errand.step(None)
    errand.step(None)
    healths = [msgspec.json.decode(told, type=messages.NodeHealth) for told in link.on("health/dashboard")]
    assert [health.uptime_s for health in healths] == [0, HEALTH_S]
    assert healths[0].resident_bytes > 0


def test_its_health_says_what_its_consoles_recorded_on_the_sites_day(
    errand: Errand, outbox: Outbox, link: Link, afternoon: Afternoon, clock: ManualClock
):
    errand.step(Connected())
    errand.step(recorder_is_there(afternoon, clock))
    outbox.record(messages.RecountRequested(device="console", key="k", people=3), clock.machine_ns())
    clock.advance(HEALTH_S)
    errand.step(None)
    health = msgspec.json.decode(link.on("health/dashboard")[-1], type=messages.NodeHealth)
    assert (health.day, health.recorded_today) == ("2027-06-17", 1)


def test_it_says_goodbye_when_it_ends(errand: Errand, link: Link, items: queue.Queue[Item]):
    running = threading.Thread(target=errand.run)
    running.start()
    items.put(Connected())
    items.put(Stop())
    running.join()
    assert msgspec.json.decode(link.on("status/dashboard")[-1], type=messages.NodeStatus).state == "lost"


def test_it_listens_to_all_it_may_read_but_led_displays(afternoon: Afternoon):
    topics = subscriptions(afternoon.topics)
    assert afternoon.topics.every("private") in topics
    assert afternoon.topics.of("receipt", "dashboard") in topics
    assert afternoon.topics.every("display") not in topics
