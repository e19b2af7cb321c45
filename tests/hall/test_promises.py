from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages
from hall.decisions import PromiseMade, PromiseScored, ServiceTimeLearned
from hall.waiting import PRIOR_ERRORS, quantile
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
    assert (made.visit.median_s, made.visit.p90_s) == (300 * 0.95, 300 * 1.5)


def test_waits_twice_as_long_as_forecast_teach_longer_promises(tent: Tent) -> None:
    busy(tent, "one")
    for _ in range(30):
        tent.draw("info")
        expected = tent.hall.state.visits[tent.journal[-1][0].id].expected_s
        assert expected is not None
        tent.wait(2 * expected)
        tent.next("one")
        assert only(PromiseScored, tent.journal[-1][1]).ratio == pytest.approx(2)
    tent.draw("info")
    made = promised(tent)
    assert made is not None
    assert made.visit.expected_s is not None
    assert made.visit.median_s == pytest.approx(2 * made.visit.expected_s)


def test_a_promise_is_scored_when_its_wait_ends_and_only_then(tent: Tent) -> None:
    busy(tent, "one")
    tent.draw("info")
    tent.wait(451)
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
    assert made.visit.expected_s == 2 * 600 - 240


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


def test_the_prior_errors_are_what_their_text_says() -> None:
    mean = sum(PRIOR_ERRORS) / len(PRIOR_ERRORS)
    spread = sum(abs(error - 1) for error in PRIOR_ERRORS) / len(PRIOR_ERRORS)
    assert (round(mean, 2), round(spread, 2), quantile(list(PRIOR_ERRORS), 0.9)) == (1.05, 0.33, 1.5)


def test_the_level_words_follow_the_promise_and_the_target(tent: Tent) -> None:
    busy(tent, "one")
    seen = []
    for _ in range(5):
        seen.append(tent.views()["view", "service", "info"].level)
        tent.draw("info")
    assert seen == ["calm", "calm", "busy", "busy", "full"]
