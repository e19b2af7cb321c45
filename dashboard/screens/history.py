"""The history page: a frame that asks the store nothing, and its parts, each asked for by itself.

So the page is there at once, and no chart waits for another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, make_response, render_template, request
from flask.wrappers import Response

from broker.contract import compiled
from dashboard.chart_kinds import CHARTS
from dashboard.charts import HOUR_S, Chart, chart_of
from dashboard.history import BEFORE, DAYS, Asked, AskedError, Period, asked_for, today
from dashboard.overviews import (
    DEVICE_COLUMNS,
    UNITS,
    WAIT_COLUMNS,
    Line,
    device_lines,
    figures_of,
    heats_of,
    hour_lines,
    service_lines,
)
from dashboard.page import dashboard, name_of, page, texts
from dashboard.texts import Texts
from hall.store.interface import Store, StoreUnavailableError

blueprint = Blueprint("history", __name__)

T = TypeVar("T")

PARTS: Final = ("figures", *CHARTS, "heat", "appliances", "services", "hours")
"""What the page is put together from, in its order."""

_LINES: Final[Mapping[str, tuple[Callable[[Store, compiled.Site, Asked], list[Line]], tuple[str, ...]]]] = {
    "services": (service_lines, WAIT_COLUMNS),
    "hours": (hour_lines, WAIT_COLUMNS),
    "appliances": (device_lines, DEVICE_COLUMNS),
}


@blueprint.get("/historique")
def show() -> Response:
    """The page for the asked days; a wish that cannot be understood is answered with today, and said."""
    here, say = dashboard(), texts()
    now = today(here.live.civil_ns(), here.site)
    refused = ""
    try:
        asked = asked_for(request.args, now, here.site)
    except AskedError as problem:
        asked, refused = asked_for({}, now, here.site), str(problem)
    return page(
        "history.html",
        "history",
        stream="page",
        screen="history",
        asked=asked,
        refused=refused,
        reaches=list(DAYS),
        before=BEFORE,
        # A device's failure lasts: an hour of it says little.
        parts=[part for part in PARTS if part != "devices" or asked.grain == "day"],
        charts=CHARTS,
        has_today=asked.period.last >= now,
        span=label_of_period(asked.period, say),
        beside=label_of_period(asked.beside, say) if asked.beside else "",
        store=here.aside(lambda: here.store.name),
    )


@blueprint.get("/historique/<part>")
def show_part(part: str) -> Response:
    """One part of the page as HTML: a chart's numbers with their table, figures, or a table.

    503 where the store does not answer; 400 for days or a subject that cannot be understood.
    """
    if part not in PARTS:
        abort(404)
    try:
        return make_response(_part(part, _asked()))
    except StoreUnavailableError:
        abort(503)


def _asked() -> Asked:
    here = dashboard()
    try:
        return asked_for(request.args, today(here.live.civil_ns(), here.site), here.site)
    except AskedError as problem:
        abort(400, texts()(str(problem)))


def _part(part: str, asked: Asked) -> str:
    here, say = dashboard(), texts()

    def of_store(ask: Callable[[Store, compiled.Site, Asked], T]) -> T:
        answer: T = here.aside(lambda: ask(here.store, here.site, asked))
        return answer

    if part in CHARTS:
        kind = CHARTS[part]
        chart = of_store(lambda store, site, asked: chart_of(kind, store, site, asked))
        return render_template(
            "history_chart.html",
            chart=chart,
            labels=[label_of(start_s, chart, say) for start_s in chart.starts_s],
            drawn=drawn(chart, say),
        )
    if part in _LINES:
        lines, columns = _LINES[part]
        return render_template(
            "history_table.html",
            part=part,
            columns=columns,
            units=UNITS,
            lines=[(_line_name(part, line.id, say), line.values) for line in of_store(lines)],
            target_min=here.site.rules.target_wait_min,
        )
    if part == "heat":
        return render_template("history_heat.html", heats=of_store(heats_of), spans=_spans(asked, say))
    return render_template(
        "history_figures.html",
        figures=of_store(figures_of),
        target_min=here.site.rules.target_wait_min,
        compares=asked.beside is not None,
    )


def drawn(chart: Chart, say: Texts) -> dict[str, object]:
    """What the script draws; tables have it all."""
    return {
        "id": chart.id,
        "unit": chart.unit,
        "step": chart.step_s,
        "x": chart.starts_s,
        "beside": chart.beside_s,
        "series": [
            {
                "name": series_name(one.name, say, beside=one.beside),
                "look": one.look,
                "beside": one.beside,
                "values": one.values,
            }
            for one in chart.series
        ],
    }


def series_name(name: str, say: Texts, *, beside: bool) -> str:
    """What a column is called."""
    own = say(f"history.series.{name}", m=dashboard().site.rules.target_wait_min)
    return say("history.beside.of", name=own) if beside else own


def _line_name(part: str, name: str, say: Texts) -> str:
    site = dashboard().site
    match part:
        case "services":
            return next((say.of(one.name) for one in site.services if one.id == name), name)
        case "hours":
            return say("history.hour", h=int(name), until=int(name) + 1)
        case _:
            node, device = name.split(" ", 1)
            known = next((one for one in site.nodes if one.id == node), None)
            return f"{name_of(known, site, say) if known else node} · {device}"


def _spans(asked: Asked, say: Texts) -> list[str]:
    return [label_of_period(one, say) for one in (asked.period, asked.beside) if one]


def label_of(start_s: int, chart: Chart, say: Texts) -> str:
    """A bucket in words: the hour within a day, else the day."""
    local = datetime.fromtimestamp(start_s, ZoneInfo(dashboard().site.timezone))
    if chart.step_s == HOUR_S:
        return say("time.hour", h=local.hour, mm=f"{local.minute:02}")
    return label_of_day(local.date(), say)


def label_of_day(day: date, say: Texts) -> str:
    """A day in words."""
    return say(
        "time.day",
        weekday=say(f"time.weekday.{day.weekday()}"),
        day=day.day,
        month=say(f"time.month.{day.month}"),
    )


def label_of_period(period: Period, say: Texts) -> str:
    """A period in words, with its year."""
    last = say("history.year", day=label_of_day(period.last, say), year=period.last.year)
    if period.days == 1:
        return last
    first = label_of_day(period.first, say)
    if period.first.year != period.last.year:
        first = say("history.year", day=first, year=period.first.year)
    return say("history.span", first=first, last=last)
