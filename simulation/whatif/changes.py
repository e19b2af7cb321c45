"""Changes in a form that people type: ``etat-civil-2:comme=etat-civil,ouvert=10:00-12:00``.

A name, a colon, then what changes about it, by commas; several values go with plus signs. Keys are French or
English. Every change makes another arrangement of one, and says itself in words.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import msgspec

from broker.contract import compiled
from broker.contract.site_compile import minutes
from broker.contract.topics import LEVEL
from simulation.whatif.arm import Arm, Span

_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
_PERCENT: Final = re.compile(r"([+-]\d{1,3})\s?%")
_LENGTH: Final = re.compile(r"(\d{1,5})\s?(s|min)")
_DAYS: Final[Mapping[str, compiled.Weekday]] = {
    "lundi": "monday",
    "mardi": "tuesday",
    "mercredi": "wednesday",
    "jeudi": "thursday",
    "vendredi": "friday",
    "samedi": "saturday",
    "dimanche": "sunday",
}
_ENGLISH: Final = {
    "like": "comme",
    "open": "ouvert",
    "closed": "ferme",
    "fermé": "ferme",
    "duration": "duree",
    "durée": "duree",
    "visits": "visites",
}
CLOSED: Final = "ferme"


class ChangeError(ValueError):
    """A change that cannot be read, or that this site cannot have: what, where, and what is allowed."""


class Changed(NamedTuple):
    """The other arrangement, and the change in words."""

    arm: Arm
    words: compiled.Text


def desk(arm: Arm, text: str) -> Changed:
    """Another desk, or other hours or services of one. Raises ChangeError."""
    name, told = _read(text, {"comme", "services", "ouvert", CLOSED}, "--desk etat-civil-2:comme=etat-civil")
    site = arm.site
    known = {one.id: one for one in site.desks}
    services = told.get("services", "").split("+") if "services" in told else None
    for service in services or []:
        _known(service, [one.id for one in site.services], "service", text)
    if name in known:
        if "comme" in told:
            raise ChangeError(f"{text} : le guichet {name} existe déjà / the desk {name} exists already")
        site = _with_desk(site, known[name], services)
        words = _text(f"le guichet {name}", f"the desk {name}")
    else:
        site = msgspec.structs.replace(site, desks=[*site.desks, _new(site, name, told, services, text)])
        words = _text(f"un guichet de plus ({name})", f"one more desk ({name})")
    shifts = dict(arm.shifts)
    if CLOSED in told:
        shifts[name], words = (), _text(f"{words.fr} fermé", f"{words.en} closed")
    elif "ouvert" in told:
        shifts[name] = _spans(told["ouvert"], text)
        words = _opened(words, told["ouvert"])
    if services is not None:
        words = _text(f"{words.fr} pour {', '.join(services)}", f"{words.en} for {', '.join(services)}")
    return Changed(replace(arm, site=site, shifts=shifts), words)


def service(arm: Arm, text: str) -> Changed:
    """Longer or shorter service times, more or fewer visitors. Raises ChangeError."""
    name, told = _read(text, {"duree", "visites"}, "--service familles:duree=-10%")
    _known(name, [one.id for one in arm.site.services], "service", text)
    pace, demand = dict(arm.pace), dict(arm.demand)
    french, english = f"{name} :", f"{name}:"
    if "duree" in told:
        pace[name] = _pace(told["duree"], arm.site.service(name).mean_service_s, text)
        french, english = f"{french} durée {told['duree']}", f"{english} duration {told['duree']}"
    if "visites" in told:
        demand[name] = _factor(told["visites"], text)
        french, english = f"{french} visites {told['visites']}", f"{english} visits {told['visites']}"
    return Changed(replace(arm, pace=pace, demand=demand), _text(french, english))


def hours(arm: Arm, text: str) -> Changed:
    """Other opening hours on some weekdays. Raises ChangeError."""
    days, equals, value = text.partition("=")
    if not equals:
        raise ChangeError(f"{text} : écrire par exemple / write for example  --hours jeudi=08:30-20:00")
    weekdays = [_weekday(day, text) for day in days.split("+")]
    spans = () if _ENGLISH.get(value, value) == CLOSED else _spans(value, text)
    kept = [one for one in arm.site.hours if one.weekday not in weekdays]
    new = [
        compiled.Hours(weekday=day, opens=round(span.from_s / 60), closes=round(span.to_s / 60))
        for day in weekdays
        for span in spans
    ]
    site = msgspec.structs.replace(arm.site, hours=[*kept, *new])
    if not site.hours:
        raise ChangeError(f"{text} : le site n'ouvrirait plus / the site would never open")
    names = {english: french for french, english in _DAYS.items()}
    when = _text(
        " et ".join(names[day] for day in weekdays), " and ".join(day.capitalize() for day in weekdays)
    )
    told = _opened(when, value) if spans else _text(f"{when.fr} fermé", f"{when.en} closed")
    return Changed(replace(arm, site=site), told)


def other_site(arm: Arm, site: compiled.Site) -> Changed:
    """Another description: services that both have take as much longer or shorter as they are described."""
    means = {one.id: one.mean_service_s for one in arm.site.services}
    pace = {
        one.id: one.mean_service_s / means[one.id]
        for one in site.services
        if one.id in means and one.mean_service_s != means[one.id]
    }
    words = _text(f"la disposition « {site.name.fr} »", f'the arrangement "{site.name.en}"')
    return Changed(replace(arm, site=site, pace={**arm.pace, **pace}), words)


def _text(french: str, english: str) -> compiled.Text:
    return compiled.Text(fr=french, en=english)


def _opened(what: compiled.Text, spans: str) -> compiled.Text:
    """Open for these spans (``08:30-12:00+13:00-19:30``)."""
    french = spans.replace("-", " à ").replace("+", " et de ")
    english = spans.replace("-", " to ").replace("+", " and from ")
    return _text(f"{what.fr} ouvert de {french}", f"{what.en} open from {english}")


# Reading ----------------------------------------------------------------------------------------


def _read(text: str, keys: set[str], example: str) -> tuple[str, dict[str, str]]:
    name, colon, rest = text.partition(":")
    if not colon or not rest or not LEVEL.fullmatch(name):
        raise ChangeError(f"{text} : écrire par exemple / write for example  {example}")
    told: dict[str, str] = {}
    for part in rest.split(","):
        key, _, value = part.partition("=")
        key = _ENGLISH.get(key, key)
        _known(key, sorted(keys), "mot", text)
        if not value and key != CLOSED:
            raise ChangeError(f"{text} : rien après « {key}= » / nothing after {key}=")
        told[key] = value
    return name, told


def _known(name: str, names: Iterable[str], what: str, text: str) -> None:
    allowed = list(names)
    if name not in allowed:
        near = difflib.get_close_matches(name, allowed, 1)
        meant = f" ; vouliez-vous dire / did you mean  {near[0]} ?" if near else ""
        raise ChangeError(
            f"{text} : {what} inconnu / unknown  {name!r} ; permis / allowed: {', '.join(allowed)}{meant}"
        )


def _spans(value: str, text: str) -> tuple[Span, ...]:
    found = []
    for part in value.split("+"):
        begins, dash, ends = part.partition("-")
        if not dash or not _CLOCK.fullmatch(begins) or not _CLOCK.fullmatch(ends):
            raise ChangeError(f"{text} : {part!r} n'est pas un horaire comme / is no span like  10:00-12:00")
        span = Span(60.0 * minutes(begins), 60.0 * minutes(ends))
        if span.to_s <= span.from_s:
            raise ChangeError(f"{text} : {part} finit avant de commencer / ends before it begins")
        found.append(span)
    return tuple(sorted(found))


def _weekday(day: str, text: str) -> compiled.Weekday:
    name = _DAYS.get(day, day)
    _known(name, compiled.WEEKDAYS, "jour", text)
    return next(one for one in compiled.WEEKDAYS if one == name)


def _factor(value: str, text: str) -> float:
    percent = _PERCENT.fullmatch(value)
    if percent is None or int(percent.group(1)) <= -100:  # noqa: PLR2004 - nothing is left
        raise ChangeError(f"{text} : {value!r} n'est pas une part comme / is no share like  +20% , -10%")
    return 1.0 + int(percent.group(1)) / 100.0


def _pace(value: str, mean_s: float, text: str) -> float:
    length = _LENGTH.fullmatch(value)
    if length is None:
        return _factor(value, text)
    seconds = int(length.group(1)) * (60.0 if length.group(2) == "min" else 1.0)
    if seconds <= 0:
        raise ChangeError(f"{text} : une durée de zéro / a duration of zero")
    return seconds / mean_s


def _with_desk(site: compiled.Site, desk: compiled.Desk, services: list[str] | None) -> compiled.Site:
    if services is None:
        return site
    changed = msgspec.structs.replace(desk, services=services)
    return msgspec.structs.replace(site, desks=[changed if one.id == desk.id else one for one in site.desks])


def _new(
    site: compiled.Site, name: str, told: Mapping[str, str], services: list[str] | None, text: str
) -> compiled.Desk:
    if "comme" in told:
        _known(told["comme"], [one.id for one in site.desks], "guichet", text)
        model = site.desk(told["comme"])
        return msgspec.structs.replace(model, id=name, services=services or model.services)
    if services is None:
        desks = ", ".join(one.id for one in site.desks)
        raise ChangeError(
            f"{text} : guichet inconnu ; pour un nouveau, dire comme=GUICHET ou services=… "
            f"/ unknown desk; for a new one say like=DESK or services=…  ({desks})"
        )
    zone = site.service(services[0]).zone
    title = compiled.Text(fr=name, en=name)
    return compiled.Desk(id=name, name=title, zone=zone, services=services, place=None)
