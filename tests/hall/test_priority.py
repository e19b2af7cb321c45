from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.clock import SECOND
from broker.contract import messages
from hall.layout import Layout
from hall.priority import in_order
from tests.hall.hall_tent import Tent
from tests.hall.small_site import small_site


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


ARRIVALS = st.lists(
    st.tuples(st.sampled_from(["info", "family"]), st.booleans(), st.integers(0, 240)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(arrivals=ARRIVALS, service_s=st.integers(30, 300))
def test_whoever_comes_and_is_given_priority_nobody_starves(arrivals, service_s) -> None:
    """One desk. Nobody is called before a visitor of rate r who came later than the share 1 - r/R of that
    visitor's wait after him, R being the highest rate there is; and everybody is called in the end.
    """
    tent = Tent(small_site())
    layout = Layout(tent.site)
    rules = tent.site.rules
    highest = max(service.rate for service in tent.site.services) * rules.priority_rate
    came: dict[str, tuple[int, float]] = {}
    called: list[str] = []
    next_ns = tent.now_ns

    def call() -> None:
        waiting = tent.hall.state.waiting()
        if not tent.next("one").accepted or not waiting:
            return  # nobody waits: the first such press opens the desk
        chosen = tent.hall.state.desk("one").ticket
        called.append(chosen)
        for visit in waiting:
            arrived_ns, rate = came[visit.ticket]
            may_overtake_ns = arrived_ns + (1 - rate / highest) * (tent.now_ns - arrived_ns)
            assert came[chosen][0] <= may_overtake_ns or visit.ticket == chosen

    for service, is_first, gap_s in arrivals:
        tent.wait(gap_s)
        while next_ns <= tent.now_ns:
            call()
            next_ns += service_s * SECOND
        ticket = tent.draw(service)
        rate = layout.services[service].rate
        if is_first:
            tent.ask(messages.ChangeRequested, "two", ticket=ticket, priority=True)
            rate *= rules.priority_rate
        came[ticket] = (tent.now_ns, rate)
    for _ in arrivals:
        tent.wait(service_s)
        call()
    assert sorted(called) == sorted(came)


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
