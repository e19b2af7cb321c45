"""Promises in the store are scored as the hall scores them, and what an agent decided is not."""

from __future__ import annotations

from broker.contract import messages
from hall.measures import AnyMeasure, WaitMeasure
from hall.rollups.kinds import WaitDay
from hall.rollups.waits import wait_rollup
from tests.hall.hall_tent import Tent


class Watched:
    """A tent, and the newest point of each wait."""

    def __init__(self, tent: Tent) -> None:
        self.tent = tent
        self._points: dict[tuple[str, int, str], WaitMeasure] = {}
        self.called = ""

    def day(self) -> WaitDay:
        """The day's waits so far, all services together."""
        return wait_rollup(WaitDay, 0, "", list(self._points.values()))

    def note(self) -> None:
        """Keep what the last event gives the store."""
        measures: list[AnyMeasure] = self.tent.measures()
        for point in measures:
            if isinstance(point, WaitMeasure):
                self._points[point.node, point.at_ns, point.service] = point

    def draw(self) -> str:
        self.tent.wait(1)
        ticket = self.tent.draw("info")
        self.note()
        return ticket

    def next(self) -> None:
        self.called = self.tent.next("one").key
        self.note()

    def ask(self, body: type[messages.AnyBody], **fields: object) -> None:
        self.tent.ask(body, "one", **fields)
        self.note()


def opened(tent: Tent) -> Watched:
    """Desk one serves somebody, so that who comes waits."""
    watched = Watched(tent)
    watched.draw()
    watched.next()
    return watched


def test_the_store_scores_the_promises_that_the_hall_scores(tent: Tent) -> None:
    here = opened(tent)
    for _ in range(4):
        here.draw()
    for seconds in (200, 3000, 300, 200):
        tent.wait(seconds)
        here.next()
    day, tally = here.day(), tent.hall.state.tally
    assert tally.promises == day.promised == 4
    assert tally.beyond_p90 == day.waited - day.covered > 0


def test_a_call_that_is_taken_back_is_scored_no_more(tent: Tent) -> None:
    here = opened(tent)
    here.draw()
    tent.wait(4000)
    here.next()
    assert here.day().promised == 1
    here.ask(messages.UndoRequested, undoes=here.called)
    assert here.day().promised == tent.hall.state.tally.promises == 0


def test_a_visitor_whom_an_agent_preferred_says_nothing_of_promises(tent: Tent) -> None:
    here = opened(tent)
    ticket = here.draw()
    here.ask(messages.ChangeRequested, ticket=ticket, priority=True)
    tent.wait(4000)
    here.next()
    assert here.day().called == 2
    assert here.day().promised == tent.hall.state.tally.promises == 0
