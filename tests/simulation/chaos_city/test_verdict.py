"""What the verdict on a city sees: a lost event, a doubled one, a strange one, a wrong order."""

from __future__ import annotations

import msgspec

from broker.contract import city
from city.engine.reading import Stored
from simulation.chaos_city.verdict import judge

RECORDED = [("borne", "run", seq) for seq in range(1, 7)]


def batch(first, *seqs, journal="new", site="mairie-01"):
    entries = [city.CityEntry("borne", "run", seq, 0, 0, None, False, msgspec.Raw(b"{}")) for seq in seqs]
    return Stored(
        site,
        0,
        city.CityBatch(
            site=site,
            journal=journal,
            sender="s",
            number=1,
            first=first,
            upto_site=0,
            sent_ns=0,
            entries=entries,
        ),
    )


def verdict(*stored):
    return judge("mairie-01", "new", RECORDED, stored)


def test_everything_once_and_in_order_holds():
    assert verdict(batch(1, 1, 2, 3), batch(1, 9, site="mairie-02"), batch(4, 4, 5, 6)).holds


def test_a_journal_that_was_put_back_counts_from_its_new_id_on():
    assert verdict(batch(1, 1, 2, 3, 4, journal="old"), batch(1, 1, 2), batch(3, 3, 4, 5, 6)).holds


def test_what_is_not_at_the_city_is_lost():
    found = verdict(batch(1, 1, 2), batch(4, 4, 5, 6))
    assert (found.lost, found.holds) == (1, False)
    assert "offset 4 of new came after 2" in found.reasons[0]


def test_what_is_there_twice_is_doubled():
    found = verdict(batch(1, 1, 2, 3), batch(1, 1, 2, 3), batch(4, 4, 5, 6))
    assert (found.doubled, found.lost, found.holds) == (3, 0, False)


def test_what_no_site_made_is_strange():
    found = verdict(batch(1, 1, 2, 3), batch(4, 4, 5, 6), batch(7, 99))
    assert (found.strange, found.holds) == (1, False)


def test_another_order_is_seen():
    assert not verdict(batch(1, 1, 3, 2), batch(4, 4, 5, 6)).holds


def test_a_journal_that_speaks_after_the_one_that_followed_it_is_seen():
    found = verdict(batch(1, 1, journal="old"), batch(1, 1, 2, 3, 4, 5, 6), batch(2, 2, journal="old"))
    assert "speaks again" in found.reasons[0]
