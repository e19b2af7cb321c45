"""Every figure of the report as a line of CSV: French, since the town hall publishes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final, TypeAlias

from hall.bilan.figures import Bilan
from hall.bilan.votes import Share
from hall.bilan.waits import WaitFigures

COLUMNS: Final = ("chapitre", "sujet", "détail", "grandeur", "valeur", "unité", "sur", "bas", "haut")
WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

Value: TypeAlias = str | int | float | None
Line: TypeAlias = tuple[str, str, str, str, Value, str, Value, Value, Value]
"""As ``COLUMNS``: ``sur`` is the denominator, ``bas`` and ``haut`` the 95 % interval; None is unknown."""


def as_csv(bilan: Bilan) -> str:
    """The table as text: semicolons and decimal commas, which a French spreadsheet reads as they are."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in line] for line in lines(bilan))
    return "\ufeff" + text.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")
    return str(value)


def lines(bilan: Bilan) -> Iterator[Line]:
    """All figures, chapter by chapter."""
    yield from _quality(bilan)
    yield from _waits("attente", "ensemble", "", bilan.waits)
    for service, figures in bilan.by_service:
        yield from _waits("attente", "service", service.id, figures)
    for hour, figures in bilan.by_hour:
        yield from _waits("attente", "heure du ticket", f"{hour} h", figures)
    for monday, week in bilan.by_week:
        yield from _perhaps_waits("semaine du", monday.isoformat(), week)
    for day, of_day in bilan.by_day:
        yield from _perhaps_waits("jour", day.isoformat(), of_day)
    yield from _use(bilan)
    yield from _inside(bilan)
    yield from _votes(bilan)
    for each in bilan.changes:
        for line in each.lines:
            yield "changements", f"{each.month:%Y-%m}", "", "changement", line, "", None, None, None
    yield from _before(bilan)


def _quality(bilan: Bilan) -> Iterator[Line]:
    quality, promises, counter = bilan.quality, bilan.promises, bilan.counter
    chapter = "mesure"
    yield chapter, "période", "", "premier jour", bilan.period.first.isoformat(), "", None, None, None
    yield chapter, "période", "", "dernier jour", bilan.period.last.isoformat(), "", None, None, None
    yield chapter, "période", "", "jours d'ouverture", quality.days, "jours", None, None, None
    for day in quality.without_data:
        yield chapter, "jour sans données", day.isoformat(), "sans données", 1, "jours", None, None, None
    yield chapter, "événements", "", "conservés", quality.events, "", None, None, None
    if quality.ledger is not None:
        ledger = quality.ledger
        yield chapter, "registre", "", "notés par les nœuds", ledger.recorded, "", None, None, None
        yield chapter, "registre", "", "reçus", ledger.received, "", None, None, None
        yield chapter, "registre", "", "conservés", ledger.stored, "", ledger.received, None, None
        yield chapter, "registre", "", "jours justes", ledger.days_that_hold, "jours", ledger.days, None, None
    known = quality.days - len(quality.without_data)
    for node in quality.nodes:
        yield chapter, "nœud", node.node, "jours entendus", node.days_heard, "jours", known, None, None
        yield chapter, "nœud", node.node, "démarrages", node.starts, "", None, None, None
        yield chapter, "nœud", node.node, "entendu", node.heard, "part du temps", None, None, None
        yield chapter, "nœud", node.node, "en marche", node.worked, "part", None, None, None
    yield chapter, "appareils", "", "en marche", quality.worked, "part", None, None, None
    low, high = bilan.promises_interval or (None, None)
    yield (
        *(chapter, "attente annoncée", "", "au-delà du P90", promises.beyond_share),
        *("part", promises.scored, low, high),
    )
    for service, found in bilan.promises_by_service:
        start = (chapter, "attente annoncée", service.id)
        yield *start, "au-delà du P90", found.beyond_share, "part", found.scored, None, None
    yield chapter, "attente annoncée", "", "biais de la médiane", promises.bias_s, "s", None, None, None
    yield chapter, "attente annoncée", "", "tickets sans annonce", promises.without, "", None, None, None
    for name, checked in (("recomptages", counter.recounts), ("fermeture", counter.nights)):
        start, count = (chapter, "compteurs", name), checked.checks
        yield *start, "biais", checked.bias, "personnes", count, None, None
        yield *start, "écart", checked.error, "personnes", count, None, None
        yield *start, "écart par passage", checked.in_passages, "part", count, None, None
        yield *start, "dans l'incertitude", checked.within, "", count, None, None


def _perhaps_waits(subject: str, detail: str, figures: WaitFigures | None) -> Iterator[Line]:
    if figures is None:
        yield "attente", subject, detail, "sans données", None, "", None, None, None
    else:
        yield from _waits("attente", subject, detail, figures)


def _waits(chapter: str, subject: str, detail: str, figures: WaitFigures) -> Iterator[Line]:
    start = (chapter, subject, detail)
    ended, called = figures.ended, figures.called
    yield *start, "tickets", figures.tickets, "", None, None, None
    yield *start, "médiane", figures.median_s, "s", called, None, None
    yield *start, "P90", figures.p90_s, "s", called, None, None
    yield *start, "P90 si personne n'était parti", figures.would_p90_s, "s", ended, None, None
    yield *start, "appelés dans le délai visé", figures.within_share, "part", ended, None, None
    yield *start, "partis avant l'appel", figures.left_share, "part", ended, None, None
    yield *start, "partis avant l'appel", figures.left, "", ended, None, None
    yield *start, "appelés, pas venus", figures.no_show, "", called, None, None
    yield *start, "attente inconnue", figures.unknown, "", figures.tickets, None, None


def _use(bilan: Bilan) -> Iterator[Line]:
    chapter = "usage"
    for zone in bilan.zones:
        start = (chapter, "zone", str(zone.zone.id))
        yield *start, "visites appelées", zone.visits, "", None, None, None
        yield *start, "places occupées", zone.seats, "part du temps", None, None, None
        yield *start, "salons occupés", zone.rooms, "part du temps", None, None, None
        yield *start, "votes", zone.votes, "", None, None, None
    for place in bilan.places:
        start = (chapter, "salon" if place.kind == "room" else "place", place.subject)
        yield *start, "fois occupé", place.times, "", None, None, None
        yield *start, "occupé", place.share, "part du temps", None, None, None
    paths, entered = bilan.paths, bilan.paths.entered
    for name, count in (
        ("tickets de borne", paths.kiosk),
        ("tickets ajoutés par un agent", paths.agent),
        ("orientés par la borne sans ticket", paths.directed),
        ("places du comptoir numérique prises", paths.seats),
        ("salons pris", paths.rooms),
        ("appelés dans le bâtiment", paths.inside),
    ):
        yield chapter, "parcours", "", name, count, "", entered, None, None
    yield chapter, "parcours", "", "entrées comptées", entered, "", None, None, None
    ways = bilan.ways
    for name, people in (
        ("borne", ways.kiosk),
        ("comptoir numérique", ways.online),
        ("conciergerie", ways.concierge),
        ("aucun", ways.none),
    ):
        yield chapter, "chemin", name, "personnes", people, "", ways.people, None, None
    yield chapter, "chemin", "", "jours comptés", ways.days, "jours", None, None, None
    for use in bilan.hourly_use:
        for hour, share in use.hours.items():
            kind = "salons occupés" if use.kind == "room" else "places occupées"
            yield (
                chapter,
                f"zone {use.zone.id}",
                f"{hour} h",
                kind,
                share,
                "part du temps",
                use.places,
                None,
                None,
            )


def _inside(bilan: Bilan) -> Iterator[Line]:
    for (weekday, hour), figures in bilan.hours.items():
        start = ("affluence", WEEKDAYS[weekday], f"{hour} h")
        yield *start, "personnes, moyenne", figures.mean, "personnes", figures.days, None, None
        yield *start, "personnes, maximum", figures.maximum, "personnes", figures.days, None, None


def _votes(bilan: Bilan) -> Iterator[Line]:
    for asked in bilan.questions:
        name = f"{asked.barometer.id}/{asked.question.id}"
        for answer, share in asked.answers:
            yield from _share(name, answer.id, share, asked.votes)
        yield from _share(name, "réponses favorables", asked.favourable, asked.votes)
        yield "votes", name, "", "appuis trop rapides", asked.too_fast, "", None, None, None
        yield "votes", name, "", "votes", asked.votes, "", asked.visits, None, None
        yield "votes", name, "", "jours", asked.days, "jours", None, None, None
        for band in asked.by_wait:
            upto = "min ou plus" if band.to_s is None else f"à {band.to_s // 60} min"
            detail = f"réponses favorables, attente de {band.from_s // 60} {upto}"
            yield from _share(name, detail, band.favourable, band.votes)
        for answer, share in asked.paper:
            yield "papier", name, answer.id, "réponses", share.votes, "", asked.ticked, None, None
            yield "papier", name, answer.id, "part", share.share, "part", asked.ticked, share.low, share.high


def _share(question: str, answer: str, share: Share, votes: int) -> Iterator[Line]:
    yield "votes", question, answer, "votes", share.votes, "", votes, None, None
    yield "votes", question, answer, "part", share.share, "part", votes, share.low, share.high


def _before(bilan: Bilan) -> Iterator[Line]:
    if bilan.comparison is None:
        return
    found = bilan.comparison
    yield from _waits("avant", "compté à la main", "", found.before)
    yield "avant", "compté à la main", "", "jours", found.before_days, "jours", None, None, None
    differences = (
        (
            "appelés dans le délai visé",
            found.now.within_share,
            found.before.within_share,
            "part",
            found.within,
        ),
        ("partis avant l'appel", found.now.left_share, found.before.left_share, "part", found.left),
        ("médiane", found.now.median_s, found.before.median_s, "s", found.median),
    )
    for name, now, before, unit, between in differences:
        low, high = between or (None, None)
        value = None if now is None or before is None else now - before
        yield "avant", "différence", "maintenant moins avant", name, value, unit, None, low, high
