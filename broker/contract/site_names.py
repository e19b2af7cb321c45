"""Names: each given once, none reserved, each reference to something that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from broker.contract.access import room_display
from broker.contract.site_description import Description, device_ids
from broker.contract.site_problems import Item, Problem
from broker.contract.topics import RESERVED

SELF_TEST = "test"
"""What stands after ``preaccueil node`` for a node's self-test, and so names no node."""


def check(description: Description) -> Iterator[Problem]:
    """All problems with names."""
    yield from _given_twice(description)
    yield from _reserved(description)
    yield from _nodes(description)
    yield from _zones(description)
    yield from _services(description)
    yield from _displays(description)
    yield from _devices(description)


def twice(items: Iterable[Item]) -> Iterator[Problem]:
    """A problem for each value that an earlier item already has."""
    first: dict[object, Item] = {}
    for item in items:
        value = item.value
        if value is None or isinstance(value, dict | list):
            continue
        if value in first:
            yield item.problem(
                f"déjà donné : {first[value].place}, {first[value].field}",
                f"already given: {first[value].place}, {first[value].field}",
            )
        first.setdefault(value, item)


def unknown(item: Item, names: list[str], fr: str, en: str) -> Iterator[Problem]:
    """A problem when the item is a name that is not among ``names``; ``fr`` and ``en`` say of what."""
    if item.text is not None and item.text not in names:
        yield item.problem(f"{fr} inconnu", f"unknown {en}", allowed=names)


def _given_twice(description: Description) -> Iterator[Problem]:
    site = description.site
    for table in ("zones", "services", "desks", "rooms", "seats", "barometers", "displays", "outcomes"):
        yield from twice(item["id"] for item in site.each(table))
    yield from twice(language["code"] for language in site.each("languages"))
    yield from twice(service["letter"] for service in site.each("services"))
    for barometer in site.each("barometers"):
        yield from twice(question["id"] for question in barometer.each("questions"))
        for question in barometer.each("questions"):
            yield from twice(answer["id"] for answer in question.each("answers"))
    for node in description.nodes:
        yield from twice(device["id"] for device in node.each("devices"))


def _reserved(description: Description) -> Iterator[Problem]:
    for node in description.nodes:
        if node["id"].text in RESERVED:
            yield node["id"].problem(
                "nom réservé : la salle et le tableau de bord s'appellent ainsi auprès du courtier",
                "reserved name: the hall and the dashboard go by it at the broker",
            )
        if node["id"].text == SELF_TEST:
            yield node["id"].problem(
                "nom réservé : `preaccueil node test` est l'essai d'un nœud",
                "reserved name: `preaccueil node test` is the self-test of a node",
            )
    lights = {room_display(room) for room in description.ids("rooms")}
    for display in description.site.each("displays"):
        if display["id"].text in lights:
            yield display["id"].problem("nom réservé à la lumière du salon", "reserved for the room's light")


def _nodes(description: Description) -> Iterator[Problem]:
    yield from twice(node["id"] for node in description.nodes)
    for node in description.nodes:
        stem = node.source.path.stem
        if node["id"].text is not None and node["id"].text != stem:
            yield node["id"].problem(
                "le nom du fichier et l'id du nœud diffèrent",
                "the file's name and the node's id differ",
                allowed=[stem],
            )


def _zones(description: Description) -> Iterator[Problem]:
    known = [
        str(zone["id"].number) for zone in description.site.each("zones") if zone["id"].number is not None
    ]
    site = description.site
    places = [
        item for table in ("services", "desks", "rooms", "seats", "barometers") for item in site.each(table)
    ]
    for place in [*places, *description.nodes]:
        zone = place["zone"]
        if known and zone.number is not None and str(zone.number) not in known:
            yield zone.problem("zone inconnue", "unknown zone", allowed=known)


def _services(description: Description) -> Iterator[Problem]:
    site = description.site
    known = description.ids("services")
    given: set[str] = set()
    for desk in site.each("desks"):
        services = list(desk.each("services"))
        given |= {service.text for service in services if service.text is not None}
        yield from twice(services)
        for service in services:
            yield from unknown(service, known, "service", "service")
        if (desk["zone"].value is None) == (desk["place"].value is None):
            yield desk.problem(
                "un guichet est dans une zone (`zone`) ou dans la mairie (`place`) : l'un des deux",
                "a desk is in a zone (`zone`) or in the building (`place`): one of the two",
            )
    for service in site.each("services"):
        ticket = service["ticket"].value is not False
        if ticket and service["id"].text is not None and service["id"].text not in given:
            yield service["id"].problem(
                "aucun guichet ne rend ce service : l'ajouter à un guichet (`services`), ou `ticket = false`",
                "no desk gives this service: add it to a desk's `services`, or `ticket = false`",
            )
        if ticket and service["letter"].value is None:
            yield service["letter"].problem(
                "un service à ticket a une lettre", "a service with tickets has a letter"
            )
        if not ticket and service["instead"].value is None:
            yield service["instead"].problem(
                "sans ticket, dire au visiteur où aller : `instead`",
                "without a ticket, tell the visitor where to go: `instead`",
            )


def _displays(description: Description) -> Iterator[Problem]:
    fed: dict[tuple[str | None, str | None], Item] = {}
    for display in description.site.each("displays"):
        yield from unknown(display["node"], description.node_ids(), "nœud", "node")
        node = description.node(display["node"].text)
        if node is not None:
            yield from unknown(
                display["device"], device_ids(node, "led_display"), "afficheur (led_display)", "led_display"
            )
        yield from _subject(description, display, node)
        key = (display["node"].text, display["device"].text)
        if key in fed:
            yield display["device"].problem(
                f"afficheur déjà alimenté : {fed[key].place}, {fed[key].field}",
                f"display already fed: {fed[key].place}, {fed[key].field}",
            )
        fed.setdefault(key, display)
    for node, device in description.devices("led_display"):
        if (node["id"].text, device["id"].text) not in fed:
            yield device["id"].problem(
                "rien n'alimente cet afficheur : ajouter une entrée [[displays]] dans site.toml",
                "nothing feeds this display: add a [[displays]] entry to site.toml",
            )


def _subject(description: Description, display: Item, node: Item | None) -> Iterator[Problem]:
    subject = display["subject"]
    match display["shows"].text:
        case "desk" | "barometer" as shows:
            names = description.ids(f"{shows}s")
            word = {"desk": "guichet", "barometer": "baromètre"}[shows]
            if subject.value is None:
                yield subject.problem(
                    f"dire quel {word} est montré", f"say which {shows} is shown", allowed=names
                )
            yield from unknown(subject, names, word, shows)
        case "kiosk" if node is not None and not device_ids(node, "ticket_kiosk"):
            kiosks = [kiosk["id"].text or "" for kiosk, _ in description.devices("ticket_kiosk")]
            yield display["node"].problem(
                "ce nœud n'est pas une borne", "this node is no kiosk", allowed=kiosks
            )
        case _:
            pass


def _devices(description: Description) -> Iterator[Problem]:
    """Each device's references to the site and to devices of its own node."""
    for node, kiosk in description.devices("ticket_kiosk"):
        for part, kind, word in (
            ("printer", "ticket_printer", "imprimante"),
            ("display", "led_display", "afficheur"),
            ("buzzer", "buzzer", "buzzer"),
        ):
            yield from unknown(
                kiosk[part], device_ids(node, kind), f"{word} ({kind}) de ce nœud", f"{kind} of this node"
            )
        buttons = [button["service"] for button in kiosk.each("buttons")]
        yield from twice(buttons)
        for service in buttons:
            yield from unknown(service, description.ids("services"), "service", "service")
    for _, panel in description.devices("desk_panel"):
        yield from unknown(panel["desk"], description.ids("desks"), "guichet", "desk")
    for _, panel in description.devices("vote_panel"):
        yield from unknown(panel["barometer"], description.ids("barometers"), "baromètre", "barometer")
    for _, device in description.devices("help_button", "room_light"):
        yield from unknown(device["room"], description.ids("rooms"), "salon", "room")
    yield from _sensors(description)


def _sensors(description: Description) -> Iterator[Problem]:
    """Each seat and room has one sensor, each barometer one panel."""
    for kind, table, fr, en in (("seat", "seats", "place", "seat"), ("room", "rooms", "salon", "room")):
        sensors = [
            sensor["subject"]
            for _, sensor in description.devices("presence", "tof_presence")
            if sensor["kind"].text == kind
        ]
        yield from twice(sensors)
        for subject in sensors:
            yield from unknown(subject, description.ids(table), fr, en)
        watched = {subject.text for subject in sensors}
        for item in () if description.unread else description.site.each(table):
            if item["id"].text is not None and item["id"].text not in watched:
                yield item["id"].problem(
                    "aucun capteur `presence` ou `tof_presence` ne suit "
                    + (f"ce {fr}" if kind == "room" else "cette place"),
                    f"no `presence` or `tof_presence` device watches this {en}",
                )
    panels = {panel["barometer"].text for _, panel in description.devices("vote_panel")}
    for barometer in () if description.unread else description.site.each("barometers"):
        if barometer["id"].text is not None and barometer["id"].text not in panels:
            yield barometer["id"].problem(
                "aucun nœud ne porte les boutons (`vote_panel`) de ce baromètre",
                "no node carries this barometer's buttons (`vote_panel`)",
            )
