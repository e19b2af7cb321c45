"""What is known, how old it is, and when it stops being known."""

from __future__ import annotations

import json

import pytest

from broker.clock import SECOND, ManualClock
from broker.connection import Disconnected
from broker.contract.messages import Answer, NodeStatus
from dashboard.feed import Follower
from dashboard.live import RECORDER_SILENCE_S
from tests.dashboard.afternoon import NOW_NS, Afternoon, barometer, health, space


def everything(_topic: str) -> bool:
    return True


def told(follower: Follower) -> list[tuple[str, dict]]:
    """All that a page has not been told yet, as (event, data)."""
    found = []
    while content := follower.take(0):
        for message in content.decode().strip().split("\n\n"):
            name, data = message.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def views_told(follower: Follower) -> list[dict]:
    return [data for name, data in told(follower) if name == "view"]


def test_a_page_gets_all_that_is_held_and_then_each_change(afternoon: Afternoon):
    afternoon.publish("view/space/now", space())
    with afternoon.live.listen(everything) as follower:
        assert [data["view"]["inside"] for data in views_told(follower)] == [46]
        afternoon.publish("view/space/now", space(inside=47))
        assert [data["view"]["inside"] for data in views_told(follower)] == [47]
        assert views_told(follower) == []


def test_a_page_gets_only_what_its_screen_wants(afternoon: Afternoon):
    with afternoon.live.listen(lambda topic: topic.startswith("view/barometer/")) as follower:
        afternoon.publish("view/space/now", space())
        afternoon.publish("view/barometer/barometre-19", barometer())
        topics = [data["topic"] for data in views_told(follower)]
    assert topics == ["view/barometer/barometre-19"]


def test_a_view_that_arrives_as_it_is_made_ages_on_the_machine_clock(
    afternoon: Afternoon, clock: ManualClock
):
    afternoon.recorder_speaks()
    afternoon.publish("view/space/now", space())
    clock.advance(4)
    with afternoon.live.listen(everything) as follower:
        (data,) = views_told(follower)
    assert data["age_s"] == 4
    assert data["valid_s"] == 30


def test_ages_are_machine_seconds_also_where_civil_time_runs_ten_times_as_fast(
    afternoon: Afternoon, clock: ManualClock
):
    clock.speed = 10
    afternoon.recorder_speaks()
    afternoon.publish("view/space/now", space(at_ns=clock.civil_ns() - 50 * SECOND), retained=True)
    clock.advance(3)
    with afternoon.live.listen(everything) as follower:
        (data,) = views_told(follower)
    assert data["age_s"] == 5 + 3


def test_a_retained_view_has_no_age_until_the_recorder_tells_the_time(
    afternoon: Afternoon, clock: ManualClock
):
    with afternoon.live.listen(everything) as follower:
        afternoon.publish("view/space/now", space(at_ns=NOW_NS - 12 * SECOND), retained=True)
        assert [data["age_s"] for data in views_told(follower)] == [None]
        clock.advance(1)
        afternoon.recorder_speaks()
        assert [data["age_s"] for data in views_told(follower)] == [13]


def test_a_retained_recorder_status_tells_no_time(afternoon: Afternoon):
    afternoon.recorder_speaks(retained=True, civil_ns=NOW_NS - 3600 * SECOND)
    assert afternoon.live.beat().civil_ns is None
    assert not afternoon.live.hall_is_heard()


def test_a_view_older_than_it_is_valid_is_unknown(afternoon: Afternoon, clock: ManualClock):
    afternoon.publish("view/space/now", space(valid_s=5))
    afternoon.recorder_speaks()
    assert afternoon.live.view("view/space/now") is not None
    clock.advance(6)
    afternoon.recorder_speaks()
    assert afternoon.live.view("view/space/now") is None


def test_nothing_is_known_once_the_recorder_is_silent(afternoon: Afternoon, clock: ManualClock):
    afternoon.recorder_speaks()
    afternoon.publish("view/space/now", space())
    clock.advance(RECORDER_SILENCE_S + 1)
    assert afternoon.live.view("view/space/now") is None
    assert not afternoon.live.hall_is_heard()


def test_the_recorders_last_will_makes_everything_unknown_at_once_on_open_pages(afternoon: Afternoon):
    afternoon.recorder_speaks()
    afternoon.publish("view/space/now", space())
    with afternoon.live.listen(everything) as follower:
        told(follower)
        afternoon.recorder_speaks(state="lost")
        messages = told(follower)
    assert [(name, data["recorder_age_s"]) for name, data in messages] == [("beat", None)]
    assert afternoon.live.view("view/space/now") is None


def test_the_sites_time_goes_on_at_its_own_speed_between_the_recorders_words(
    afternoon: Afternoon, clock: ManualClock
):
    clock.speed = 10
    afternoon.recorder_speaks()
    clock.advance(2)
    assert afternoon.live.beat().civil_ns == NOW_NS + 20 * SECOND
    assert afternoon.live.beat().speed == 10


def test_a_node_that_stops_telling_its_health_is_unknown_after_three_missed_words(
    afternoon: Afternoon, clock: ManualClock
):
    node = afternoon.site.nodes[0]
    afternoon.publish(f"health/{node.id}", health(node))
    afternoon.publish(f"status/{node.id}", NodeStatus(state="online"))
    clock.advance(100)
    afternoon.recorder_speaks()
    assert afternoon.live.view(f"health/{node.id}") is None
    assert afternoon.live.view(f"status/{node.id}") is not None


@pytest.mark.parametrize(
    "payload", [b'{"inside": "many"}', b'{"node": "\xff"}', b'{"node": ' + b"[" * 5_000], ids=range(3)
)
def test_a_view_that_cannot_be_read_withdraws_the_last_one(afternoon: Afternoon, payload: bytes):
    afternoon.recorder_speaks()
    afternoon.publish("view/space/now", space())
    with afternoon.live.listen(everything) as follower:
        told(follower)
        afternoon.publish("view/space/now", payload)
        assert [data["view"] for data in views_told(follower)] == [None]
    assert afternoon.live.unreadable == 1


def test_an_emptied_topic_is_withdrawn(afternoon: Afternoon):
    afternoon.recorder_speaks()
    afternoon.publish("view/space/now", space())
    afternoon.publish("view/space/now", b"")
    assert afternoon.live.view("view/space/now") is None


def test_an_answer_is_handed_on_but_not_kept(afternoon: Afternoon):
    with afternoon.live.listen(everything) as follower:
        afternoon.publish("answer/dashboard", Answer(key="k", accepted=True, number="E042"))
        assert [data["view"]["key"] for data in views_told(follower)] == ["k"]
    with afternoon.live.listen(everything) as later:
        assert views_told(later) == []


@pytest.mark.parametrize("topic", ["view/weather/now", "display/attente", "event/borne-a"])
def test_topics_without_a_view_of_ours_are_left_alone(afternoon: Afternoon, topic: str):
    afternoon.publish(topic, b"{}")
    assert afternoon.live.counts() == (0, 0)
    assert afternoon.live.unreadable == 0


def test_pages_are_forgotten_when_they_go(afternoon: Afternoon):
    with afternoon.live.listen(everything):
        assert afternoon.live.counts() == (0, 1)
    assert afternoon.live.counts() == (0, 0)


def test_a_lost_link_to_the_broker_is_told_at_once(afternoon: Afternoon):
    afternoon.connect()
    with afternoon.live.listen(everything) as follower:
        told(follower)
        afternoon.live.take(Disconnected("network unreachable"))
        assert [data["broker"] for _, data in told(follower)] == [False]


def test_a_retained_view_dated_after_the_recorders_time_is_not_younger_than_new(afternoon: Afternoon):
    afternoon.recorder_speaks()
    afternoon.publish("view/space/now", space(at_ns=NOW_NS + SECOND), retained=True)
    with afternoon.live.listen(everything) as follower:
        assert [data["age_s"] for data in views_told(follower)] == [0]
