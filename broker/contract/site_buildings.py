"""Several buildings with one queue: each zone and each desk away from the zones says which it is in."""

from __future__ import annotations

from collections.abc import Iterator

from broker.contract.site_description import Description
from broker.contract.site_names import twice, unknown
from broker.contract.site_problems import Item, Problem


def check(description: Description) -> Iterator[Problem]:
    """All problems with buildings; none on a site of one place that names none."""
    site = description.site
    buildings = description.ids("buildings")
    yield from twice(building["id"] for building in site.each("buildings"))
    if len(buildings) == 1:
        yield next(iter(site.each("buildings")))["id"].problem(
            "un seul bâtiment : en décrire deux ou plus, ou aucun",
            "only one building: describe two or more, or none",
        )
    named = [zone["building"] for zone in site.each("zones")]
    named += [desk["place"]["within"] for desk in site.each("desks") if desk["place"].value is not None]
    for item in named:
        yield from unknown(item, buildings, "bâtiment", "building")
        if buildings and item.value is None:
            yield item.problem(
                "le site a plusieurs bâtiments : dire lequel",
                "the site has several buildings: say which",
                allowed=buildings,
            )
    if not description.unread and buildings:
        yield from _empty(description)


def _empty(description: Description) -> Iterator[Problem]:
    """A building in which nobody can wait: no display there shows the calls."""
    callers = [
        node["zone"].number
        for display in description.site.each("displays")
        if display["shows"].text == "calls" and (node := description.node(display["node"].text)) is not None
    ]
    heard = {zone["building"].text for zone in description.site.each("zones") if zone["id"].number in callers}
    kiosks = {node["zone"].number for node, _ in description.devices("ticket_kiosk")}
    for building in description.site.each("buildings"):
        if _has_kiosk(description, building, kiosks) and building["id"].text not in heard:
            yield building["id"].problem(
                'on y prend des tickets, mais aucun afficheur n\'y montre les appels (`shows = "calls"`)',
                'tickets are drawn there, but no display shows the calls there (`shows = "calls"`)',
            )


def _has_kiosk(description: Description, building: Item, zones: set[int | None]) -> bool:
    return any(
        zone["building"].text == building["id"].text and zone["id"].number in zones
        for zone in description.site.each("zones")
    )
