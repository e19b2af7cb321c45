"""The signs of a site: one for each zone, for the way inside the building, and one for the experiment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from broker.contract import compiled
from dashboard.documents.sign_words import INVITATIONS, PARTS, PRIVACY, Part
from dashboard.documents.typesetting import FOLDER, pdf

PICTOGRAMS: Final = FOLDER / "pictograms"
MOST_SERVICES: Final = 4
"""What a zone's sign has room for; more are told as their names only."""

_BY_NAME: Final = (("café", "cafe"), ("info", "information"))
"""Zones that no device tells apart, by a word of their French name."""

_MEANS: Final = {
    "information": "Information",
    "cafe": "Une tasse",
    "ecran": "Un écran",
    "guichet": "Un guichet",
    "entretien": "Un entretien à deux",
    "attente": "Un fauteuil",
    "barometre": "Des boutons à presser",
}


class SignService(msgspec.Struct):
    """A service on a zone's sign; ``english`` is its English name and description."""

    name: str
    description: str
    english: str


class ZoneSign(msgspec.Struct, kw_only=True):
    """What ``signe-zone.typ`` reads."""

    title: str
    site: str
    number: int
    name: str
    name_en: str
    pictogram: str
    pictogram_alt: str
    services: list[SignService]
    note: str


class WayPage(msgspec.Struct):
    """A page of a way: an arrow turned by so many degrees clockwise, or who walks."""

    pictogram: str
    degrees: int
    alt: str
    shows_way: bool


class WaySign(msgspec.Struct, kw_only=True):
    """What ``signe-batiment.typ`` reads."""

    title: str
    site: str
    name: str
    name_en: str
    door: str
    floor: str
    way: str
    way_en: str
    note: str
    pages: list[WayPage]


class SignZone(msgspec.Struct):
    """A zone on the plan; lengths in centimetres from the tent's corner."""

    number: int
    name: str
    name_en: str
    x: int
    y: int
    width: int
    height: int


class Door(msgspec.Struct):
    """The way in, on the plan's lower edge; centimetres."""

    x: int
    width: int


class Ground(msgspec.Struct):
    """The tent, in centimetres."""

    width: int
    height: int
    door: Door


class ExperimentSign(msgspec.Struct, kw_only=True):
    """What ``signe-experimentation.typ`` reads."""

    title: str
    site: str
    message: str
    message_en: str
    parts: list[Part]
    plan: Ground
    plan_alt: str
    zones: list[SignZone]
    privacy: str
    privacy_en: str


def write(site: compiled.Site, out: Path) -> Iterator[Path]:
    """Write all signs, one PDF each; yields them as they are written.

    Raises:
        DocumentError: one cannot be set.
        OSError: the folder cannot be written to.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name, made in signs(site):
        path = out / f"{name}.pdf"
        path.write_bytes(made)
        yield path


def signs(site: compiled.Site) -> Iterator[tuple[str, bytes]]:
    """Every sign by the name of its file. Raises DocumentError."""
    yield "experimentation", pdf("signe-experimentation", experiment_sign(site))
    for zone in site.zones:
        content = zone_sign(site, zone)
        drawn = {"pictogram.svg": _drawn(content.pictogram)} if content.pictogram else {}
        yield f"zone-{zone.id}", pdf("signe-zone", content, drawn)
    arrows = {f"pictogram-{name}.svg": _drawn(name) for name in ("fleche", "marche")}
    for desk in site.desks:
        if desk.place is not None:
            yield f"batiment-{desk.id}", pdf("signe-batiment", way_sign(site, desk, desk.place), arrows)


def _drawn(pictogram: str) -> bytes:
    return (PICTOGRAMS / f"{pictogram}.svg").read_bytes()


def zone_sign(site: compiled.Site, zone: compiled.Zone) -> ZoneSign:
    """The sign that hangs over a zone."""
    services = [
        service for service in site.services if service.zone == zone.id and _is_given_here(site, service)
    ]
    more = [service.name.fr for service in services[MOST_SERVICES:]]
    pictogram = pictogram_of(site, zone)
    invitation = INVITATIONS.get(pictogram)
    invited = [SignService(*msgspec.structs.astuple(invitation))] if invitation and not services else []
    return ZoneSign(
        title=f"Zone {zone.id}, {zone.name.fr}",
        site=site.name.fr,
        number=zone.id,
        name=zone.name.fr,
        name_en=zone.name.en,
        pictogram=pictogram,
        pictogram_alt=_MEANS.get(pictogram, ""),
        services=[*invited, *(_service(service) for service in services[:MOST_SERVICES])],
        note="Aussi : " + ", ".join(more) if more else "",
    )


def _is_given_here(site: compiled.Site, service: compiled.Service) -> bool:
    """Whether a desk of the service's zone gives it; those without a ticket are where their zone is."""
    return not service.ticket or any(
        service.id in desk.services and desk.zone == service.zone for desk in site.desks
    )


def _service(service: compiled.Service) -> SignService:
    return SignService(
        service.name.fr, service.description.fr, f"{service.name.en}: {service.description.en}"
    )


def pictogram_of(site: compiled.Site, zone: compiled.Zone) -> str:
    """What a zone is, by what stands in it; empty where nothing tells."""
    waiting = {
        node.zone
        for display in site.displays
        for node in site.nodes
        if display.shows == "calls" and display.node == node.id
    }
    known = (
        ("barometre", {barometer.zone for barometer in site.barometers}),
        ("entretien", {room.zone for room in site.rooms}),
        ("ecran", {seat.zone for seat in site.seats}),
        ("attente", waiting),
    )
    for pictogram, zones in known:
        if zone.id in zones:
            return pictogram
    name = zone.name.fr.lower()
    for word, pictogram in _BY_NAME:
        if word in name:
            return pictogram
    return "guichet" if any(desk.zone == zone.id for desk in site.desks) else ""


def way_sign(site: compiled.Site, desk: compiled.Desk, place: compiled.Place) -> WaySign:
    """The signs on the way to a desk inside: for its door, and an arrow for each turn."""
    fr, en = compiled.short_name(desk.name.fr), compiled.short_name(desk.name.en)
    names = [service for service in site.services if service.id in desk.services]
    return WaySign(
        title=f"Vers {desk.name.fr}",
        site=site.name.fr,
        name=", ".join(service.name.fr for service in names) or fr,
        name_en=", ".join(service.name.en for service in names) or en,
        door=place.door,
        floor=f"{place.building} · {place.floor}",
        way=place.way.fr,
        way_en=place.way.en,
        note=f"Vous serez appelé par votre ticket · You are called by your ticket · {desk.name.fr}",
        pages=[
            WayPage("marche", 0, "Une personne qui marche", shows_way=True),
            WayPage("fleche", 0, "Flèche à droite", shows_way=False),
            WayPage("fleche", 180, "Flèche à gauche", shows_way=False),
            WayPage("fleche", -90, "Flèche tout droit", shows_way=False),
        ],
    )


def experiment_sign(site: compiled.Site) -> ExperimentSign:
    """The sign that says what is tried here, with the plan of the tent."""
    tent = site.tent
    zones = [
        SignZone(
            zone.id,
            zone.name.fr,
            zone.name.en,
            zone.shape.x - tent.x,
            zone.shape.y - tent.y,
            zone.shape.width,
            zone.shape.height,
        )
        for zone in site.zones
    ]
    return ExperimentSign(
        title="Une expérimentation : l’espace de pré-accueil",
        site=site.name.fr,
        message=site.outside_message.fr,
        message_en=site.outside_message.en,
        parts=list(PARTS),
        plan=Ground(tent.width, tent.height, Door(site.entrance.x - tent.x, site.entrance.width)),
        plan_alt="Plan de l’espace : " + ", ".join(f"{zone.id} {zone.name.fr}" for zone in site.zones) + ".",
        zones=zones,
        privacy=PRIVACY.text,
        privacy_en=PRIVACY.english,
    )
