"""Rollups follow the points: late ones, corrected ones, those of a store from before there were any."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from broker.clock import SECOND, ManualClock, local_day
from broker.contract import compiled, messages
from broker.delivery.intake import Arrived
from broker.delivery.journal import Journal
from hall.feeding import Feed
from hall.measures import DeviceMeasure
from hall.pipeline import Pipeline
from hall.rollups import rolling
from hall.rollups.kinds import DeviceDay, VoteDay, WaitDay, WaitHour
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Span
from tests.hall.rollups.test_day import NINE, rolled, wait

PARIS = ZoneInfo("Europe/Paris")
HOUR = 3600 * SECOND
DAY = 24 * HOUR
ALWAYS = Span(0, 2**62)


def paris(day: int, hour: int) -> int:
    return round(datetime(2027, 6, day, hour, tzinfo=PARIS).timestamp()) * SECOND


class Place:
    """A hall's journal, a node that votes, and the store that a feed fills."""

    def __init__(self, site: compiled.Site, folder: Path) -> None:
        self.folder, self.seqs = folder, itertools.count(1)
        self.clock = ManualClock(civil_ns=paris(15, 10))
        self.journal = Journal(folder / "journal.sqlite")
        self.pipeline = Pipeline(site, self.journal, self.clock)
        self.pipeline.start()
        self.store = EmbeddedStore(folder / "store.sqlite")

    def vote(self, at_ns: int) -> None:
        event = messages.Event(
            seq=next(self.seqs),
            at_ns=at_ns,
            machine_ns=0,
            body=msgspec.Raw(
                messages.encode(
                    messages.VoteCast(
                        device="boutons", barometer="barometre-19", question="a-l-aise", answer=0
                    )
                )
            ),
        )
        batch = messages.Batch(run="run", boot="boot", sent_boot="boot", sent_ns=0, oldest=1, events=[event])
        self.pipeline.take([Arrived("barometre", messages.encode(batch))])
        self.pipeline.decide()

    def feed(self) -> Feed:
        return Feed(
            Journal(self.folder / "journal.sqlite"),
            EmbeddedStore(self.folder / "store.sqlite"),
            self.folder / "cursor.sqlite",
            PARIS,
        )

    def fed(self, *, today_too: bool = True) -> int:
        """Feeds and sums up all there is; how many days were summed up."""
        feed, days = self.feed(), 0
        while feed.step():
            pass
        while feed.roll(self.clock.civil_ns(), today_too=today_too):
            days += 1
        feed.close()
        return days

    def votes(self) -> list[tuple[int, int]]:
        return [(day.at_ns, day.votes + day.too_fast) for day in self.store.points(VoteDay, ALWAYS)]


@pytest.fixture
def place(barnum: compiled.Site, tmp_path: Path):
    place = Place(barnum, tmp_path)
    yield place
    place.journal.close()
    place.store.close()


def test_a_late_vote_rewrites_its_own_day_and_no_other(place: Place):
    place.vote(paris(14, 10))
    place.vote(paris(15, 9))
    assert place.fed() == 2
    place.vote(paris(14, 11))
    assert place.fed() == 1
    assert place.votes() == [(paris(14, 0), 2), (paris(15, 0), 1)]


def test_fed_again_from_its_beginning_it_says_the_same(place: Place):
    place.vote(paris(14, 10))
    place.vote(paris(15, 9))
    place.fed()
    before = place.votes()
    (place.folder / "cursor.sqlite").unlink()
    assert place.fed() == 2
    assert place.votes() == before


def test_a_store_from_before_there_were_rollups_gets_them_from_the_journal(place: Place):
    place.vote(paris(14, 10))
    feed = place.feed()
    while feed.step():
        pass
    feed.close()
    with sqlite3.connect(place.folder / "cursor.sqlite") as cursor:
        cursor.execute("DROP TABLE unrolled")
    cursor.close()
    assert place.votes() == []
    place.fed()
    assert place.votes() == [(paris(14, 0), 1)]


def test_today_is_summed_up_so_far_when_asked_and_once_more_when_it_is_over(place: Place):
    place.vote(paris(15, 9))
    assert place.fed(today_too=False) == 0
    assert place.fed() == 1
    assert place.fed() == 0
    place.clock.advance(24 * 3600)
    assert place.fed(today_too=False) == 1
    assert place.fed() == 0


def test_a_crash_between_writing_and_noting_it_does_the_day_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    place.vote(paris(14, 10))
    monkeypatch.setattr("hall.rollups.rolling.Unrolled.done", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        place.fed()
    monkeypatch.undo()
    assert place.fed() == 1
    assert place.votes() == [(paris(14, 0), 1)]


# Whatever the store holds -----------------------------------------------------------------------


def device(at_ns: int, state: str) -> DeviceMeasure:
    return msgspec.convert(
        {"node": "kiosk", "at_ns": at_ns, "device": "printer", "state": state, "detail": ""}, DeviceMeasure
    )


def summed(store: EmbeddedStore, at_ns: int, now_ns: int) -> rolling.Plan:
    plan = rolling.plan(store, local_day(at_ns, PARIS), now_ns)
    store.write(plan.rollups)
    return plan


@pytest.fixture
def store(tmp_path: Path):
    store = EmbeddedStore(tmp_path / "store.sqlite")
    yield store
    store.close()


def test_what_is_right_already_is_not_written_again(store: EmbeddedStore):
    store.write([wait(paris(14, 10), 60.0)])
    assert len(summed(store, paris(14, 10), paris(16, 0)).rollups) == 4
    assert summed(store, paris(14, 10), paris(16, 0)).rollups == []


def test_a_wait_that_was_taken_back_leaves_its_cells_empty(store: EmbeddedStore):
    store.write([wait(paris(14, 10), 60.0)])
    summed(store, paris(14, 10), paris(16, 0))
    store.write([wait(paris(14, 10), 60.0, "undone")])
    summed(store, paris(14, 10), paris(16, 0))
    cells = [*store.points(WaitDay, ALWAYS), *store.points(WaitHour, ALWAYS)]
    assert len(cells) == 4
    assert {(cell.drawn, cell.called, cell.median_s, cell.waits) for cell in cells} == {(0, 0, None, "[]")}


def test_a_key_that_no_point_is_in_any_more_is_written_empty(store: EmbeddedStore):
    (gone,) = [one for one in rolled(WaitDay, waits=[wait(NINE, 60.0)]) if one.service]
    store.write([gone])
    summed(store, NINE, NINE + 10 * DAY)
    (left,) = store.points(WaitDay, ALWAYS)
    assert (left.service, left.drawn, left.median_s, left.waits) == ("info", 0, None, "")


def test_late_news_of_a_device_reaches_the_next_day_that_rests_on_it(store: EmbeddedStore):
    store.write([device(paris(14, 9), "ok"), device(paris(17, 9), "ok")])
    for day in (14, 17):
        assert summed(store, paris(day, 9), paris(20, 0)).follows_ns is None
    store.write([device(paris(14, 20), "failed")])
    assert summed(store, paris(14, 9), paris(20, 0)).follows_ns == paris(17, 0)
    summed(store, paris(17, 0), paris(20, 0))
    days = store.points(DeviceDay, ALWAYS, {"node": "kiosk"})
    assert [(day.at_ns, day.failed_s) for day in days] == [(paris(14, 0), 4 * 3600), (paris(17, 0), 9 * 3600)]
