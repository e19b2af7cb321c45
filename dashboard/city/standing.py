"""How a site stands with the city: heard, away since when, or never heard. Away is never shown as zero."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

from broker.clock import SECOND, Clock
from city.seen import CitySeen, SiteSeen

AWAY_NS: Final = 90 * SECOND
"""Machine time without a word after which a site is away: its forwarder says one each half minute."""
FEED_AWAY_NS: Final = 30 * SECOND
"""Machine time after which what the feed wrote is old: then nobody knows."""

State: TypeAlias = Literal["here", "behind", "away", "never", "unknown"]
BEHIND: Final = 2000
"""So many events not here yet are more than what is just on its way."""


class Standing(NamedTuple):
    """``since_ns``: of a site that is not here, its last word (civil); None where there was none."""

    state: State
    since_ns: int | None
    seen: SiteSeen

    @property
    def behind(self) -> int:
        """Events that the site had decided by its last word, and that are not copied yet."""
        return max(0, self.seen.upto_site - self.seen.upto)


def feed_is_away(seen: CitySeen, clock: Clock) -> bool:
    """Whether what was written is too old to say anything of now."""
    return clock.civil_ns() - seen.written_ns > FEED_AWAY_NS * clock.speed


def standing_of(site: str, seen: CitySeen, clock: Clock) -> Standing:
    """How one site stands now."""
    known = seen.sites.get(site, SiteSeen())
    if feed_is_away(seen, clock):
        return Standing("unknown", known.heard_ns, known)
    if known.heard_ns is None:
        return Standing("never", None, known)
    if clock.civil_ns() - known.heard_ns > AWAY_NS * clock.speed:
        return Standing("away", known.heard_ns, known)
    told = Standing("here", known.heard_ns, known)
    return told._replace(state="behind") if told.behind > BEHIND else told
