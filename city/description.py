"""Which sites a city has: a folder with one folder a site, whose files are those of the site itself.

``<sites>/<site>/site.json`` is the compiled description, ``<sites>/<site>/store.json`` says which store the
city keeps the site's measures in (``hall.store.open.StoreConfig``): a bucket of its own, or a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from broker.contract import compiled
from broker.contract.topics import LEVEL
from hall.store.interface import StoreError
from hall.store.open import StoreConfig, read_config


class CityError(Exception):
    """The city's description is wrong; every error on a line of its own."""


class CitySiteDescription(NamedTuple):
    """A site as the city knows it."""

    site: compiled.Site
    store: StoreConfig

    @property
    def id(self) -> str:
        """The name under which the city has it; a folder's name."""
        return self.site.id


def read(folder: Path) -> list[CitySiteDescription]:
    """The sites in their order by name. Raises CityError that says every error at once."""
    found, errors = list[CitySiteDescription](), list[str]()
    places = sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []
    for place in places:
        try:
            found.append(_read(place))
        except CityError as problem:
            errors.append(str(problem))
    if not places:
        errors.append(f"{folder} : aucun site ; un dossier par site y est attendu / no site: a folder each")
    if errors:
        raise CityError("\n".join(errors))
    return sorted(found, key=lambda one: one.site.name.fr.casefold())


def _read(place: Path) -> CitySiteDescription:
    if LEVEL.fullmatch(place.name) is None:
        raise CityError(f"{place} : le nom d'un site n'a que a-z, 0-9 et - / a site's name has only those")
    try:
        site = compiled.read(place / "site.json")
        store = read_config(place / "store.json")
    except (OSError, msgspec.MsgspecError, StoreError) as problem:
        raise CityError(f"{place} : illisible / cannot be read: {problem}") from problem
    if site.id != place.name:
        raise CityError(
            f"{place / 'site.json'} : décrit {site.id}, pas {place.name} ; nommer le dossier {site.id}"
            f" / describes another site: name the folder {site.id}"
        )
    return CitySiteDescription(site, store)
