"""The city's copy of a journal is the journal: the same offsets and decisions, each event once."""

from __future__ import annotations

import itertools
import shutil

import msgspec
import pytest

from broker.contract import city
from city.site_copy import CopyError, SiteCopy
from tests.city.batches import VotingSite


@pytest.fixture
def site(barnum, tmp_path):
    site = VotingSite(barnum, tmp_path / "site")
    site.vote(9)
    yield site
    site.journal.close()


@pytest.fixture
def copy(tmp_path):
    copy = SiteCopy(tmp_path / "city")
    yield copy
    copy.close()


def take_all(copy, batches, numbers=None):
    numbers = numbers or itertools.count(1)
    return sum(copy.take(batch, next(numbers)) for batch in batches)


def content(journal):
    events = journal.events_after(0, most=1000)
    return journal.id, events, [*journal.decisions_after(0)], journal.decided_upto()


def test_a_copy_is_the_journal_offset_by_offset_with_its_decisions(site, copy):
    assert take_all(copy, site.batches()) == site.journal.last_offset() > 9
    assert content(copy._journal) == content(site.journal)


def test_a_message_that_comes_again_adds_nothing(site, copy):
    batches = [*site.batches()]
    take_all(copy, batches)
    before = content(copy._journal)
    assert take_all(copy, batches) == 0, "by its place"
    assert take_all(copy, batches, itertools.count(100)) == 0, "by its offsets"
    assert content(copy._journal) == before


def test_a_copy_opened_again_goes_on_where_it_stood(site, copy, tmp_path):
    first, *rest = site.batches()
    copy.take(first, 7)
    copy.close()
    again = SiteCopy(tmp_path / "city")
    assert (again.sequence, again.upto, again.generation) == (7, 4, site.journal.id)
    take_all(again, rest, itertools.count(8))
    assert content(again._journal) == content(site.journal)
    again.close()


def test_a_batch_that_begins_before_what_is_copied_adds_only_its_end(site, copy):
    (some, *_), (all_of_it,) = site.batches(most=6), site.batches(most=500)
    copy.take(some, 1)
    assert copy.take(all_of_it, 2) == len(all_of_it.entries) - 6
    assert content(copy._journal) == content(site.journal)


def test_a_hole_is_refused_and_nothing_of_it_taken(site, copy):
    first, _, third, *_ = site.batches(most=2)
    copy.take(first, 1)
    with pytest.raises(CopyError, match="5 comes where 3 is next"):
        copy.take(third, 3)
    assert (copy.sequence, copy.upto) == (1, 2)


def test_another_event_before_a_batch_than_is_copied_is_refused(site, copy):
    first, second, *_ = site.batches()
    copy.take(first, 1)
    with pytest.raises(CopyError, match="another event stands before offset 5"):
        copy.take(msgspec.structs.replace(second, previous="0" * 32), 2)
    assert copy.upto == 4


def test_a_word_without_events_moves_only_the_place(site, copy):
    take_all(copy, site.batches())
    upto = copy.upto
    *_, last = site.batches(most=500)
    word = msgspec.structs.replace(last, entries=[], first=upto + 1, previous=last.entries[-1].digest())
    assert copy.take(word, 50) == 0
    assert (copy.sequence, copy.upto) == (50, upto)


def test_a_site_put_back_from_a_backup_is_copied_anew_and_its_former_journal_kept(
    barnum, site, copy, tmp_path
):
    backup = tmp_path / "backup.sqlite"
    site.journal._database.execute("VACUUM INTO ?", (str(backup),))
    site.vote(3)
    former = content(site.journal)
    take_all(copy, site.batches())
    site.journal.close()
    shutil.copy(backup, site.path)
    site.open()
    site.journal.renew_id(former[0])
    site.before = (former[0],)
    for seq in (10, 11, 12):
        site.send(seq, site.clock.now_civil_ns + seq)
    numbers = itertools.count(100)
    take_all(copy, site.batches(), numbers)
    assert content(copy._journal) == content(site.journal)
    assert site.journal.id != former[0]
    kept = SiteCopy(tmp_path / "city")  # the files are those of any journal
    assert kept.generation == site.journal.id
    kept.close()
    assert (tmp_path / "city" / f"journal-{former[0]}.sqlite").exists()
    stale = city.CityBatch(
        site=barnum.id, journal=former[0], sender="s", number=1, first=1, upto_site=1, sent_ns=0
    )
    assert copy.take(stale, next(numbers)) == 0, "a late word of the journal before changes nothing"
    assert copy.generation == site.journal.id


def test_a_journal_that_does_not_begin_at_its_beginning_is_refused(site, copy):
    _, second, *_ = site.batches()
    with pytest.raises(CopyError, match="begins at 5, not at 1"):
        copy.take(second, 1)
