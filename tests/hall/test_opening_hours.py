from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from broker.contract import compiled
from hall.opening import Calendar
from tests.hall.hall_tent import Tent, moment


def test_the_running_opening_is_named_while_open_and_the_next_one_after(site: compiled.Site) -> None:
    calendar = Calendar(site)
    opening = calendar.opening(moment("2016-06-08T10:00"))
    assert opening == (moment("2016-06-08T08:30"), moment("2016-06-08T17:00"))
    assert calendar.opening(moment("2016-06-08T17:00")) == (
        moment("2016-06-09T08:30"),
        moment("2016-06-09T17:00"),
    )


def test_from_saturday_noon_the_next_opening_is_monday(site: compiled.Site) -> None:
    opening = Calendar(site).opening(moment("2016-06-11T12:00"))
    assert opening is not None
    assert opening.opens_ns == moment("2016-06-13T08:30")


def test_the_first_tuesday_of_a_month_opens_at_one_and_no_other_does(site: compiled.Site) -> None:
    calendar = Calendar(site)
    assert [
        opening.opens_ns == moment(f"{day}T13:00")
        for day in ("2016-06-07", "2016-06-14", "2016-07-05")
        if (opening := calendar.opening(moment(f"{day}T00:00"))) is not None
    ] == [True, False, True]


def test_an_opening_that_an_exception_swallows_whole_is_no_opening(site: compiled.Site) -> None:
    mornings = [compiled.Hours(weekday="tuesday", opens=510, closes=720)]
    opening = Calendar(replace(site, hours=mornings)).opening(moment("2016-06-06T12:00"))
    assert opening is not None
    assert opening.opens_ns == moment("2016-06-14T08:30")


def test_a_permanence_has_its_own_hours(tent_at: Callable[[str], Tent]) -> None:
    tent = tent_at("2016-06-09T13:59")
    tent.next("quiet")
    assert tent.views()["view", "service", "writer"].state == "closed"
    assert tent.views()["view", "service", "writer"].opens_ns == moment("2016-06-09T14:00")
    assert tent.views()["view", "service", "care"].state == "open"
    tent.wait(60)
    assert tent.views()["view", "service", "writer"].state == "open"


def test_a_service_is_without_desk_while_none_that_gives_it_is_open(tent: Tent) -> None:
    assert tent.views()["view", "service", "civil"].state == "no_desk"
    tent.next("inside")
    assert tent.views()["view", "service", "civil"].state == "open"


def test_a_service_that_needs_no_ticket_needs_no_desk(tent: Tent) -> None:
    assert tent.views()["view", "service", "plan"].state == "open"


def test_days_are_local_and_as_long_as_the_clocks_make_them(site: compiled.Site) -> None:
    calendar = Calendar(site)
    hours = {
        day: (found.ends_ns - found.starts_ns) // 3_600_000_000_000
        for day in ("2016-03-27", "2016-06-08", "2016-10-30")
        if (found := calendar.day(moment(f"{day}T12:00"))).day == day
    }
    assert hours == {"2016-03-27": 23, "2016-06-08": 24, "2016-10-30": 25}


def test_a_site_that_never_opens_has_no_next_opening(site: compiled.Site) -> None:
    assert Calendar(replace(site, hours=[])).opening(moment("2016-06-08T10:00")) is None
