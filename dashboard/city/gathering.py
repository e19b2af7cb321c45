"""The figures of all sites for one page: asked of each store, and kept for a moment."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from city.comparison import SiteFigures, figures_of
from city.description import CitySiteDescription
from city.seen import CitySeen, read_seen
from dashboard.city.lines import SiteNow
from dashboard.city.place import City
from dashboard.city.standing import standing_of
from dashboard.history import Period
from dashboard.texts import Texts
from hall.store.interface import StoreUnavailableError

log = logging.getLogger(__name__)

KEPT_NS: Final = 30 * SECOND
"""Machine time for which figures are not asked again: rollups of today are made anew as often."""
MOST_KEPT: Final = 5000


class Gathering:
    """Asks a city's stores. Not for several threads: it is asked where the stores are (``City.aside``)."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Period], tuple[int, SiteFigures]] = {}

    def of(self, city: City, period: Period, say: Texts) -> list[SiteNow]:
        """Each site in the order of its name; without figures where its store does not answer."""
        seen = read_seen(city.state)
        return [self._site(city, described, period, seen, say) for described in city.sites]

    def _site(
        self, city: City, described: CitySiteDescription, period: Period, seen: CitySeen, say: Texts
    ) -> SiteNow:
        site = described.site
        try:
            figures = self._figures(city, described, period)
        except StoreUnavailableError as problem:
            log.warning("the store of %s does not answer: %s", site.id, problem)
            figures = None
        return SiteNow(site.id, say.of(site.name), standing_of(site.id, seen, city.clock), figures)

    def _figures(self, city: City, described: CitySiteDescription, period: Period) -> SiteFigures:
        now_ns, key = city.clock.machine_ns(), (described.id, period)
        kept = self._kept.get(key)
        if kept is not None and now_ns - kept[0] < KEPT_NS:
            return kept[1]
        span = period.span(ZoneInfo(described.site.timezone))
        found = figures_of(described.site, city.stores[described.id], span, city.target_min * 60)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = now_ns, found
        return found


def period_of(reach_days: int, last: date) -> Period:
    """So many days, the last included."""
    return Period(last - timedelta(days=reach_days - 1), last)
