"""The history page: today and the last weeks, each chart with its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from flask.wrappers import Response

from broker.clock import SECOND
from dashboard.history import (
    DAYS,
    TODAY_BUCKET_MIN,
    Asked,
    History,
    asked_for,
    history_of,
    reach_of,
    shown_span,
    starts,
)
from dashboard.page import dashboard, page, texts
from dashboard.texts import Texts
from hall.store.interface import Span, StoreUnavailableError

blueprint = Blueprint("history", __name__)

Number: TypeAlias = float | int | None


MINUTE_S: Final = 60
DAY_S: Final = 24 * 3600


class Series(NamedTuple):
    """One line or set of bars: its name in the catalogue, how it is drawn, and its values."""

    name: str
    look: str
    values: list[Number]


class Chart(NamedTuple):
    """A chart and its table: ``starts_s`` are the buckets' starts in seconds since the epoch."""

    id: str
    unit: str
    labels: list[str]
    starts_s: list[int]
    series: list[Series]

    def data(self, say: Texts, shown: Span, daily: bool) -> dict[str, object]:
        """What the script draws, on an axis that covers ``shown``."""
        return {
            "id": self.id,
            "from": shown.start_ns // SECOND,
            "to": shown.end_ns // SECOND,
            "step": DAY_S if daily else TODAY_BUCKET_MIN * MINUTE_S,
            "unit": self.unit,
            "x": self.starts_s,
            "series": [
                {"name": say(f"history.series.{one.name}"), "look": one.look, "values": one.values}
                for one in self.series
            ],
        }


@blueprint.get("/historique")
def show() -> Response:
    """The page for the asked reach; without the store it says so, and the live pages go on."""
    here, say = dashboard(), texts()
    asked = asked_for(reach_of(request.args.get("etendue")), here.live.civil_ns(), here.site.timezone)
    try:
        history: History | None = here.aside(lambda: history_of(here.store, here.site, asked))
    except StoreUnavailableError:
        history = None
    charts = charts_of(history, say) if history else []
    shown = shown_span(here.site, asked)
    return page(
        "history.html",
        stream="page",
        screen="history",
        history=history,
        reach=asked.reach,
        reaches=list(DAYS),
        charts=charts,
        chart_data=[chart.data(say, shown, not asked.every.minutes) for chart in charts],
        service_names={service.id: say.of(service.name) for service in here.site.services},
        target_min=here.site.rules.target_wait_min,
        store=here.aside(lambda: here.store.name),
        span=(label_of_day(asked.span.start_ns, asked, say), label_of_day(asked.span.end_ns - 1, asked, say)),
        minutes=minutes,
    )


def minutes(seconds: float | None) -> Number:
    """Seconds as whole minutes, the way waits are read."""
    return None if seconds is None else round(seconds / MINUTE_S)


def charts_of(history: History, say: Texts) -> list[Chart]:
    """The page's four charts."""
    return [
        _chart(
            "waits",
            "min",
            history.asked,
            say,
            {row.start_ns: (minutes(row.median_s), minutes(row.p90_s), row.count) for row in history.waits},
            (("median", "line"), ("p90", "line-soft"), ("called", "table")),
        ),
        _chart(
            "occupancy",
            "people",
            history.asked,
            say,
            {
                row.start_ns: (round(row.mean), row.maximum, row.entered, row.left)
                for row in history.occupancy
            },
            (("mean", "area"), ("maximum", "line-soft"), ("entered", "table"), ("went", "table")),
        ),
        _chart(
            "tickets",
            "visits",
            history.asked,
            say,
            {row.start_ns: (row.drawn, row.served, row.left, row.no_show) for row in history.tickets},
            (("drawn", "bars-soft"), ("served", "bars"), ("left", "table"), ("no_show", "table")),
        ),
        _chart(
            "votes",
            "votes",
            history.asked,
            say,
            {row.start_ns: (row.votes, row.positive, row.too_fast) for row in history.votes},
            (("votes", "bars-soft"), ("positive", "bars"), ("too_fast", "table")),
        ),
    ]


def _chart(
    chart_id: str,
    unit: str,
    asked: Asked,
    say: Texts,
    rows: Mapping[int, Sequence[Number]],
    series: Sequence[tuple[str, str]],
) -> Chart:
    """A chart over every bucket between the first and the last that hold something."""
    nothing: Sequence[Number] = (None,) * len(series)
    every_start = starts(asked, list(rows))
    columns = [[rows.get(start, nothing)[column] for start in every_start] for column in range(len(series))]
    return Chart(
        chart_id,
        unit,
        [label_of(start, asked, say) for start in every_start],
        [start // SECOND for start in every_start],
        [Series(name, look, values) for (name, look), values in zip(series, columns, strict=True)],
    )


def label_of(start_ns: int, asked: Asked, say: Texts) -> str:
    """A bucket in words: the hour within a day, else the day."""
    if not asked.every.minutes:
        return label_of_day(start_ns, asked, say)
    local = datetime.fromtimestamp(start_ns / SECOND, ZoneInfo(asked.every.timezone))
    return say("time.hour", h=local.hour, mm=f"{local.minute:02}")


def label_of_day(at_ns: int, asked: Asked, say: Texts) -> str:
    """A local day in words."""
    local = datetime.fromtimestamp(at_ns // SECOND, ZoneInfo(asked.every.timezone))
    return say(
        "time.day",
        weekday=say(f"time.weekday.{local.weekday()}"),
        day=local.day,
        month=say(f"time.month.{local.month}"),
    )
