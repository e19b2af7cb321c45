from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD
from broker.contract.views import Alert
from hall.decisions import HelpEscalated, RequestAnswered
from hall.errors import UnknownSubjectError
from tests.hall.hall_tent import Tent, every, moment, only


def ask_help(tent: Tent, *, age_ms: int | None = 0) -> RequestAnswered:
    body = messages.HelpRequested(device="help", key=tent.key(), room="salon")
    return only(RequestAnswered, tent.send("salon-node", body, age_ms=age_ms))


def acknowledge(tent: Tent, by: str = "") -> RequestAnswered:
    body = messages.HelpAcknowledged(device="console", key=tent.key(), room="salon", by=by)
    return only(RequestAnswered, tent.send(DASHBOARD, body))


def presence(tent: Tent, *, taken: bool, subject: str = "salon", at_ns: int | None = None) -> None:
    kind = "room" if subject == "salon" else "seat"
    body = messages.PresenceChanged(device="sensor", subject=subject, kind=kind, taken=taken)  # type: ignore[arg-type]  # a literal
    tent.send("salon-node", body, at_ns=at_ns)


def alerts(tent: Tent) -> list[Alert]:
    found: list[Alert] = tent.views()["private", "alerts", "now"].alerts
    return found


def test_help_alerts_the_agents_and_lights_the_rooms_lamp(tent: Tent) -> None:
    assert ask_help(tent).accepted
    (alert,) = alerts(tent)
    assert (alert.kind, alert.subject, alert.since_ns) == ("help", "salon", tent.now_ns)
    assert tent.views()["display", "room-salon"].help == "requested"


def test_a_second_press_is_accepted_too_and_raises_nothing_twice(tent: Tent) -> None:
    ask_help(tent)
    since_ns = tent.now_ns
    tent.wait(10)
    answer = ask_help(tent)
    assert (answer.accepted, answer.reason) == (True, "already_raised")
    assert [alert.since_ns for alert in alerts(tent)] == [since_ns]


def test_help_that_nobody_acknowledges_escalates_at_the_moment_the_hall_asked_for(tent: Tent) -> None:
    ask_help(tent)
    deadline = tent.hall.next_deadline_ns()
    assert deadline == tent.now_ns + 120 * 10**9
    tent.wait(119)
    assert every(HelpEscalated, tent.tick()) == []
    tent.wait(1)
    assert only(HelpEscalated, tent.tick()).help.escalated
    assert [alert.kind for alert in alerts(tent)] == ["help_escalated"]
    assert every(HelpEscalated, tent.tick()) == []


def test_acknowledged_help_does_not_escalate_and_ends_when_the_room_is_left(tent: Tent) -> None:
    presence(tent, taken=True)
    ask_help(tent)
    assert acknowledge(tent).accepted
    assert tent.views()["display", "room-salon"].help == "acknowledged"
    tent.wait(600)
    assert every(HelpEscalated, tent.tick()) == []
    presence(tent, taken=False)
    assert alerts(tent) == []
    assert tent.views()["display", "room-salon"].help == "none"


def test_help_that_nobody_went_to_stays_when_the_sensor_says_free(tent: Tent) -> None:
    ask_help(tent)
    presence(tent, taken=False)
    assert [alert.kind for alert in alerts(tent)] == ["help"]


def test_help_acknowledged_once_more_is_over(tent: Tent) -> None:
    ask_help(tent)
    acknowledge(tent)
    assert acknowledge(tent).accepted
    assert alerts(tent) == []
    assert acknowledge(tent).reason == "no_help"


def test_two_colleagues_who_go_at_once_do_not_end_the_call(tent: Tent) -> None:
    ask_help(tent)
    assert acknowledge(tent, "awa").accepted
    assert acknowledge(tent, "luc").reason == "already_acknowledged"
    assert [alert.by for alert in alerts(tent)] == ["awa"]
    tent.wait(10)
    assert acknowledge(tent, "luc").accepted
    assert alerts(tent) == []


def test_help_pressed_again_after_it_was_acknowledged_is_raised_anew(tent: Tent) -> None:
    ask_help(tent)
    acknowledge(tent)
    assert ask_help(tent).reason == ""
    assert tent.views()["display", "room-salon"].help == "requested"


def test_an_old_press_for_help_is_stale(tent: Tent) -> None:
    assert ask_help(tent, age_ms=None).reason == "stale"
    assert alerts(tent) == []


def test_help_from_a_room_that_the_site_does_not_have_is_refused(tent: Tent) -> None:
    body = messages.HelpRequested(device="help", key="k", room="attic")
    assert only(RequestAnswered, tent.send("salon-node", body)).reason == "unknown_room"


def test_rooms_and_seats_are_unknown_until_their_sensor_spoke(tent: Tent) -> None:
    assert tent.views()["view", "room", "salon"].taken is None
    assert [seat.taken for seat in tent.views()["view", "seats", "3"].seats] == [None, None]
    presence(tent, taken=True, subject="seat-1")
    assert [seat.taken for seat in tent.views()["view", "seats", "3"].seats] == [True, None]


def test_late_news_of_a_room_does_not_overwrite_newer_news(tent: Tent) -> None:
    presence(tent, taken=True)
    presence(tent, taken=False, at_ns=moment("2016-06-08T09:00"))
    room = tent.views()["view", "room", "salon"]
    assert (room.taken, room.since_ns) == (True, tent.now_ns)


def test_an_unknown_seat_is_refused_by_name(tent: Tent) -> None:
    with pytest.raises(UnknownSubjectError, match="'stool'"):
        presence(tent, taken=True, subject="stool")


def test_zones_say_how_full_they_are_by_who_waits_and_sits_there(tent: Tent) -> None:
    presence(tent, taken=True, subject="seat-1")
    presence(tent, taken=True, subject="seat-2")
    for _ in range(3):
        tent.draw("info")
    zones = {zone.zone: zone for zone in tent.views()["view", "space", "now"].zones}
    assert (zones[1].waiting, zones[1].level) == (3, "busy")
    assert (zones[3].seats_taken, zones[3].seats, zones[3].level) == (2, 2, "full")
    assert (zones[6].waiting, zones[6].level) == (3, "full")
    assert (zones[5].waiting, zones[5].level) == (0, "calm")
    assert zones[7].level == "unknown"


def test_a_failed_printer_alerts_until_it_is_well_or_its_node_starts_anew(tent: Tent) -> None:
    failed = messages.DeviceChanged(device="printer", state="failed", detail="plus de papier")
    tent.send("kiosk-a", failed)
    (alert,) = alerts(tent)
    assert (alert.kind, "plus de papier" in alert.detail) == ("printer", True)
    tent.send("kiosk-a", messages.DeviceChanged(device="printer", state="ok"))
    assert alerts(tent) == []
    assert tent.hall.state.devices == {}
    tent.send("kiosk-a", failed)
    tent.send("kiosk-a", messages.NodeStarted(device="", version="1", model="4B", pins="mock"))
    assert alerts(tent) == []


# --- After closing ---------------------------------------------------------------------------------


def after_closing(tent: Tent, at: str = "17:10") -> list[str]:
    tent.now_ns = moment(f"2016-06-08T{at}")
    tent.tick()
    return [alert.kind for alert in alerts(tent)]


def test_a_room_still_taken_ten_minutes_after_closing_is_told_with_its_beginning(tent: Tent) -> None:
    presence(tent, taken=True)
    since_ns = tent.now_ns
    assert after_closing(tent, "17:09") == []
    assert after_closing(tent, "17:10") == ["room_after_closing"]
    (alert,) = alerts(tent)
    assert (alert.subject, alert.since_ns, alert.acknowledged) == ("salon", since_ns, False)


def test_somebody_who_goes_there_says_so_and_the_sensor_ends_it(tent: Tent) -> None:
    presence(tent, taken=True)
    after_closing(tent)
    assert acknowledge(tent, by="camille").accepted
    (alert,) = alerts(tent)
    assert (alert.acknowledged, alert.by) == (True, "camille")
    assert acknowledge(tent, by="sam").reason == "no_help"
    presence(tent, taken=False)
    assert alerts(tent) == []


def test_a_room_taken_anew_after_closing_is_told_anew(tent: Tent) -> None:
    presence(tent, taken=True)
    after_closing(tent)
    acknowledge(tent)
    presence(tent, taken=False)
    tent.wait(60)
    presence(tent, taken=True)
    tent.tick()
    (alert,) = alerts(tent)
    assert not alert.acknowledged


def test_while_a_permanence_is_open_no_room_is_forgotten(site: compiled.Site) -> None:
    late = [compiled.Hours(weekday="wednesday", opens=840, closes=1140)]
    services = [replace(one, hours=late) if one.id == "writer" else one for one in site.services]
    tent = Tent(replace(site, services=services))
    tent.tick()
    presence(tent, taken=True)
    assert after_closing(tent, "18:30") == []
    assert after_closing(tent, "19:10") == ["room_after_closing"]


def test_a_room_that_is_free_or_unknown_is_not_told(tent: Tent) -> None:
    assert after_closing(tent) == []
    presence(tent, taken=True)
    presence(tent, taken=False)
    tent.wait(60)
    tent.tick()
    assert alerts(tent) == []


def test_the_next_day_tells_it_afresh_while_it_is_still_taken(tent: Tent) -> None:
    presence(tent, taken=True)
    after_closing(tent)
    tent.wait(8 * 3600)
    tent.tick()
    assert tent.hall.state.forgotten["salon"].since_ns == tent.now_ns
