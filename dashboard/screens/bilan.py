"""The report for supervisors: its essentials as a page, as PDF, all figures as CSV, the month's poster."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, abort, request
from flask.wrappers import Response

from broker.clock import SECOND
from broker.contract.messages import ChangesTold
from broker.delivery.outbox import OutboxFullError
from dashboard import session
from dashboard.documents import bilan as document
from dashboard.documents import poster
from dashboard.documents.typesetting import DocumentError
from dashboard.page import dashboard, page, texts
from dashboard.requests import DEVICE
from dashboard.texts import catalogue
from hall.bilan import changes
from hall.bilan.changes import Changes
from hall.bilan.days import ObservedDay, Period, observe
from hall.bilan.figures import Bilan, bilan_of
from hall.bilan.table import as_csv
from hall.store.interface import StoreUnavailableError

blueprint = Blueprint("bilan", __name__)

LONGEST_DAYS: Final = 366
"""A report asks the store day by day: a longer period would keep the pages waiting."""


class BadPeriodError(ValueError):
    """The dates of a form are none, or too far apart; ``key`` is the text that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@blueprint.get("/pilotage/bilan")
@session.needs("supervisor")
def show() -> Response:
    """The form, and the essentials of the period when one is asked for."""
    if "du" not in request.args and "au" not in request.args:
        return _page(_usual())
    try:
        period = _asked()
        return _page(period, bilan=_bilan(period))
    except BadPeriodError as found:
        return _page(_usual(), problem=texts()(found.key, n=LONGEST_DAYS))
    except StoreUnavailableError:
        return _page(_usual(), problem=texts()("history.away.text"))


def _page(
    period: Period, *, bilan: Bilan | None = None, problem: str = "", told: str = "", status: int = 200
) -> Response:
    """The page; what was typed of the month's changes stays there, else what was entered is shown."""
    month = request.values.get("mois", f"{period.last:%Y-%m}")
    typed, entered = request.form.get("changements"), None
    try:
        entered = _entered(month) if typed is None else None
    except StoreUnavailableError:
        problem = problem or texts()("history.away.text")
    return page(
        "bilan.html",
        status=status,
        stream="page",
        screen="bilan",
        period=period,
        month=month,
        changes="\n".join(entered.lines) if entered else typed or "",
        entered=entered,
        entered_on=_clock(entered.at_ns) if entered else "",
        told=told,
        problem=problem,
        catalogue=catalogue("fr"),
        content=document.content_of(bilan) if bilan else None,
        most_changes=poster.MOST_CHANGES,
        longest_change=poster.LONGEST_CHANGE,
    )


@blueprint.get("/pilotage/bilan.pdf")
@session.needs("supervisor")
def as_pdf() -> Response:
    """The report of a period as PDF."""
    period, bilan = _asked_or_400()
    made = dashboard().aside(lambda: document.as_pdf(bilan))
    return _file(made, "application/pdf", f"bilan-{period.first}-{period.last}.pdf")


@blueprint.get("/pilotage/bilan.csv")
@session.needs("supervisor")
def as_table() -> Response:
    """All figures of a period as CSV."""
    period, bilan = _asked_or_400()
    made = as_csv(bilan).encode()
    return _file(made, "text/csv", f"bilan-{period.first}-{period.last}.csv")


class ChangesForm(msgspec.Struct):
    """What was changed in the month ``mois`` (2027-06), one change a line in ``changements``."""

    mois: str
    changements: str = ""


@blueprint.post("/pilotage/bilan")
@session.needs("supervisor")
def tell_changes() -> Response:
    """Keep what was changed in a month; entered anew it replaces what was there."""
    month, requests = request.form.get("mois", ""), dashboard().requests
    try:
        date.fromisoformat(f"{month}-01")
        lines = poster.checked_changes(request.form.get("changements", "").splitlines(), "")
    except DocumentError as problem:
        return _page(_usual(), problem=str(problem), status=400)
    except ValueError:
        return _page(_usual(), problem=texts()("bilan.no_month"), status=400)
    if requests is None:
        abort(503)
    try:
        requests.record(ChangesTold(device=DEVICE, month=month, changes=lines, by=session.by()), None)
    except OutboxFullError:
        abort(503)
    return _page(_usual(), told=texts()("bilan.kept"))


def _clock(at_ns: int) -> str:
    return f"{datetime.fromtimestamp(at_ns // SECOND, ZoneInfo(dashboard().site.timezone)):%d/%m/%Y %H:%M}"


def _entered(month: str) -> Changes | None:
    """What was entered last of a month; None for nothing, and for what is no month."""
    here = dashboard()
    try:
        period = poster.period_of(date.fromisoformat(f"{month}-01"))
    except ValueError:
        return None
    found = here.aside(lambda: changes.noted(here.store, here.site.timezone, period, here.live.civil_ns()))
    return found[0] if found else None


@blueprint.get("/pilotage/affiche.pdf")
@session.needs("supervisor")
def as_poster() -> Response:
    """The poster of a month as PDF, with what was entered of its changes."""
    month = request.args.get("mois", "")
    try:
        period = poster.period_of(date.fromisoformat(f"{month}-01"))
        bilan = _bilan(period)
        made = dashboard().aside(lambda: poster.as_pdf(bilan))
    except DocumentError as problem:
        return _page(_usual(), problem=str(problem), status=400)
    except ValueError:
        return _page(_usual(), problem=texts()("bilan.no_month"), status=400)
    except StoreUnavailableError:
        return _page(_usual(), problem=texts()("history.away.text"), status=503)
    return _file(made, "application/pdf", f"affiche-{month}.pdf")


def _usual() -> Period:
    """The three months before this one, and this one up to yesterday."""
    here = dashboard()
    now = datetime.fromtimestamp(here.live.civil_ns() / SECOND, ZoneInfo(here.site.timezone)).date()
    months = now.year * 12 + now.month - 1 - 3
    return Period(date(months // 12, months % 12 + 1, 1), now - timedelta(days=1))


def _asked() -> Period:
    """The period of the form. Raises BadPeriodError."""
    try:
        first, last = (date.fromisoformat(request.args.get(name, "")) for name in ("du", "au"))
    except ValueError:
        raise BadPeriodError("bilan.no_dates") from None
    if last < first:
        raise BadPeriodError("bilan.backwards")
    if (last - first).days >= LONGEST_DAYS:
        raise BadPeriodError("bilan.too_long")
    return Period(first, last)


def _asked_or_400() -> tuple[Period, Bilan]:
    try:
        period = _asked()
        return period, _bilan(period)
    except BadPeriodError as problem:
        abort(400, texts()(problem.key, n=LONGEST_DAYS))
    except StoreUnavailableError:
        abort(503)


def _bilan(period: Period) -> Bilan:
    """The figures, worked out where it does not hold up the live pages. Raises StoreUnavailableError."""
    here = dashboard()
    days = observe(here.store, here.site, period, here.live.civil_ns())
    observed: list[ObservedDay] = []
    # A day at a time: what others ask of the store, and their PINs, come in between.
    while (day := here.aside(lambda: next(days, None))) is not None:
        observed.append(day)
    noted = here.aside(lambda: changes.noted(here.store, here.site.timezone, period, here.live.civil_ns()))
    found: Bilan = here.aside(lambda: bilan_of(here.site, period, observed, changes=noted))
    return found


def _file(made: bytes, kind: str, name: str) -> Response:
    response = Response(made, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
