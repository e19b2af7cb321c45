"""What the pages of one city share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import current_app

from broker.clock import Clock
from city.description import CitySiteDescription
from dashboard.texts import Texts
from hall.store.interface import Store


@dataclass(frozen=True)
class City:
    """See ``dashboard.page.Place``.

    ``stores`` are those of its sites, by name. ``state`` is the feed's folder, of which pages read what was
    seen. ``target_min`` is the wait that all sites are measured by.
    """

    sites: Sequence[CitySiteDescription]
    stores: Mapping[str, Store]
    state: Path
    clock: Clock
    aside: Callable[[Callable[[], Any]], Any]
    release: str
    target_min: int
    home: str = "city.show"
    is_live: bool = False

    @property
    def timezone(self) -> str:
        """That of its first site: one city has one."""
        return self.sites[0].site.timezone

    def about(self, say: Texts) -> dict[str, object]:
        """Nothing: its scripts read no names."""
        del say
        return {}


def here() -> City:
    """The city of the running application."""
    return cast("City", current_app.extensions["dashboard"])
