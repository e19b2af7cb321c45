"""What is given away of the past as open data: tables of whole days, without a word about anybody.

Columns are described in the catalogue (``data.column.…``), in both languages: the page beside the downloads,
each table's schema and ``docs/donnees.md`` all say the same. A schema is a Table Schema of Frictionless, as
schema.data.gouv.fr asks of French open data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from dashboard.charts import Looked
from dashboard.history import Asked
from dashboard.texts import Texts
from hall.store.interface import Store
from hall.store.totals import Waits

Type = Literal["date", "string", "integer", "number"]
Value: TypeAlias = str | int | float | None


class Column(NamedTuple):
    """One column: its name, the same in every language, and its type in the words of Table Schema."""

    name: str
    type: Type


class Dataset(NamedTuple):
    """A table that can be downloaded; ``rows`` are in the order of ``columns``."""

    id: str
    grain: Literal["hour", "day"]
    columns: tuple[Column, ...]
    rows: Callable[[Looked], Iterator[tuple[Value, ...]]]


def rows_of(dataset: Dataset, store: Store, site: compiled.Site, asked: Asked) -> list[tuple[Value, ...]]:
    """The rows of what is asked, in the order of time. Raises StoreUnavailableError."""
    return list(dataset.rows(Looked(store, site, asked.period, dataset.grain, asked.subject)))


def csv_of(dataset: Dataset, rows: list[tuple[Value, ...]]) -> str:
    """As RFC 4180 has it: a line of names, commas, CRLF; nothing stands where nothing is known."""
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(column.name for column in dataset.columns)
    writer.writerows(rows)
    return told.getvalue()


def schema_of(dataset: Dataset, say: Texts) -> dict[str, object]:
    """The table's data dictionary as a Table Schema."""
    return {
        "$schema": "https://frictionlessdata.io/schemas/table-schema.json",
        "name": dataset.id,
        "title": say(f"data.set.{dataset.id}"),
        "fields": [
            {"name": column.name, "type": column.type, "description": say(f"data.column.{column.name}")}
            for column in dataset.columns
        ],
        "missingValues": [""],
    }


# What each table says ----------------------------------------------------------------------------


def _day(at_ns: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ns // SECOND, zone).date().isoformat()


def _hour(at_ns: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at_ns // SECOND, zone).hour


def _wait_values(row: Waits) -> tuple[Value, ...]:
    return (
        row.service,
        row.drawn,
        row.served,
        row.left,
        row.no_show,
        row.called,
        _tenth(row.median_s),
        _tenth(row.p90_s),
        row.within,
        row.promised,
        row.waited,
        row.covered,
        _tenth(row.error_s),
        _tenth(row.pinball50_s),
        _tenth(row.pinball90_s),
        row.censored,
        row.censored_beyond,
    )


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _days_of_waits(here: Looked) -> Iterator[tuple[Value, ...]]:
    for row in here.figures.waits_by_service("day", here.services):
        if row.drawn:
            yield _day(row.bucket, here.zone), *_wait_values(row)


def _hours_of_waits(here: Looked) -> Iterator[tuple[Value, ...]]:
    """Without discreet services: of them a day is told, and no hour."""
    discreet = {service.id for service in here.site.services if service.discreet}
    for row in here.figures.waits_by_service("hour", here.services):
        if row.drawn and row.service not in discreet:
            yield _day(row.bucket, here.zone), _hour(row.bucket, here.zone), *_wait_values(row)


def _occupancy(here: Looked) -> Iterator[tuple[Value, ...]]:
    for row in here.figures.people("hour"):
        day, hour = _day(row.bucket, here.zone), _hour(row.bucket, here.zone)
        yield day, hour, round(row.mean, 1), row.maximum, row.entered, row.left


def _votes(here: Looked) -> Iterator[tuple[Value, ...]]:
    barometers = here.barometers()
    for row in here.figures.votes("hour"):
        if row.barometer in barometers:
            day, hour = _day(row.bucket, here.zone), _hour(row.bucket, here.zone)
            yield day, hour, row.barometer, row.question, row.answer, row.votes, row.too_fast


def _places(here: Looked) -> Iterator[tuple[Value, ...]]:
    places = {kind: here.places(kind) for kind in ("seat", "room")}
    for row in here.figures.use("hour"):
        if row.subject in places.get(row.kind, ()):
            day, hour = _day(row.bucket, here.zone), _hour(row.bucket, here.zone)
            yield day, hour, row.kind, row.subject, row.times, _tenth(row.taken_s)


def _ways(here: Looked) -> Iterator[tuple[Value, ...]]:
    """By day: an hour would tell of the concierge's, who are discreet."""
    for row in here.figures.ways("day"):
        yield _day(row.bucket, here.zone), row.way, row.people


def _checks(here: Looked) -> Iterator[tuple[Value, ...]]:
    for row in here.figures.checks():
        day, hour = _day(row.at_ns, here.zone), _hour(row.at_ns, here.zone)
        yield day, hour, row.kind, row.counted, row.people, row.uncertainty, row.passages


def _devices(here: Looked) -> Iterator[tuple[Value, ...]]:
    for row in here.figures.uptime("day"):
        if row.known_s:
            yield (
                _day(row.bucket, here.zone),
                row.node,
                row.device,
                _tenth(row.known_s),
                _tenth(row.failed_s),
                row.changes,
            )


_WHEN: Final = (Column("jour", "date"), Column("heure", "integer"))
_WAITS: Final = (
    Column("service", "string"),
    Column("tickets", "integer"),
    Column("recus", "integer"),
    Column("partis", "integer"),
    Column("absents", "integer"),
    Column("appeles", "integer"),
    Column("attente_mediane_s", "number"),
    Column("attente_p90_s", "number"),
    Column("appeles_a_temps", "integer"),
    Column("promesses_jugees", "integer"),
    Column("attentes_reelles", "integer"),
    Column("promesses_tenues", "integer"),
    Column("erreur_moyenne_s", "number"),
    Column("perte_p50_s", "number"),
    Column("perte_p90_s", "number"),
    Column("partis_avec_promesse", "integer"),
    Column("partis_apres_p90", "integer"),
)

DATASETS: Final = {
    dataset.id: dataset
    for dataset in (
        Dataset("attentes-jour", "day", (_WHEN[0], *_WAITS), _days_of_waits),
        Dataset("attentes-heure", "hour", (*_WHEN, *_WAITS), _hours_of_waits),
        Dataset(
            "occupation",
            "hour",
            (
                *_WHEN,
                Column("personnes_moyenne", "number"),
                Column("personnes_maximum", "integer"),
                Column("entrees", "integer"),
                Column("sorties", "integer"),
            ),
            _occupancy,
        ),
        Dataset(
            "votes",
            "hour",
            (
                *_WHEN,
                Column("barometre", "string"),
                Column("question", "string"),
                Column("reponse", "string"),
                Column("votes", "integer"),
                Column("votes_trop_rapides", "integer"),
            ),
            _votes,
        ),
        Dataset(
            "places",
            "hour",
            (
                *_WHEN,
                Column("genre", "string"),
                Column("place", "string"),
                Column("fois", "integer"),
                Column("occupee_s", "number"),
            ),
            _places,
        ),
        Dataset(
            "chemins",
            "day",
            (_WHEN[0], Column("chemin", "string"), Column("personnes", "integer")),
            _ways,
        ),
        Dataset(
            "compteurs",
            "hour",
            (
                *_WHEN,
                Column("certitude", "string"),
                Column("compte_portes", "integer"),
                Column("compte_reel", "integer"),
                Column("incertitude", "integer"),
                Column("passages", "integer"),
            ),
            _checks,
        ),
        Dataset(
            "appareils",
            "day",
            (
                _WHEN[0],
                Column("noeud", "string"),
                Column("appareil", "string"),
                Column("connu_s", "number"),
                Column("en_panne_s", "number"),
                Column("changements", "integer"),
            ),
            _devices,
        ),
    )
}
"""Every table, in the page's order."""
