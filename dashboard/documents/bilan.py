"""The report of the experiment: from its figures to the content of ``bilan.typ``."""

from __future__ import annotations

from dashboard.documents import (
    bilan_before,
    bilan_quality,
    bilan_use,
    bilan_votes,
    bilan_waits,
    bilan_ways,
)
from dashboard.documents.content import BilanContent, MonthChanges
from dashboard.documents.french import MONTHS, span
from dashboard.documents.typesetting import pdf
from dashboard.page import name_of
from dashboard.texts import catalogue
from hall.bilan.figures import Bilan

SUMMARY_LINES = 3


def as_pdf(bilan: Bilan) -> bytes:
    """The report, tagged. Raises DocumentError."""
    return pdf("bilan", content_of(bilan))


def content_of(bilan: Bilan) -> BilanContent:
    """Everything that the report says."""
    hundred = bilan_waits.hundred(bilan)
    questions = bilan_votes.questions(bilan)
    weeks, hours = bilan_waits.by_week(bilan), bilan_waits.by_hour(bilan)
    cannot = bilan_quality.cannot(bilan)
    ways = bilan_ways.parts(bilan.ways)
    say = catalogue("fr")
    names = {node.id: name_of(node, bilan.site, say) for node in bilan.site.nodes}
    return BilanContent(
        title="Bilan de l’expérimentation",
        site=bilan.site.name.fr,
        period=span(bilan.period.first, bilan.period.last).capitalize(),
        figures=bilan_waits.big_figures(bilan),
        questions=questions,
        questions_alt=bilan_votes.questions_alt(questions),
        votes_note=bilan_votes.votes_note(bilan),
        hundred=hundred,
        hundred_alt=bilan_waits.hundred_alt(hundred),
        works=_works(bilan),
        use=bilan_use.in_short(bilan),
        before_summary=bilan_before.summary(bilan.comparison, bilan.target_min),
        cannot_summary=cannot[:SUMMARY_LINES],
        calendar=bilan_quality.calendar(bilan),
        calendar_alt=bilan_quality.calendar_alt(bilan),
        calendar_note=bilan_quality.calendar_note(bilan),
        quality=bilan_quality.quality(bilan),
        nodes=bilan_quality.nodes(bilan, names),
        waits_intro=bilan_waits.intro(bilan),
        target=float(bilan.target_min),
        target_label=f"visé : {bilan.target_min} min",
        within_label=f"En {bilan.target_min} min",
        weeks=weeks,
        weeks_alt=bilan_waits.columns_alt("Attente par semaine.", weeks),
        hours=hours,
        hours_alt=bilan_waits.columns_alt("Attente selon l’heure du ticket.", hours),
        services=bilan_waits.services(bilan),
        services_note=bilan_waits.services_note(),
        promise=bilan_waits.promise(bilan),
        zones=bilan_use.zones(bilan),
        paths=bilan_use.paths(bilan),
        ways=ways,
        ways_alt=bilan_ways.alt(ways),
        ways_note=bilan_ways.note(bilan.ways),
        hourly_use=bilan_ways.hourly(bilan),
        hourly_use_hours=[f"{hour} h" for hour in bilan_ways.hours(bilan)],
        hourly_use_alt=bilan_ways.hourly_alt(bilan),
        hourly_use_note=bilan_ways.HOURLY_NOTE,
        heat=bilan_use.heat(bilan),
        heat_hours=[f"{hour} h" for hour in bilan_use.heat_hours(bilan)],
        heat_alt=bilan_use.heat_alt(bilan),
        heat_note=bilan_use.heat_note(bilan),
        barometer_intro=bilan_votes.intro(bilan),
        changes=[
            MonthChanges(f"{MONTHS[each.month.month - 1].capitalize()} {each.month.year}", each.lines)
            for each in bilan.changes
        ],
        before_intro=bilan_before.intro(bilan.comparison),
        before=bilan_before.rows(bilan.comparison, bilan.target_min),
        before_note=bilan_before.note(bilan.comparison),
        cannot=cannot,
        methods=_methods(bilan),
    )


def _works(bilan: Bilan) -> list[str]:
    """What the summary says of the overall working."""
    if not bilan.has_data:
        return ["Aucune donnée pour la période."]
    return [bilan_waits.promise_in_short(bilan), bilan_quality.stored(bilan), bilan_quality.devices(bilan)]


def _methods(bilan: Bilan) -> list[str]:
    """How figures are made, so that anybody can make them again."""
    return [
        "Attente : du ticket à l’appel. Médiane : la moitié attend moins.",
        "P90 : neuf sur dix attendent moins (rang le plus proche).",
        (
            f"Appelés en {bilan.target_min} min : parmi tous les tickets dont l’attente a pris fin,"
            " ceux appelés à temps et présents. Qui est parti ou n’est pas venu compte comme non."
        ),
        "Votes : intervalle de Wilson (1927) à 95 %.",
        (
            "Votes selon l’attente : la médiane des attentes finies par un appel dans la demi-heure avant le"
            " vote ; l’attente de qui a voté n’est pas connue."
        ),
        (
            "Compteurs de passage : ce qu’ils disaient, moins ce qu’un agent a compté ou la tente vide de la"
            " nuit ; en part des passages depuis la certitude d’avant."
        ),
        (
            "Attentes annoncées, avant et après : intervalles par tirage de jours entiers, car les"
            " attentes d’un même jour se ressemblent."
        ),
        "Affluence : compteurs de passage, pondérés par le temps, remis à zéro chaque nuit.",
        (
            "Tous les chiffres, jour par jour, sont dans le fichier CSV joint ; docs/bilan.md dit ce"
            " que chacun veut dire."
        ),
    ]
