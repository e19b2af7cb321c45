"""The streams: a beat each two seconds, and no screen hears what is not for it."""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient

from broker.clock import ManualClock
from broker.contract.messages import Answer
from dashboard.feed import PASSING_KEPT, SHARED_S, SLOWEST_S
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
                if b"event: snapshot" in heard:
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
    stream = events(afternoon.live, clock, everything)
    heard = [next(stream), next(stream)]
    for _ in range(10):
        afternoon.publish("view/space/now", space())
        clock.advance(BEAT_S / 4)
        heard.append(next(stream))
    assert heard[0] == b"retry: 1000\n\n"
    assert sum(b"event: beat" in chunk for chunk in heard) == 1 + 2
    stream.close()
    assert afternoon.live.counts()[1] == 0


def test_a_stream_ends_when_the_process_does(afternoon: Afternoon, clock: ManualClock):
    stream = events(afternoon.live, clock, everything)
    next(stream)
    next(stream)
    afternoon.live.close()
    assert list(stream) == []


def test_a_message_is_one_line_whatever_its_text_holds(afternoon: Afternoon, clock: ManualClock):
    afternoon.publish("private/desk/numerique", console(number="E\n\ndata: 042"))
    (told,) = views(first(afternoon, clock))
    assert told["view"]["number"] == "E\n\ndata: 042"


# Coming back -----------------------------------------------------------------------------------


def everything(_topic: str) -> bool:
    return True


def first(afternoon: Afternoon, clock: ManualClock, last: str = "", told_to: str = "public") -> bytes:
    """The first that a page is told; ``last`` is the id that it was told last."""
    stream = events(afternoon.live, clock, everything, told_to=told_to, last=last)
    next(stream)
    told = next(stream)
    stream.close()
    return told


def id_of(chunk: bytes) -> str:
    return re.findall(r"^id: (.+)$", chunk.decode(), re.MULTILINE)[-1]


def views(chunk: bytes) -> list[dict]:
    return [json.loads(data) for data in re.findall(r"event: view\ndata: (.+)\n\n", chunk.decode())]


def test_a_page_that_comes_back_is_told_what_changed_while_it_was_away(
    afternoon: Afternoon, clock: ManualClock
):
    afternoon.all_views()
    before = first(afternoon, clock)
    afternoon.publish("view/space/now", space(inside=47))
    afternoon.publish("view/room/salon-1", b"")
    afternoon.publish("answer/dashboard", Answer(key="k", accepted=True))
    after = first(afternoon, clock, id_of(before))
    told = {view["topic"]: view["view"] for view in views(after)}
    assert set(told) == {"view/space/now", "view/room/salon-1", "answer/dashboard"}
    assert told["view/space/now"]["inside"] == 47
    assert told["view/room/salon-1"] is None
    assert b"event: snapshot" in before
    assert b"event: snapshot" not in after
    assert views(first(afternoon, clock, id_of(after))) == []


def test_who_comes_back_after_the_server_did_or_as_somebody_else_is_told_all(
    afternoon: Afternoon, clock: ManualClock
):
    afternoon.all_views()
    known = id_of(first(afternoon, clock))
    epoch, told_to, version = known.split("-")
    strange = [
        f"{'0' * len(epoch)}-{told_to}-{version}",  # of the server before
        f"{epoch}-agent-{version}",
        f"{epoch}-{told_to}-{int(version) + 1000}",
        f"{epoch}-{told_to}-{'9' * 400}",
        f"{epoch}-{told_to}--1",
        f"{epoch}-{told_to}-\u0661",
        "",
    ]
    whole = len(views(first(afternoon, clock)))
    for last in strange:
        assert len(views(first(afternoon, clock, last))) == whole, last
    assert len(views(first(afternoon, clock, known, "agent"))) == whole


def test_the_stream_goes_on_by_the_header_that_browsers_send(client: FlaskClient, afternoon: Afternoon):
    afternoon.all_views()

    def begun(last: str) -> bytes:
        with client.get("/direct/espace", headers={"Last-Event-ID": last}, buffered=False) as answer:
            chunks = answer.iter_encoded()
            return next(chunks) + next(chunks)

    assert views(begun(id_of(begun("")))) == []


# Pages that are slow, and pages that are many ---------------------------------------------------


def test_a_page_that_took_nothing_for_long_is_told_what_is_now_the_case_once(afternoon: Afternoon):
    with afternoon.live.listen(everything) as slow, afternoon.live.listen(everything) as quick:
        for inside in range(5_000):
            afternoon.publish("view/space/now", space(inside=inside))
            assert len(views(quick.take(0))) == 1
        (told,) = views(slow.take(0))
    assert told["view"]["inside"] == 4_999


def test_what_is_kept_for_pages_does_not_grow(afternoon: Afternoon):
    with afternoon.live.listen(everything) as slow:
        slow.take(0)
        for number in range(5_000):
            afternoon.publish("answer/dashboard", Answer(key=f"k{number}", accepted=True))
        told = views(slow.take(0))
    assert [told[0]["view"]["key"], told[-1]["view"]["key"]] == [f"k{5_000 - PASSING_KEPT}", "k4999"]
    assert len(told) == PASSING_KEPT


def test_changes_of_a_moment_go_out_together_when_many_pages_are_open(afternoon: Afternoon):
    with ExitStack() as open_pages:
        pages = [open_pages.enter_context(afternoon.live.listen(everything)) for _ in range(300)]
        for page in pages:
            page.take(0)
        afternoon.publish("view/space/now", space(inside=1))  # goes out at once
        for page in pages:
            page.take(0)
        for inside in range(2, 12):
            afternoon.publish("view/space/now", space(inside=inside))
        taken = [page.take(5) for page in pages]
    assert {len(views(chunk)) for chunk in taken} == {1}
    assert views(taken[0])[0]["view"]["inside"] == 11
    assert len({id(chunk) for chunk in taken}) == 1, "each page got bytes of its own"


def test_a_page_that_takes_nothing_delays_no_other_among_many(afternoon: Afternoon):
    with ExitStack() as open_pages:
        stalled, *others = [open_pages.enter_context(afternoon.live.listen(everything)) for _ in range(40)]
        for page in (stalled, *others):
            page.take(0)
        begun = time.monotonic()
        for inside in range(5):
            afternoon.publish("view/space/now", space(inside=inside))
            for page in others:
                assert views(page.take(SLOWEST_S))[0]["view"]["inside"] == inside
    assert time.monotonic() - begun < SLOWEST_S


def test_a_page_that_comes_later_is_told_ages_of_its_own(afternoon: Afternoon, clock: ManualClock):
    afternoon.publish("view/space/now", space())
    with afternoon.live.listen(everything) as early:
        early.take(0)
        clock.advance(9)
        time.sleep(SHARED_S)
        with afternoon.live.listen(everything) as late:
            assert views(late.take(0))[0]["age_s"] == 9
