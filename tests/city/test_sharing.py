"""Sites are shared among recorders so that everybody agrees, and a death moves only what it must."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from city.sharing import owned, owner

SITES = [f"mairie-{number:02}" for number in range(1, 41)]
members = st.sets(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=8)


@given(members)
def test_each_site_has_exactly_one_owner(living):
    shares = [owned(member, living, SITES) for member in living]
    assert sorted(site for share in shares for site in share) == sorted(SITES)


@given(members.filter(lambda living: len(living) > 1), st.data())
def test_a_death_moves_only_the_sites_of_the_dead(living, data):
    dead = data.draw(st.sampled_from(sorted(living)))
    for site in SITES:
        before, after = owner(site, living), owner(site, living - {dead})
        assert before in (after, dead)


@given(members, st.from_regex(r"[a-z]{1,8}", fullmatch=True))
def test_one_that_joins_takes_from_all_and_moves_nothing_between_them(living, joining):
    for site in SITES:
        assert owner(site, living | {joining}) in (owner(site, living), joining)


def test_sites_are_spread():
    many = [f"site-{number}" for number in range(3000)]
    counts = Counter(owner(site, {"a", "b", "c"}) for site in many)
    assert all(900 < count < 1100 for count in counts.values()), counts


def test_without_members_nobody_writes():
    assert owner("mairie-01", set()) is None
