"""Nodes that the hall does not hear: noticed after three missed words, measured by the half-hour."""

from __future__ import annotations

import pytest

from broker.clock import SECOND
from broker.contract import messages
from broker.contract.origin import objection
from broker.contract.topics import HALL
from hall.measures import SilenceMeasure
from hall.silence import SILENCE_NS, Hearing
from tests.hall.hall_tent import Tent
from tests.hall.small_site import small_site

SILENT_NS = 1000 * SECOND
"""Any moment on machine time."""


@pytest.fixture
def hearing() -> Hearing:
    hearing = Hearing(["kiosk-a", "door"])
    hearing.connected(SILENT_NS)
    return hearing


def test_a_node_is_silent_once_three_of_its_words_are_missing(hearing: Hearing) -> None:
    hearing.heard("kiosk-a", SILENT_NS + SILENCE_NS)
    hearing.heard("door", SILENT_NS + 1)
    assert hearing.silent(SILENT_NS + SILENCE_NS) == []
    assert hearing.silent(SILENT_NS + SILENCE_NS + 1) == ["door"]
    hearing.heard("door", SILENT_NS + 2 * SILENCE_NS)
    assert hearing.silent(SILENT_NS + 2 * SILENCE_NS) == ["kiosk-a"]


def test_a_hall_that_has_just_begun_to_listen_says_of_nobody_that_they_are_silent(hearing: Hearing) -> None:
    assert hearing.silent(SILENT_NS + SILENCE_NS - 1) is None
    assert hearing.silent(SILENT_NS + SILENCE_NS) == ["kiosk-a", "door"]


def test_a_hall_that_is_cut_off_itself_judges_nobody(hearing: Hearing) -> None:
    hearing.disconnected()
    assert hearing.silent(SILENT_NS + 9 * SILENCE_NS) is None
    hearing.connected(SILENT_NS + 9 * SILENCE_NS)
    assert hearing.silent(SILENT_NS + 9 * SILENCE_NS + 1) is None


def test_a_node_that_the_site_does_not_have_is_not_waited_for(hearing: Hearing) -> None:
    hearing.heard("stranger", SILENT_NS)
    assert hearing.silent(SILENT_NS + SILENCE_NS) == ["kiosk-a", "door"]


class Minutes:
    """A tent that begins at a half-hour, and its clock in minutes from there."""

    def __init__(self) -> None:
        self.tent = Tent(small_site())
        self.tent.tick()
        into_s = self.tent.now_ns // SECOND % 1800
        self.tent.wait(1800 - into_s)
        self.tent.tick()
        self._from_ns = self.tent.now_ns

    def at(self, minutes: float) -> None:
        self.tent.now_ns = self._from_ns + round(60 * minutes * SECOND)

    def hear(self, minutes: float, *silent: str) -> None:
        self.at(minutes)
        self.tent.send(HALL, messages.NodesHeard(device="", silent=list(silent)))

    def ended(self, minutes: float) -> dict[str, float]:
        """Seconds of silence by node in the half-hour that is over."""
        self.at(minutes)
        self.tent.tick()
        found = [one for one in self.tent.measures() if isinstance(one, SilenceMeasure)]
        assert {one.span_s for one in found} <= {1800.0}
        return {one.subject: one.silent_s for one in found}


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


def test_a_silence_is_measured_in_each_half_hour_that_it_lasts_in(minutes: Minutes) -> None:
    minutes.hear(20, "kiosk-a")
    minutes.hear(25, "kiosk-a", "kiosk-b")
    assert minutes.ended(30) == {"kiosk-a": 600, "kiosk-b": 300}
    minutes.hear(40, "kiosk-b")
    assert minutes.ended(60) == {"kiosk-a": 600, "kiosk-b": 1800}
    minutes.hear(61)
    assert minutes.ended(90) == {"kiosk-b": 60}


def test_nothing_is_measured_of_nodes_that_are_heard(minutes: Minutes) -> None:
    assert minutes.ended(30) == {}


def test_a_node_lost_twice_in_a_half_hour_was_silent_for_both(minutes: Minutes) -> None:
    for begin in (5, 15):
        minutes.hear(begin, "kiosk-a")
        minutes.hear(begin + 2)
    assert minutes.ended(30) == {"kiosk-a": 240}


def test_nobody_but_the_hall_says_who_is_silent() -> None:

    assert objection(small_site(), "kiosk-a", messages.NodesHeard, "kiosk") is not None
    assert objection(small_site(), HALL, messages.NodesHeard, "") is None
