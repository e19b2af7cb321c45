"""The streams: a beat each two seconds, and no screen hears what is not for it."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from broker.clock import ManualClock
from dashboard.stream import BEAT_S, events, wanted_by
from tests.dashboard.afternoon import Afternoon, console, space

PRIVATE = ("private/desk/numerique", "private/alerts/now", "private/quarantine/latest", "answer/dashboard")


@pytest.mark.parametrize("screen", ["appels", "barometre", "page"])
def test_screens_that_visitors_see_hear_nothing_private(screen: str):
    wanted = wanted_by(screen)
    assert wanted is not None
    assert [topic for topic in PRIVATE if wanted(topic)] == []


def test_nobody_follows_a_console_without_signing_in(visitor: FlaskClient):
    for screen in ("guichet-info", "guichets", "pilotage"):
        assert visitor.get(f"/direct/{screen}").status_code == 401


def test_the_open_page_of_the_space_keeps_alerts_and_answers_from_visitors(
    visitor: FlaskClient, client: FlaskClient, afternoon: Afternoon
):
    afternoon.connect()
    afternoon.all_views()
    for who, hears in ((visitor, False), (client, True)):
        heard = b""
        with who.get("/direct/espace", buffered=False) as answer:
            for chunk in answer.iter_encoded():
                heard += chunk
                if heard.count(b"event: beat") > 1:  # the snapshot is over
                    break
        assert b"view/space/now" in heard
        assert (b"private/alerts/now" in heard) == hears


def test_a_console_hears_its_own_desk_and_no_other():
    wanted = wanted_by("guichet-info")
    assert wanted is not None
    assert wanted("private/desk/info")
    assert not wanted("private/desk/info-2")
    assert not wanted("private/desk/numerique")


def test_an_unknown_screen_has_no_stream(client: FlaskClient):
    assert client.get("/direct/coulisses").status_code == 404


def test_a_stream_is_never_cached(client: FlaskClient):
    with client.get("/direct/espace") as answer:
        assert answer.mimetype == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_busy_site_does_not_starve_the_beats(afternoon: Afternoon, clock: ManualClock):
    stream = events(afternoon.live, clock, lambda _topic: True)
    heard = [next(stream), next(stream)]
    for _ in range(10):
        afternoon.publish("view/space/now", space())
        clock.advance(BEAT_S / 4)
        heard.append(next(stream))
    beats = [message for message in heard if message.startswith(b"event: beat")]
    assert heard[0] == b"retry: 1000\n\n"
    assert len(beats) == 1 + 2
    stream.close()
    assert afternoon.live.counts()[1] == 0


def test_a_stream_ends_when_the_process_does(afternoon: Afternoon, clock: ManualClock):
    stream = events(afternoon.live, clock, lambda _topic: True)
    next(stream)
    next(stream)
    afternoon.live.close()
    assert list(stream) == []


def test_a_message_is_one_line_whatever_its_text_holds(afternoon: Afternoon, clock: ManualClock):
    afternoon.publish("private/desk/numerique", console(number="E\n\ndata: 042"))
    stream = events(afternoon.live, clock, lambda _topic: True)
    next(stream), next(stream)
    name, data, *rest = next(stream).decode().split("\n")
    assert name == "event: view"
    assert json.loads(data.removeprefix("data: "))["view"]["number"] == "E\n\ndata: 042"
    assert rest == ["", ""]
    stream.close()
