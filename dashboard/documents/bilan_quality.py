"""The report on its own measures, in words: days, ledger, devices, counters; and what cannot be concluded."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from dashboard.documents.content import NodeLine, Quality, Week
from dashboard.documents.french import NB, UNKNOWN, between, day, number, percent, plural, short_day
from hall.bilan.figures import Bilan
from hall.bilan.inside import Checked
from hall.bilan.quality import NodeFigures

TOLD_DAYS: Final = 8


def calendar(bilan: Bilan) -> list[Week]:
    """Every day of the period: with data, silent though it was to be open, or closed."""
    states = {each: "silent" if figures is None else "data" for each, figures in bilan.by_day}
    weeks = []
    for monday, _ in bilan.by_week:
        days = [monday + timedelta(days=ahead) for ahead in range(7)]
        weeks.append(Week(short_day(monday), [states.get(each, "closed") for each in days]))  # type: ignore[misc]  # the literals above
    return weeks


def calendar_note(bilan: Bilan) -> str:
    """What the squares say, and which days are missing."""
    missing = bilan.quality.without_data
    known = bilan.quality.days - len(missing)
    opened = plural(bilan.quality.days, "jour", "jours")
    told = f"{plural(known, 'jour observé', 'jours observés')} sur {opened} d’ouverture."
    if not missing:
        return told + " Aucun jour d’ouverture n’est sans données."
    names = ", ".join(day(each, year=False) for each in missing[:TOLD_DAYS])
    more = "" if len(missing) <= TOLD_DAYS else f" et {number(len(missing) - TOLD_DAYS)} autres (voir le CSV)"
    return f"{told} Croix rouge : jour d’ouverture sans données, absent de tous les chiffres : {names}{more}."


def calendar_alt(bilan: Bilan) -> str:
    """The calendar in words."""
    return "Calendrier de la période, un carré par jour. " + calendar_note(bilan)


def stored(bilan: Bilan) -> str:
    """Pressed = stored, or why that cannot be said."""
    ledger = bilan.quality.ledger
    if ledger is None or ledger.stored is None:
        return (
            f"{number(bilan.quality.events)} événements sont conservés. Le journal de la salle n’a pas"
            " été donné à ce bilan, ou ne couvre pas la période : il ne peut pas dire si c’est tout ce"
            " qui a été noté."
        )
    days = plural(ledger.days, "jour", "jours")
    covered = (
        "" if ledger.days == bilan.quality.days else f" (le journal couvre {days} sur {bilan.quality.days})"
    )
    if ledger.stored == ledger.received == ledger.recorded and ledger.days_that_hold == ledger.days:
        return (
            f"Tout ce qui a été pressé ou compté est conservé : {number(ledger.stored)} événements"
            f" notés, reçus et conservés{covered}."
        )
    return (
        f"{number(ledger.recorded)} événements notés, {number(ledger.received)} reçus,"
        f" {number(ledger.stored)} conservés{covered} : le compte est juste {number(ledger.days_that_hold)}"
        f" jour{'s' if ledger.days_that_hold > 1 else ''} sur {number(ledger.days)}."
    )


def devices(bilan: Bilan) -> str:
    """The summary's line on machines and days."""
    missing = bilan.quality.without_data
    lost = (
        "aucun jour d’ouverture n’est sans données"
        if not missing
        else f"{plural(len(missing), 'jour', 'jours')} d’ouverture sans données"
    )
    return (
        f"Les appareils ont été en marche {percent(bilan.quality.worked, 1)} du temps d’ouverture ; {lost}."
    )


def quality(bilan: Bilan) -> list[Quality]:
    """How well each thing was measured."""
    found, counter, promises = bilan.quality, bilan.counter, bilan.promises
    ledger = found.ledger
    known = found.days - len(found.without_data)
    lines = [
        Quality(
            "Jours avec données", f"{number(known)} sur {number(found.days)}", "jours d’ouverture du site"
        ),
        Quality(
            "Notés = reçus = conservés",
            "sans journal : inconnu"
            if ledger is None
            else f"{number(ledger.recorded)} = {number(ledger.received)} = {number(ledger.stored)}"
            if ledger.recorded == ledger.received == ledger.stored
            else f"{number(ledger.recorded)} / {number(ledger.received)} / {number(ledger.stored)}",
            "chaque appui, ticket ou passage, de l’appareil à la base de données",
        ),
        Quality(
            "Appareils en marche",
            percent(found.worked, 1),
            "temps d’ouverture, en moyenne sur tous les composants ; en panne, ou leur Pi muet plus de 90 s",
        ),
        Quality(
            "Attente annoncée dépassée",
            f"{percent(promises.beyond_share, 1)} (visé : 10 %)",
            f"sur {number(promises.scored)} attentes de plus de deux minutes"
            + (f" ; intervalle {between(*bilan.promises_interval)}" if bilan.promises_interval else ""),
        ),
    ]
    lines += [
        _checked(
            "Écart aux recomptages",
            counter.recounts,
            f"{plural(counter.recounts.checks, 'recomptage', 'recomptages')} par un agent",
            "aucun agent n’a recompté les personnes présentes",
        ),
        _checked(
            "Écart le soir, tente vide",
            counter.nights,
            f"ce que les compteurs croyaient présent, {plural(counter.nights.checks, 'soir', 'soirs')}",
            "aucun soir où un passage après la fermeture montre que les portes comptaient encore",
        ),
    ]
    return lines


def _checked(name: str, found: Checked, what: str, never: str) -> Quality:
    """The counters against a certainty, in people and in passages."""
    if not found.checks:
        return Quality(name, UNKNOWN, never)
    return Quality(
        name,
        f"{number(found.error, 1)} personnes",
        f"{what} ; biais {number(found.bias, 1)} ; {percent(found.in_passages, 1)} des passages (supposé :"
        f" 7{NB}% au plus) ; {number(found.within)} sur {number(found.checks)} dans l’incertitude affichée",
    )


def nodes(bilan: Bilan, names: dict[str, str]) -> list[NodeLine]:
    """Every node: days heard, starts, and how its worst device worked."""
    known = bilan.quality.days - len(bilan.quality.without_data)
    return [
        NodeLine(
            names.get(node.node, node.node),
            "n’affiche que" if node.days_heard is None else f"{number(node.days_heard)} sur {number(known)}",
            percent(node.heard, 1),
            number(node.starts),
            "aucune panne connue" if node.worked is None or node.worked == 1 else _worked(node),
        )
        for node in bilan.quality.nodes
    ]


def _worked(node: NodeFigures) -> str:
    why = node.worst_device if node.heard is None or node.heard == 1 else "silence du Pi"
    return f"{percent(node.worked, 1)} ({why})"


def cannot(bilan: Bilan) -> list[str]:
    """What the figures do not tell; what depends on them comes first."""
    found = bilan.quality
    lines = []
    if bilan.comparison is None:
        lines.append(
            "Si l’attente a changé : rien n’a été compté à la main dans les anciens halls, aucune"
            " comparaison n’est possible."
        )
    else:
        lines.append(
            "Que le pré-accueil est la cause d’une différence avec l’avant : la saison, les effectifs"
            " et les personnes qui viennent ont aussi pu changer."
        )
    if found.without_data:
        share = len(found.without_data) / found.days
        lines.append(
            f"Ce qui s’est passé {plural(len(found.without_data), 'jour', 'jours')} d’ouverture sans"
            f" données ({percent(share)}) : ils manquent à tous les chiffres, ils ne valent pas zéro."
        )
    if found.ledger is None:
        lines.append("Si tout ce qui a été pressé est conservé : il faut pour cela le journal de la salle.")
    short = [each.question.text.fr for each in bilan.questions if each.favourable.share is None]
    if short:
        lines.append(f"Une opinion sur : {' ; '.join(short)} — trop peu de votes.")
    unmeasured = [zone.zone.name.fr for zone in bilan.zones if all(value is None for value in zone[1:])]
    if unmeasured:
        lines.append(f"L’usage de : {', '.join(unmeasured)} — aucun guichet, place ou salon n’y est équipé.")
    lines += [
        (
            "Ce que pensent ceux qui n’ont pas voté : qui passe devant le baromètre et presse un"
            " bouton l’a choisi, et peut revenir voter. Les intervalles ne disent que le hasard, pas"
            " ce biais."
        ),
        "L’attente de ceux qui sont venus sans ticket, ou repartis sans en prendre.",
        (
            "Ce qui se passerait en hiver, dans une autre mairie ou avec d’autres effectifs : un lieu,"
            " une saison."
        ),
    ]
    return lines
