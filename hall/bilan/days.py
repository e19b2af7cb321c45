"""What the store and the ledger know of each day of a period, asked day by day: no answer is large."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

import msgspec

from broker.clock import SECOND, LocalDay
from broker.contract.compiled import Site
from broker.contract.settings import AnySetting, OpeningChange
from broker.contract.topics import HALL
from broker.delivery.journal import Journal
from hall.decisions import SettingChanged, decode_decision
from hall.ledger import DayTotal, lines, total
from hall.measures import (
    CountCheckMeasure,
    FlowMeasure,
    OccupancyMeasure,
    SilenceMeasure,
    UseMeasure,
    VoteMeasure,
    WaitMeasure,
)
from hall.opening import Calendar, Opening
from hall.store.interface import (
    DeviceRow,
    Every,
    PaperRow,
    PresenceRow,
    Span,
    Store,
    TypeRow,
)

CLOSES_WITHIN_NS: Final = 7 * 24 * 3600 * SECOND
"""A day is closed at the first event after it: the next morning's, or one after days without power."""


class Period(NamedTuple):
    """Local days, the first and the last one included."""

    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Every day of it."""
        return (self.first + timedelta(days=ahead) for ahead in range((self.last - self.first).days + 1))


class ObservedDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day on which the site was to be open, or was.

    ``votes`` and ``paper`` go by barometer: two may ask the same question. ``presence`` and ``devices`` cover
    each opening by itself. ``checks`` are its recounts, and its own end where that came later. ``ledger`` is
    None without a journal, and for days before its first event.
    """

    day: date
    openings: tuple[Opening, ...] = ()
    waits: list[WaitMeasure] = []
    counts: list[OccupancyMeasure] = []
    checks: list[CountCheckMeasure] = []
    votes: dict[str, list[VoteMeasure]] = {}
    paper: dict[str, list[PaperRow]] = {}
    flows: list[FlowMeasure] = []
    uses: list[UseMeasure] = []
    silences: list[SilenceMeasure] = []
    presence: list[PresenceRow] = []
    devices: list[DeviceRow] = []
    events: list[TypeRow] = []
    ledger: DayTotal | None = None

    @property
    def has_data(self) -> bool:
        """Whether any node was heard: the hall's own minutes pass on a day without people too."""
        return any(row.node != HALL for row in self.events)

    @property
    def open_s(self) -> float:
        """For how many seconds it was to be open."""
        return sum(opening.closes_ns - opening.opens_ns for opening in self.openings) / SECOND


def observe(
    store: Store, site: Site, period: Period, now_ns: int, journal: Journal | None = None
) -> Iterator[ObservedDay]:
    """The days of a period, in order: those with an opening, and closed ones on which something happened.

    A day that opens after ``now_ns`` (civil) is left out unless it holds something. Hours that supervisors
    changed are the journal's to know: without one every day has the description's. Raises
    StoreUnavailableError.
    """
    calendar = Calendar(site, [] if journal is None else _changes(journal))
    for day in period.days():
        span = _span(day, calendar)
        openings = calendar.openings(day)
        events = store.stored_by_type(span)
        heard = any(row.node != HALL for row in events)
        if not heard and (not openings or openings[0].opens_ns >= now_ns):
            continue
        while_open = [Span(opening.opens_ns, opening.closes_ns) for opening in openings] if heard else []
        counts = store.points(OccupancyMeasure, span)
        votes = store.points(VoteMeasure, span)
        yield ObservedDay(
            day=day,
            openings=openings,
            waits=[wait for wait in store.points(WaitMeasure, span) if wait.outcome != "undone"],
            counts=counts,
            checks=_checks(store, span) if counts else [],
            votes={
                barometer.id: [vote for vote in votes if vote.barometer == barometer.id]
                for barometer in site.barometers
            },
            paper={
                barometer.id: store.paper(span, Every(0, site.timezone), barometer.id)
                for barometer in site.barometers
            },
            flows=store.points(FlowMeasure, span),
            uses=store.points(UseMeasure, span),
            silences=store.points(SilenceMeasure, span),
            presence=[row for each in while_open for row in store.presence(each)],
            devices=[row for each in while_open for row in store.devices(each)],
            events=events,
            ledger=None if journal is None else _ledger(journal, span, day, events),
        )


def _changes(journal: Journal) -> list[OpeningChange]:
    """The exceptions of single days, each as it was at the end of its day."""
    in_force: dict[str, AnySetting | None] = {}
    for raw in journal.decisions_beginning(b'{"type":"setting.changed"'):
        decision = decode_decision(raw)
        if isinstance(decision, SettingChanged):
            in_force[decision.change.subject] = decision.change.after
    return [setting for setting in in_force.values() if isinstance(setting, OpeningChange)]


def _span(day: date, calendar: Calendar) -> Span:
    noon = datetime.combine(day, time(12), calendar.zone)
    found = calendar.day(int(noon.timestamp()) * SECOND)
    return Span(found.starts_ns, found.ends_ns)


def _checks(store: Store, span: Span) -> list[CountCheckMeasure]:
    """The day's recounts, and what its end found: the first closing after it is its own."""
    found = store.points(CountCheckMeasure, Span(span.start_ns, span.end_ns + CLOSES_WITHIN_NS))
    recounts = [one for one in found if one.kind == "recount" and one.at_ns < span.end_ns]
    closings = [one for one in found if one.kind == "closing" and one.at_ns >= span.end_ns]
    return [*recounts, *closings[:1]]


def _ledger(journal: Journal, span: Span, day: date, events: list[TypeRow]) -> DayTotal | None:
    first_ns = journal.first_date_ns()
    if first_ns is None or first_ns >= span.end_ns:
        return None
    local = LocalDay(day.isoformat(), span.start_ns, span.end_ns)
    stored: dict[str, int] = {}
    for row in events:
        stored[row.node] = stored.get(row.node, 0) + row.events
    found = total(local, lines(journal, local, stored))
    # Also what the store holds of nodes that this journal has never heard of: it may be another site's.
    in_store = sum(stored.values())
    return found._replace(stored=in_store, holds=found.holds and in_store == found.received)
