"""Virtual visitors for real agents: marked, patient for a while, and all gone at the end."""

from __future__ import annotations

import random

import pytest

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.views import DeskView, ServiceView
from simulation.rehearsal import Options, Visitors

HOUR_NS = 3600 * SECOND


@pytest.fixture
def visitors(site: compiled.Site) -> Visitors:
    visitors = Visitors(site, Options(60.0, None), random.Random(19))  # noqa: S311  visitors, no secrets
    for service in ("information", "etat-civil"):
        visitors.service(now(service, "open"))
    return visitors


def now(service: str, state: str) -> ServiceView:
    return ServiceView(
        service=service,
        state=state,  # type: ignore[arg-type]  # one of its three words
        opens_ns=None,
        waiting=0,
        open_desks=1,
        wait_median_s=None,
        wait_p90_s=None,
        level="calm",
        served_today=0,
    )


def play(visitors: Visitors, hours: float) -> list[messages.TicketDrawn | messages.VisitorLeft]:
    return [act for second in range(round(hours * 3600)) for act in visitors.pass_time(second * SECOND)]


def test_as_many_come_as_were_asked_for_and_each_ticket_is_marked(visitors: Visitors) -> None:
    drawn = [act for act in play(visitors, 10) if isinstance(act, messages.TicketDrawn)]
    assert 520 < len(drawn) < 680
    assert all(act.exercise and act.number.startswith("X") for act in drawn)
    assert len({act.number for act in drawn}) == len(drawn)


def test_nobody_comes_for_a_closed_service(visitors: Visitors) -> None:
    visitors.service(now("etat-civil", "closed"))
    services = {act.service for act in play(visitors, 2) if isinstance(act, messages.TicketDrawn)}
    assert services == {"information"}
    visitors.service(now("information", "closed"))
    assert not [act for act in visitors.pass_time(3 * HOUR_NS) if isinstance(act, messages.TicketDrawn)]


def test_whoever_waits_too_long_leaves_and_who_is_called_does_not(visitors: Visitors) -> None:
    visitors.pass_time(0)
    visitors.next_ns = HOUR_NS
    called, tired = [act for act in (visitors._come(0), visitors._come(0)) if act is not None]
    view = DeskView(desk="info", call="c", state="called", since_ns=0, number=called.number)
    visitors.desk(view)
    visitors.next_ns = 100 * HOUR_NS
    left = visitors.pass_time(99 * HOUR_NS)
    assert [act.token for act in left] == [tired.token]


def test_at_the_end_all_who_wait_leave(visitors: Visitors) -> None:
    play(visitors, 0.2)
    tokens = {one.token for one in visitors.waiting.values()}
    assert tokens
    assert {act.token for act in visitors.all_leave()} == tokens
    assert visitors.waiting == {}
