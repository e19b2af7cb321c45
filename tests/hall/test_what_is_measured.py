from __future__ import annotations

from broker.contract import messages
from broker.contract.topics import HALL
from hall.measures import DeviceMeasure, EventMeasure, PresenceMeasure, WaitMeasure, WindMeasure
from tests.hall.hall_tent import MINUTE, Tent


def wait(tent: Tent) -> WaitMeasure:
    (found,) = (measure for measure in tent.measures() if isinstance(measure, WaitMeasure))
    return found


def test_every_event_gives_one_point_of_its_own_first(tent: Tent) -> None:
    tent.next("one", node="panel-one")
    (point,) = (measure for measure in tent.measures() if isinstance(measure, EventMeasure))
    assert point == EventMeasure(
        node="panel-one", at_ns=tent.now_ns, type="desk.next_requested", run="run", seq=1, undated=False
    )
    tent.tick()
    assert [(point.node, point.type) for point in tent.measures() if isinstance(point, EventMeasure)] == [
        (HALL, "time.passed")
    ]


def test_a_visit_is_one_point_under_the_event_that_drew_it_rewritten_whole_at_each_change(tent: Tent) -> None:
    tent.next("one")
    ticket = tent.draw("info")
    drawn_ns = tent.now_ns
    outcomes = [wait(tent)]
    tent.wait(90)
    tent.next("one")
    outcomes.append(wait(tent))
    tent.wait(30)
    tent.ask(messages.StartRequested, "one")
    outcomes.append(wait(tent))
    tent.wait(240)
    tent.ask(messages.DoneRequested, "one")
    outcomes.append(wait(tent))
    assert {(point.node, point.at_ns, point.service, point.visit) for point in outcomes} == {
        ("kiosk-a", drawn_ns, "info", ticket)
    }
    assert [point.outcome for point in outcomes] == ["waiting", "called", "called", "served"]
    assert outcomes[-1] == WaitMeasure(
        node="kiosk-a",
        at_ns=drawn_ns,
        service="info",
        visit=ticket,
        outcome="served",
        desk="one",
        wait_s=90,
        walk_s=30,
        service_s=240,
        stay_s=360,
        promised_median_s=60,
        promised_p90_s=60,
    )


def test_a_press_that_ends_one_visit_and_calls_another_measures_both(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("info", "kiosk-b")
    tent.next("one")
    tent.wait(60)
    tent.next("one")
    points = [measure for measure in tent.measures() if isinstance(measure, WaitMeasure)]
    assert [(point.node, point.outcome) for point in points] == [("kiosk-a", "served"), ("kiosk-b", "called")]


def test_a_ticket_that_missed_its_day_is_measured_as_left_with_an_unknown_wait(tent: Tent) -> None:
    at_ns = tent.now_ns - 24 * 60 * MINUTE
    tent.draw("info", number="A009", at_ns=at_ns)
    point = wait(tent)
    assert (point.at_ns, point.outcome, point.wait_s) == (at_ns, "left", None)


def test_presence_and_devices_are_measured_where_they_happened(tent: Tent) -> None:
    tent.send("seats", messages.PresenceChanged(device="s", subject="seat-1", kind="seat", taken=True))
    assert tent.measures()[1:] == [
        PresenceMeasure(node="seats", at_ns=tent.now_ns, kind="seat", subject="seat-1", taken=True)
    ]
    tent.send("kiosk-a", messages.DeviceChanged(device="printer", state="failed", detail="papier"))
    assert tent.measures()[1:] == [
        DeviceMeasure(node="kiosk-a", at_ns=tent.now_ns, device="printer", state="failed", detail="papier")
    ]


def test_the_wind_is_measured_and_the_newest_word_kept(tent: Tent) -> None:
    tent.send("kiosk-a", messages.WindMeasured(device="mast", km_h=71.2, mean_km_h=40.0))
    assert tent.measures()[1:] == [
        WindMeasure(node="kiosk-a", at_ns=tent.now_ns, device="mast", km_h=71.2, mean_km_h=40.0)
    ]
    tent.send(
        "kiosk-a", messages.WindMeasured(device="mast", km_h=12.0, mean_km_h=5.0), at_ns=tent.now_ns - MINUTE
    )
    assert [wind.km_h for wind in tent.hall.state.wind.values()] == [71.2]


def test_a_refused_request_measures_nothing_but_itself(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one", age_ms=None)
    assert len(tent.measures()) == 1
