"""What the hall's tests share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from broker.contract import compiled
from tests.hall.hall_tent import Tent
from tests.hall.small_site import small_site


@pytest.fixture(scope="session")
def site() -> compiled.Site:
    """The small town hall."""
    return small_site()


@pytest.fixture
def tent(site: compiled.Site) -> Tent:
    """The small town hall on Wednesday 8 June 2016, ten in the morning, the day begun."""
    tent = Tent(site)
    tent.tick()
    return tent


@pytest.fixture
def tent_at(site: compiled.Site) -> Callable[[str], Tent]:
    """The small town hall at another moment."""

    def begin(now: str) -> Tent:
        tent = Tent(site, now)
        tent.tick()
        return tent

    return begin
