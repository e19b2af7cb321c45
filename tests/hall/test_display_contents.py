from __future__ import annotations

from collections.abc import Callable

import pytest

from broker.contract import compiled, messages
from hall.displays import drawable
from nodes.hardware.letters import render
from tests.hall.hall_tent import Tent


def texts(tent: Tent, display: str) -> list[str]:
    return [frame.text for frame in tent.views()["display", display].frames]


def test_outside_shows_the_message_the_wait_and_the_hours(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    assert texts(tent, "outside") == [
        "Votre futur espace accueil se prépare",
        "Attente : environ 5 min",
        "Ouvert jusqu'à 17h",
    ]


def test_outside_gives_no_wait_where_none_can_be_promised(tent: Tent) -> None:
    assert texts(tent, "outside")[1:] == ["Ouvert jusqu'à 17h"]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2016-06-08T07:00", "Ouvre à 8h30"),
        ("2016-06-08T18:00", "Ouvre demain à 8h30"),
        ("2016-06-11T13:00", "Ouvre lundi à 8h30"),
        ("2016-06-06T18:00", "Ouvre demain à 13h"),
        ("2016-06-07T09:00", "Ouvre à 13h"),
    ],
)
def test_while_closed_displays_say_when_it_opens(
    tent_at: Callable[[str], Tent], now: str, opens: str
) -> None:
    tent = tent_at(now)
    assert texts(tent, "outside")[1:] == ["Fermé", opens]
    assert texts(tent, "led-kiosk") == ["Fermé", opens]


def test_a_desk_shows_its_state_or_the_number_that_blinks_while_called(tent: Tent) -> None:
    assert texts(tent, "led-one") == ["Fermé"]
    tent.next("one")
    assert texts(tent, "led-one") == ["Guichet 1"]
    tent.draw("info")
    tent.next("one")
    (frame,) = tent.views()["display", "led-one"].frames
    assert (frame.text, frame.blink) == ("A001", True)
    tent.ask(messages.StartRequested, "one")
    (frame,) = tent.views()["display", "led-one"].frames
    assert (frame.text, frame.blink) == ("A001", False)
    tent.ask(messages.PauseRequested, "one")
    assert texts(tent, "led-one")[0] == "Pause"


def test_the_waiting_area_shows_the_latest_call_first_and_blinks_it_for_half_a_minute(tent: Tent) -> None:
    for _ in range(2):
        tent.draw("info")
    tent.next("one")
    tent.next("two")
    display = tent.views()["display", "calls"]
    assert [(frame.text, frame.blink) for frame in display.frames] == [
        ("A003 > Guichet 2", True),
        ("A001 > Guichet 1", False),
    ]
    tent.wait(30)
    assert not tent.views()["display", "calls"].frames[0].blink


def test_only_the_last_four_calls_are_shown(tent: Tent) -> None:
    for _ in range(6):
        tent.draw("info")
        tent.next("one")
    calls = tent.views()["view", "calls", "latest"].calls
    assert [call.number for call in calls] == ["A007", "A006", "A005", "A004"]


def test_a_recall_rings_again_and_comes_first(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("info")
    tent.next("one")
    tent.next("two")
    chime = tent.views()["display", "calls"].chime
    tent.wait(30)
    tent.ask(messages.RecallRequested, "one")
    now = tent.views()["display", "calls"]
    assert now.chime != chime
    assert [(frame.text, frame.blink) for frame in now.frames[:2]] == [
        ("Rappel", False),
        ("A001 > Guichet 1", True),
    ]
    calls = tent.views()["view", "calls", "latest"].calls
    assert [(call.number, call.recalls) for call in calls] == [("A001", 1), ("A003", 0)]


def test_a_recall_is_said_to_be_one_while_it_is_news(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    tent.wait(30)
    tent.ask(messages.RecallRequested, "one")
    tent.wait(30)
    assert texts(tent, "calls") == ["A001 > Guichet 1"]


def test_a_call_names_its_desk_in_short_so_that_the_number_stands_still(barnum: compiled.Site) -> None:
    tent = Tent(barnum)
    tent.ask(messages.OpenRequested, "info")
    tent.send("borne-a", messages.TicketDrawn(device="borne", service="information", number="A001"))
    tent.next("info")
    frame = tent.views()["display", "attente"].frames[0]
    assert frame.text == "A001 > Guichet 1"
    assert len(render(frame.text, bold=False)) <= 16 * 8


def test_a_discreet_call_shows_on_the_console_only(tent: Tent) -> None:
    tent.draw("care")
    answer = tent.next("quiet")
    assert (answer.accepted, answer.number) == (True, "")
    views = tent.views()
    assert (views["private", "desk", "quiet"].number, views["private", "desk", "quiet"].discreet) == (
        "Z001",
        True,
    )
    assert views["view", "desk", "quiet"].number is None
    assert views["view", "calls", "latest"].calls == []
    assert texts(tent, "led-quiet") == ["Guichet 3"]
    assert "Z001" not in " ".join(texts(tent, "calls"))


def test_displays_get_only_characters_that_their_font_can_draw() -> None:
    shown = drawable("Élève à l’œuvre — 2 € → ° ÀÊ ✓")
    assert shown == "Élève à l'oeuvre - 2 EUR > ° AE ?"
    assert shown.encode("cp437")


def test_every_text_on_every_display_of_the_barnum_can_be_drawn(barnum: object, tent: Tent) -> None:
    for view in Tent(barnum).views().values():  # type: ignore[arg-type]  # the compiled barnum
        for frame in getattr(view, "frames", []):
            assert frame.text.encode("cp437")
