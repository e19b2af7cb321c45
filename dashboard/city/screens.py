"""The city's addresses: the comparison for everybody, how the sites are linked for technicians."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Final, Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, abort, current_app, jsonify, make_response, request
from flask.wrappers import Response

from broker.clock import SECOND
from city.comparison import FEWEST, Figure
from city.intervals import FEWEST_DAYS
from city.seen import read_seen
from dashboard.city.gathering import Gathering, period_of
from dashboard.city.lines import SiteNow, inside_lines, question_lines, wait_lines
from dashboard.city.place import here
from dashboard.city.standing import feed_is_away, standing_of
from dashboard.history import FIRST_YEAR, LAST_YEAR, Period
from dashboard.page import page, texts
from dashboard.session import needs

blueprint = Blueprint("city", __name__)

Reach = Literal["jour", "semaine", "mois"]
REACHES: Final[dict[Reach, int]] = {"jour": 1, "semaine": 7, "mois": 28}

COLUMNS: Final = (
    "site",
    "nom",
    "etat",
    "jours",
    "jours_ouverts",
    "tickets",
    "appeles",
    "partis",
    *(
        f"{name}{end}"
        for name in ("mediane_s", "p90_s", "part_a_temps", "part_partis")
        for end in ("", "_de", "_a")
    ),
    "occupation_moyenne",
    "occupation_maximale",
)
"""Of the comparison as a table; empty where nothing is known or too few were counted."""


class Asked(NamedTuple):
    """Which days: so many back from the last one."""

    reach: Reach
    last: date
    is_today: bool

    @property
    def period(self) -> Period:
        """Its days."""
        return period_of(REACHES[self.reach], self.last)


def asked() -> Asked:
    """``etendue`` and ``au`` of the address; a month up to today without them. 400 for a day that is none."""
    name = request.args.get("etendue", "mois")
    today = datetime.fromtimestamp(here().clock.civil_ns() / SECOND, UTC).astimezone(_zone()).date()
    wanted = request.args.get("au", "")
    try:
        last = date.fromisoformat(wanted) if wanted else today
    except ValueError:
        abort(400)
    if name not in REACHES or not FIRST_YEAR <= last.year <= LAST_YEAR:
        abort(400)
    return Asked(name, min(last, today), last >= today)


def gathered(period: Period) -> list[SiteNow]:
    """All sites with their figures."""
    gathering = cast("Gathering", current_app.extensions["gathering"])
    city, say = here(), texts()
    found: list[SiteNow] = city.aside(lambda: gathering.of(city, period, say))
    return found


@blueprint.get("/")
def show() -> Response:
    """The sites side by side."""
    wanted, say = asked(), texts()
    sites = gathered(wanted.period)
    waits, ends_min = wait_lines(sites, say)
    return page(
        "city.html",
        screen="city",
        asked=wanted,
        reaches=list(REACHES),
        sites=sites,
        waits=waits,
        ends_min=ends_min,
        inside=inside_lines(sites, say),
        questions=question_lines(sites, say),
        target_min=here().target_min,
        fewest=FEWEST,
        fewest_days=FEWEST_DAYS,
    )


@blueprint.get("/comparaison.csv")
def as_csv() -> Response:
    """The comparison of the asked days as a table: UTF-8, commas, a line of names."""
    wanted = asked()
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for site in gathered(wanted.period):
        table.writerow(_row(site))
    response = make_response(written.getvalue().encode())
    response.mimetype = "text/csv"
    name = f"mairies-{wanted.period.first}-{wanted.period.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/liaisons")
@needs("technician")
def links() -> Response:
    """How each site is linked: heard since when, what is on its way, whether the counts are equal."""
    return page("city_links.html", screen="links", sites=gathered(asked().period))


class CityHealth(msgspec.Struct):
    """What monitoring reads: 200 while the feed runs, 503 when it does not. ``sites`` by state."""

    state: Literal["ok", "feed_not_heard"]
    release: str
    sites: dict[str, int]


@blueprint.get("/sante")
def health() -> tuple[Response, int]:
    """For monitoring."""
    city = here()
    seen = read_seen(city.state)
    states = [standing_of(one.id, seen, city.clock).state for one in city.sites]
    away = feed_is_away(seen, city.clock)
    told = CityHealth(
        state="feed_not_heard" if away else "ok",
        release=city.release,
        sites={state: states.count(state) for state in sorted(set(states))},
    )
    return jsonify(msgspec.to_builtins(told)), 503 if away else 200


def standing_now() -> dict[str, object]:
    """What the head of every page says: the time, and whether the feed is heard."""
    city = here()
    seen = read_seen(city.state)
    return {"now": clock_of(city.clock.civil_ns()), "silent": feed_is_away(seen, city.clock)}


def clock_of(civil_ns: int) -> str:
    """A time as people read it: the hour, with its day where it is another."""
    say = texts()
    local = datetime.fromtimestamp(civil_ns / SECOND, _zone())
    hour = say("time.hour", h=local.hour, mm=f"{local.minute:02}")
    if local.date() == datetime.fromtimestamp(here().clock.civil_ns() / SECOND, _zone()).date():
        return hour
    return say("city.at", day=day_of(local.date()), hour=hour)


def day_of(day: date) -> str:
    """A day in words."""
    say = texts()
    return say(
        "time.day",
        weekday=say(f"time.weekday.{day.weekday()}"),
        day=day.day,
        month=say(f"time.month.{day.month}"),
    )


def tenths(share: float) -> str:
    """A share in percent with one decimal, as the reader's language writes it."""
    told = f"{100 * share:.1f}"
    return told.replace(".", ",") if texts().language == "fr" else told


def _zone() -> ZoneInfo:
    return ZoneInfo(here().timezone)


def _row(site: SiteNow) -> list[object]:
    found = site.figures
    waiting, inside = (found.waiting, found.inside) if found else (None, None)
    figures = (
        (waiting.median_s, waiting.p90_s, waiting.within, waiting.left_share) if waiting else (None,) * 4
    )
    return [
        site.site,
        site.name,
        site.standing.state,
        *((found.days, found.open_days) if found else ("", "")),
        *((waiting.drawn, waiting.called, waiting.left) if waiting else ("", "", "")),
        *(value for figure in figures for value in _ends(figure)),
        *((round(inside.mean, 3), round(inside.most, 3)) if inside else ("", "")),
    ]


def _ends(figure: Figure | None) -> tuple[object, object, object]:
    if figure is None:
        return "", "", ""
    if figure.interval is None:
        return round(figure.value, 3), "", ""
    return round(figure.value, 3), round(figure.interval.low, 3), round(figure.interval.high, 3)
