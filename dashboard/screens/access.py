"""The trail of who came in and what they changed, for the supervisor."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask.wrappers import Response

from broker.clock import SECOND
from dashboard import session
from dashboard.audit import Entry
from dashboard.page import dashboard, page, texts

SHOWN: Final = 200

blueprint = Blueprint("access", __name__)


class Line(NamedTuple):
    """An act in the reader's words."""

    moment: datetime
    act: str
    by: str
    about: str
    where: str


@blueprint.get("/pilotage/acces")
@session.needs("supervisor")
def show() -> Response:
    """The latest acts, newest first."""
    known = session.accounts()
    here = dashboard()
    entries = here.aside(lambda: known.trail.latest(SHOWN)) if known else []
    zone = ZoneInfo(here.site.timezone)
    return page(
        "access.html",
        stream="page",
        screen="access",
        lines=[_line(entry, zone) for entry in entries],
        most=SHOWN,
    )


def _line(entry: Entry, zone: ZoneInfo) -> Line:
    say = texts()
    where = " · ".join(part for part in (entry.machine, entry.address) if part)
    moment = datetime.fromtimestamp(entry.at_ns / SECOND, zone)
    return Line(moment, say(f"access.act.{entry.act}"), entry.by or say("access.nobody"), entry.about, where)
