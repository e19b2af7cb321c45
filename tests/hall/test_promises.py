from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages
from hall.decisions import PromiseMade, PromiseScored, ServiceTimeLearned
from hall.hall import Hall
from hall.promises.estimator import ALMOST_S
from tests.hall.hall_tent import Tent, every, only


def promised(tent: Tent) -> PromiseMade | None:
    made = every(PromiseMade, tent.journal[-1][1])
    return made[0] if made else None


def busy(tent: Tent, *desks: str) -> None:
    """Every desk called serves somebody."""
    for desk in desks:
        tent.draw("info")
        assert tent.next(desk).number


def test_nothing_is_promised_while_no_desk_is_open(tent: Tent) -> None:
    tent.draw("info")
    assert promised(tent) is None
    service = tent.views()["view", "service", "info"]
    assert (service.state, service.wait_median_s, service.wait_p90_s, service.level) == (
        "no_desk",
        None,
        None,
        "unknown",
    )


def test_a_promise_is_people_ahead_plus_one_times_the_mean_over_the_open_desks(tent: Tent) -> None:
    busy(tent, "one", "two")
    tent.draw("info")
    made = promised(tent)
    assert made is not None
    assert made.visit.expected_s == pytest.approx(1 * 300 / 2)
    tent.draw("info")
    made = promised(tent)
    assert made is not None
    assert made.visit.expected_s == pytest.approx(2 * 300 / 2)


def test_visitors_of_another_service_count_by_the_share_of_their_desks_that_is_ours(tent: Tent) -> None:
    busy(tent, "one", "two")
    tent.draw("info")
    tent.draw("family")
    made = promised(tent)
    assert made is not None
    assert made.visit.expected_s == pytest.approx(300 / 2 + 300)


def test_a_free_desk_and_nobody_ahead_promise_the_shortest_wait(tent: Tent) -> None:
    tent.next("one")
    tent.draw("info")
    made = promised(tent)
    assert made is not None
    assert made.visit.expected_s == 60


def test_the_promise_carries_the_quantiles_of_its_past_errors(tent: Tent) -> None:
    busy(tent, "one")
    tent.draw("info")
    made = promised(tent)
    assert made is not None
    assert made.visit.median_s == pytest.approx(300)
    assert made.visit.p90_s == pytest.approx((300 + ALMOST_S) * 1.5 - ALMOST_S)


def waits_of_ten_minutes(tent: Tent, waits: int) -> None:
    """Twice as long as the configured service time says."""
    busy(tent, "one")
    for _ in range(waits):
        tent.draw("info")
        tent.wait(600)
        tent.next("one")
        tent.wait(60)
        tent.tick()


def test_waits_twice_as_long_as_forecast_teach_longer_promises(tent: Tent) -> None:
    waits_of_ten_minutes(tent, 30)
    tent.draw("info")
    made = promised(tent)
    assert made is not None
    assert made.visit.median_s == pytest.approx(600, rel=0.2)
    assert made.visit.p90_s is not None
    assert made.visit.p90_s >= 600


def test_a_call_teaches_once_nobody_can_take_it_back(tent: Tent) -> None:
    busy(tent, "one")
    tent.draw("info")
    tent.wait(600)
    tent.next("one")
    tent.tick()
    assert tent.hall.state.queues["info"].observed == 1
    tent.ask(messages.UndoRequested, "one", undoes=tent.hall.state.undos["one"].key)
    tent.wait(3600)
    tent.tick()
    assert tent.hall.state.unlearned == []
    assert tent.hall.state.queues["info"].observed == 1
    tent.next("one")
    tent.wait(60)
    tent.tick()
    assert tent.hall.state.queues["info"].last_wait_s == 600 + 3600


def test_a_hall_that_starts_again_makes_the_same_promise(tent: Tent) -> None:
    waits_of_ten_minutes(tent, 5)
    again = Hall.restore(tent.site, tent.hall.snapshot())
    event = tent.event("kiosk-a", messages.TicketDrawn(device="kiosk", service="info", number="A901"))
    assert every(PromiseMade, again.decide(event)) == every(PromiseMade, tent.hall.decide(event))


def test_a_rehearsal_teaches_nothing_about_waits(tent: Tent) -> None:
    busy(tent, "one")
    body = messages.TicketDrawn(device="kiosk", service="info", number="A901", exercise=True)
    tent.send("kiosk-a", body)
    tent.wait(600)
    tent.next("one")
    assert all(wait.ticket != tent.journal[-2][0].id for wait in tent.hall.state.unlearned)


def test_a_promise_is_scored_when_its_wait_ends_and_only_then(tent: Tent) -> None:
    busy(tent, "one")
    tent.draw("info")
    tent.wait(481)
    tent.next("one")
    assert only(PromiseScored, tent.journal[-1][1]).beyond_p90
    assert (tent.hall.state.tally.promises, tent.hall.state.tally.beyond_p90) == (1, 1)
    tent.wait(30)
    tent.ask(messages.RecallRequested, "one")
    assert every(PromiseScored, tent.journal[-1][1]) == []


def test_the_mean_service_time_moves_with_each_service_seen(tent: Tent) -> None:
    busy(tent, "one")
    tent.wait(300 + 110)
    tent.ask(messages.DoneRequested, "one")
    learned = only(ServiceTimeLearned, tent.journal[-1][1])
    assert (learned.seconds, learned.observed) == (410, 1)
    assert learned.mean_s == pytest.approx(300 + 110 / 11)


def test_nothing_is_learned_from_a_visit_that_somebody_forgot_to_end(tent: Tent) -> None:
    busy(tent, "one")
    tent.wait(4 * 3600)
    tent.ask(messages.DoneRequested, "one")
    assert every(ServiceTimeLearned, tent.journal[-1][1]) == []


def test_after_hundreds_of_services_a_new_one_still_moves_the_mean(tent: Tent) -> None:
    known = ServiceTimeLearned(service="info", seconds=300, mean_s=300, observed=5_000)
    tent.hall.apply(tent.hall.state.offset, known)
    busy(tent, "one")
    tent.wait(300 + 60)
    tent.ask(messages.DoneRequested, "one")
    assert only(ServiceTimeLearned, tent.journal[-1][1]).mean_s == pytest.approx(301)


def test_only_the_latest_errors_are_kept(tent: Tent) -> None:
    for ratio in (1.0, 2.0, 3.0):
        scored = PromiseScored(service="info", ratio=ratio, kept=2, beyond_p90=False)
        tent.hall.apply(tent.hall.state.offset, scored)
    assert tent.hall.state.errors["info"] == [2.0, 3.0]


def test_a_desk_inside_promises_the_wait_until_its_call_which_comes_the_walk_earlier(tent: Tent) -> None:
    tent.draw("civil")
    tent.next("inside")
    tent.draw("civil")
    made = promised(tent)
    assert made is not None
    assert made.visit.expected_s == 600 - 240
    tent.wait(600)
    tent.tick()
    assert tent.hall.state.desk("inside").ahead
    tent.draw("civil")
    made = promised(tent)
    assert made is not None
    assert made.visit.expected_s == pytest.approx(2 * 600 - 240, rel=0.1)


def test_a_site_that_asks_for_more_ground_than_the_prior_waits_until_it_has_seen_enough(
    site: compiled.Site,
) -> None:
    tent = Tent(replace(site, rules=replace(site.rules, minimum_services_for_promise=11)))
    tent.tick()
    tent.next("one")
    tent.draw("info")
    assert promised(tent) is None
    tent.next("one")
    tent.wait(100)
    tent.ask(messages.DoneRequested, "one")
    tent.draw("info")
    assert promised(tent) is not None


def test_a_paused_desk_promises_nothing(tent: Tent) -> None:
    tent.next("one")
    tent.ask(messages.PauseRequested, "one")
    tent.draw("info")
    assert promised(tent) is None


def test_the_level_words_follow_the_promise_and_the_target(tent: Tent) -> None:
    busy(tent, "one")
    seen = []
    for _ in range(5):
        seen.append(tent.views()["view", "service", "info"].level)
        tent.draw("info")
    assert seen == ["calm", "calm", "busy", "busy", "full"]
