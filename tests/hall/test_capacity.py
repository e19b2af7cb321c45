"""How near the permitted number: levels without flicker, what agents and displays say, when to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from broker.contract import messages
from broker.contract.compiled import Site
from broker.contract.topics import DASHBOARD
from broker.contract.views import Alert, Crowding, SpaceView
from hall.capacity import crowding, margin
from hall.inside import Estimate, fuse
from tests.hall.hall_tent import Tent, moment

relaxed = settings(deadline=None)
"""Other work on the machine is no failure."""

LEVELS: tuple[Crowding, ...] = ("unknown", "free", "near", "full")
ORDER = {"free": 0, "near": 1, "full": 2}

permitted = st.integers(1, 500)
shares = st.floats(0.1, 1.0)
befores = st.sampled_from(LEVELS)
people = st.builds(fuse, st.integers(0, 600), st.integers(0, 60), st.integers(0, 600))


@relaxed
@given(people, permitted, shares, befores)
def test_it_is_full_whenever_the_likely_count_reaches_the_permitted_number(
    now: Estimate, most: int, share: float, before: Crowding
) -> None:
    assert now.likely is not None
    level = crowding(now, most, share, before)
    assert level != "unknown"
    if now.likely >= most:
        assert level == "full"


@relaxed
@given(people, permitted, shares, befores)
def test_it_is_never_free_while_the_permitted_number_may_be_reached(
    now: Estimate, most: int, share: float, before: Crowding
) -> None:
    assert now.high is not None
    if now.high >= most:
        assert crowding(now, most, share, before) != "free"


@relaxed
@given(people, permitted, shares, befores)
def test_the_same_people_give_the_same_level_again(
    now: Estimate, most: int, share: float, before: Crowding
) -> None:
    level = crowding(now, most, share, before)
    assert crowding(now, most, share, level) == level


@relaxed
@given(st.integers(0, 600), st.integers(0, 20), permitted, shares, befores)
def test_one_person_more_never_lowers_the_level(
    count: int, doubt: int, most: int, share: float, before: Crowding
) -> None:
    fewer = crowding(fuse(count, doubt, 0), most, share, before)
    more = crowding(fuse(count + 1, doubt, 0), most, share, before)
    assert ORDER[more] >= ORDER[fewer]


@relaxed
@given(permitted, shares)
def test_an_empty_tent_is_free_whatever_it_was(most: int, share: float) -> None:
    assert crowding(fuse(0, 0, 0), most, share, "full") == "free"


@relaxed
@given(st.lists(st.sampled_from([-1, 1]), max_size=300), st.integers(4, 100), st.integers(0, 5))
def test_between_two_times_full_the_count_has_fallen_by_the_margin(
    steps: list[int], most: int, doubt: int
) -> None:
    count, level, lowest = most, "full", most
    for step in steps:
        count = max(0, count + step)
        lowest = min(lowest, count)
        before, level = level, crowding(fuse(count, doubt, 0), most, 0.9, level)  # type: ignore[arg-type]
        if level == "full" and before != "full":
            assert lowest <= most - margin(most)
        if level == "full":
            lowest = count


def test_where_nothing_counted_the_level_is_unknown_unless_tickets_alone_fill_the_tent() -> None:
    assert crowding(fuse(None, 0, 4), 5, 0.9, "free") == "unknown"
    assert crowding(fuse(None, 0, 5), 5, 0.9, "free") == "full"


# --- What people are told ------------------------------------------------------------------------


def passes(tent: Tent, direction: Literal["in", "out"], times: int) -> None:
    for _ in range(times):
        tent.send("door", messages.PassageCounted(device="door", direction=direction))


def recount(tent: Tent, count: int) -> None:
    body = messages.RecountRequested(device="console", key=tent.key(), people=count)
    tent.send(DASHBOARD, body)


def alerts(tent: Tent) -> list[Alert]:
    return [alert for alert in tent.views()["private", "alerts", "now"].alerts if "capacity" in alert.kind]


def shown(tent: Tent, display: str) -> list[str]:
    return [frame.text for frame in tent.views()["display", display].frames]


def space(tent: Tent) -> SpaceView:
    view: SpaceView = tent.views()["view", "space", "now"]
    return view


def hall_for(site: Site, people: int = 40) -> Tent:
    tent = Tent(replace(site, capacity=people), "2016-06-08T08:00")
    tent.tick()
    return tent


def test_near_the_permitted_number_agents_are_warned_and_the_outside_display_says_so(site: Site) -> None:
    tent = hall_for(site)
    passes(tent, "in", 36)  # 36 ± 3
    assert [alert.kind for alert in alerts(tent)] == ["capacity_near"]
    assert shown(tent, "outside")[0] == "Beaucoup de monde"
    assert "Espace complet" not in shown(tent, "led-kiosk")
    assert space(tent).crowding == "near"


def test_at_the_permitted_number_entry_is_asked_to_wait_and_kiosks_say_so(site: Site) -> None:
    tent = hall_for(site)
    passes(tent, "in", 40)
    assert [(alert.kind, alert.people) for alert in alerts(tent)] == [("capacity", 40)]
    assert shown(tent, "outside") == ["Espace complet", "Merci d'attendre ici, à l'entrée"]
    assert shown(tent, "led-kiosk")[0] == "Espace complet"


def test_displays_do_not_flicker_while_people_come_and_go_at_the_border(site: Site) -> None:
    tent = hall_for(site)
    passes(tent, "in", 40)
    for _ in range(5):
        passes(tent, "out", 1)
        assert space(tent).crowding == "full"
        passes(tent, "in", 1)
    passes(tent, "out", margin(40))
    assert space(tent).crowding == "near"


def test_a_recount_that_finds_fewer_ends_it_at_once(site: Site) -> None:
    tent = hall_for(site)
    passes(tent, "in", 40)
    recount(tent, 12)
    assert space(tent).crowding == "free"
    assert alerts(tent) == []


def test_passages_of_an_earlier_day_say_nothing_about_now(site: Site) -> None:
    tent = hall_for(site, people=5)
    for _ in range(9):
        told = messages.PassageCounted(device="door", direction="in")
        tent.send("door", told, at_ns=moment("2016-06-06T11:00"))
    assert space(tent).crowding == "unknown"


# --- A quieter half-hour -------------------------------------------------------------------------


def wednesday(tent: Tent, week: int, curve: dict[str, int]) -> None:
    """A Wednesday whose count at each half-hour is found by recounting."""
    day = date(2016, 6, 8) + timedelta(weeks=week)
    for minutes in range(9 * 60, 17 * 60 + 1, 30):
        at = f"{minutes // 60:02d}:{minutes % 60:02d}"
        tent.now_ns = moment(f"{day.isoformat()}T{at}")
        known = [people for begin, people in curve.items() if begin <= at]
        recount(tent, known[-1])
        tent.tick()


CROWDED_MORNING = {"09:00": 30, "11:30": 32, "12:00": 12, "14:00": 26, "16:00": 10}


def lived(site: Site, weeks: int) -> Tent:
    tent = hall_for(site)
    for week in range(weeks):
        wednesday(tent, week, CROWDED_MORNING)
    return tent


def crowd(tent: Tent, week: int, at: str, people: int) -> None:
    day = date(2016, 6, 8) + timedelta(weeks=week)
    tent.now_ns = moment(f"{day.isoformat()}T{at}")
    recount(tent, people)


def test_the_outside_display_says_which_half_hour_is_usually_quieter(site: Site) -> None:
    tent = lived(site, weeks=3)
    crowd(tent, 3, "10:12", 40)
    assert space(tent).quieter_ns == moment("2016-06-29T12:00")
    assert shown(tent, "outside")[-1] == "Plus calme à 12h"


def test_a_day_busier_than_usual_counts_as_busier_for_the_rest_of_it(site: Site) -> None:
    tent = lived(site, weeks=3)
    crowd(tent, 3, "15:40", 40)  # usually 18: even 16:00, usually 10, counts for 22
    assert space(tent).quieter_ns == moment("2016-06-29T16:00")
    crowd(tent, 3, "15:40", 60)  # 16:00 counts for 33 of 40: nothing calm is left today
    assert space(tent).quieter_ns is None  # and of Thursdays nothing is known


def test_without_enough_past_days_no_hour_is_advised(site: Site) -> None:
    tent = lived(site, weeks=2)
    crowd(tent, 2, "10:12", 40)
    assert space(tent).crowding == "full"
    assert space(tent).quieter_ns is None
    assert not any("calme" in text for text in shown(tent, "outside"))


def test_a_half_hour_through_which_the_hall_slept_teaches_nothing(site: Site) -> None:
    tent = hall_for(site)
    recount(tent, 30)
    for seconds in (3600, 3 * 3600):
        tent.wait(seconds)
        tent.tick()
    assert tent.hall.state.half_hours[-1].people is not None
    assert tent.hall.state.usual == {}
