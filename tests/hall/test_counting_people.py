from __future__ import annotations

from typing import Literal

from broker.contract import messages
from broker.contract.topics import DASHBOARD
from broker.contract.views import SpaceView
from hall.decisions import OccupancyCounted, OccupancyRecounted, OccupancyResolved, RequestAnswered
from hall.measures import CountCheckMeasure, OccupancyMeasure
from tests.hall.hall_tent import MINUTE, Tent, moment, only


def passes(tent: Tent, direction: Literal["in", "out"], times: int = 1, *, at_ns: int | None = None) -> None:
    for _ in range(times):
        tent.send("door", messages.PassageCounted(device="door", direction=direction), at_ns=at_ns)


def recount(tent: Tent, people: int) -> RequestAnswered:
    body = messages.RecountRequested(device="console", key=tent.key(), people=people)
    return only(RequestAnswered, tent.send(DASHBOARD, body))


def space(tent: Tent) -> SpaceView:
    view: SpaceView = tent.views()["view", "space", "now"]
    return view


def test_nobody_knows_how_many_are_inside_before_anything_counted(tent: Tent) -> None:
    assert space(tent).inside is None


def test_people_inside_are_entries_less_exits(tent: Tent) -> None:
    passes(tent, "in", 5)
    passes(tent, "out", 2)
    now = space(tent)
    assert (now.inside, now.passages_in, now.passages_out) == (3, 5, 2)


def test_uncertainty_grows_by_seven_in_a_hundred_passages_of_the_busier_direction(tent: Tent) -> None:
    passes(tent, "in", 100)
    passes(tent, "out", 60)
    assert space(tent).uncertainty == 7
    passes(tent, "in")
    assert space(tent).uncertainty == 8


def test_a_recount_is_certain_and_keeps_the_days_passages(tent: Tent) -> None:
    passes(tent, "in", 30)
    assert recount(tent, 12).accepted
    now = space(tent)
    assert (now.inside, now.uncertainty, now.recounted_ns, now.passages_in) == (12, 0, tent.now_ns, 30)
    tent.wait(1)
    passes(tent, "in")
    assert (space(tent).inside, space(tent).uncertainty) == (13, 1)


def test_a_count_below_nobody_is_refused(tent: Tent) -> None:
    assert recount(tent, -1).reason == "impossible"
    assert space(tent).inside is None


def test_an_exit_from_an_empty_tent_leaves_it_empty_and_is_noted_as_impossible(tent: Tent) -> None:
    passes(tent, "in")
    passes(tent, "out", 3)
    assert space(tent).inside == 0
    assert tent.hall.state.occupancy.impossible == 2


def test_a_passage_older_than_the_recount_counts_for_the_day_but_not_for_who_is_inside(tent: Tent) -> None:
    passes(tent, "in", 4)
    recount(tent, 4)
    passes(tent, "in", at_ns=tent.now_ns - MINUTE)
    assert (space(tent).inside, space(tent).passages_in) == (4, 5)


def test_the_passages_of_a_cut_off_day_rebuild_that_days_curve_days_later(tent: Tent) -> None:
    passes(tent, "in", 2)
    for minutes, expected in ((0, 1), (1, 2), (2, 3)):
        passes(tent, "in", at_ns=moment("2016-06-06T11:00") + minutes * MINUTE)
        counted = only(OccupancyCounted, tent.journal[-1][1])
        assert (counted.day, counted.now.inside) == ("2016-06-06", expected)
    assert space(tent).inside == 2


def test_the_declared_capacity_raises_an_alert_that_lasts_as_long_as_the_crowd(tent: Tent) -> None:
    passes(tent, "in", 5)
    since_ns = tent.now_ns
    tent.wait(60)
    passes(tent, "in")
    (alert,) = tent.views()["private", "alerts", "now"].alerts
    assert (alert.kind, alert.since_ns) == ("capacity", since_ns)
    assert alert.people == 6
    passes(tent, "out", 5)
    assert tent.views()["private", "alerts", "now"].alerts == []


def test_the_days_end_resolves_the_count_aloud_and_the_next_day_begins_unknown(tent: Tent) -> None:
    passes(tent, "in", 4)
    passes(tent, "out", 1)
    tent.wait(24 * 3600)
    resolved = only(OccupancyResolved, tent.tick())
    assert (resolved.day, resolved.residual, resolved.uncertainty) == ("2016-06-08", 3, 1)
    assert space(tent).inside is None


def test_every_passage_is_a_point_with_the_count_after_it(tent: Tent) -> None:
    passes(tent, "in", 2)
    passes(tent, "out")
    (point,) = (measure for measure in tent.measures() if isinstance(measure, OccupancyMeasure))
    assert (point.node, point.at_ns, point.inside, point.uncertainty) == ("door", tent.now_ns, 1, 1)
    assert (point.entered, point.left) == (0, 1)


def test_a_recount_says_who_counted_and_how_wrong_the_doors_were(tent: Tent) -> None:
    passes(tent, "in", 30)
    body = messages.RecountRequested(device="console", key=tent.key(), people=28, by="camille")
    counted = only(OccupancyRecounted, tent.send(DASHBOARD, body))
    assert (counted.before, counted.uncertainty, counted.passages, counted.by) == (30, 3, 30, "camille")
    assert (
        CountCheckMeasure(
            node=DASHBOARD,
            at_ns=tent.now_ns,
            kind="recount",
            counted=30,
            people=28,
            uncertainty=3,
            passages=30,
        )
        in tent.measures()
    )


def test_what_is_left_over_at_the_days_end_is_measured_too(tent: Tent) -> None:
    passes(tent, "in", 4)
    tent.wait(24 * 3600)
    tent.tick()
    (check,) = (measure for measure in tent.measures() if isinstance(measure, CountCheckMeasure))
    assert (check.kind, check.counted, check.people, check.passages) == ("closing", 4, 0, 4)


def test_after_closing_somebody_is_asked_to_look_and_to_say_that_the_tent_is_empty(tent: Tent) -> None:
    passes(tent, "in", 2)
    tent.now_ns = moment("2016-06-08T17:09")
    assert tent.views()["private", "alerts", "now"].alerts == []
    tent.now_ns = moment("2016-06-08T17:10")
    (alert,) = tent.views()["private", "alerts", "now"].alerts
    assert (alert.kind, alert.people, alert.since_ns) == (
        "count_at_closing",
        2,
        moment("2016-06-08T17:00"),
    )
    assert space(tent).inside == 2, "nothing is corrected silently"
    recount(tent, 0)
    assert tent.views()["private", "alerts", "now"].alerts == []
    assert space(tent).inside == 0
