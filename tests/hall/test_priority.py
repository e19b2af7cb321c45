from __future__ import annotations

from hall.layout import Layout
from hall.priority import in_order
from tests.hall.hall_tent import Tent


def test_equal_rates_are_called_by_arrival(tent: Tent) -> None:
    tent.draw("info", "kiosk-b")
    tent.wait(1)
    tent.draw("info", "kiosk-a")
    tent.wait(60)
    assert [tent.next("one").number, tent.next("two").number] == ["A002", "A001"]


def test_a_class_with_thrice_the_rate_overtakes_whoever_waited_less_than_thrice_as_long(tent: Tent) -> None:
    tent.draw("info")
    tent.wait(600)
    tent.draw("family")
    tent.wait(299)
    assert _order(tent) == ["A001", "F001"]
    tent.wait(2)
    assert _order(tent) == ["F001", "A001"]
    assert tent.next("one").number == "F001"


def test_equal_scores_go_by_arrival(tent: Tent) -> None:
    tent.draw("info", "kiosk-b")
    tent.wait(1200)
    tent.draw("family", "kiosk-a")
    tent.wait(600)
    assert _order(tent) == ["A002", "F001"]
    assert tent.next("one").number == "A002"


def test_no_class_starves_under_a_stream_of_a_higher_one(tent: Tent) -> None:
    ticket = tent.draw("info")
    for minute in range(60):
        tent.draw("family")
        tent.wait(60)
        tent.next("one")
        if tent.hall.state.desk("one").ticket == ticket:
            assert minute < 5
            return
    raise AssertionError("the first visitor was never called")


def test_the_console_lists_who_waits_in_the_order_of_calls(tent: Tent) -> None:
    tent.draw("info")
    tent.wait(60)
    tent.draw("family")
    tent.wait(60)
    listed = tent.views()["private", "desk", "one"].waiting
    assert [waiting.number for waiting in listed] == ["F001", "A001"]


def _order(tent: Tent) -> list[str]:
    state = tent.hall.state
    return [visit.number for visit in in_order(state.waiting(), Layout(tent.site), tent.now_ns)]
