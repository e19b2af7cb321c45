"""The same journal gives the same state, whatever happens and whatever the code has become."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD
from hall.decisions import DayEnded, Decision, RequestAnswered, decode_decision
from hall.hall import Hall
from hall.state import State
from tests.hall.hall_tent import Tent, every, moment

LETTERS = {"info": "A", "family": "F", "care": "Z", "civil": "E", "writer": "W"}
SERVICES = sorted(LETTERS)
DESKS = ["one", "two", "quiet", "inside"]
REQUESTS = [
    messages.NextRequested,
    messages.NextRequested,
    messages.NextRequested,
    messages.RecallRequested,
    messages.StartRequested,
    messages.NoShowRequested,
    messages.DoneRequested,
    messages.PauseRequested,
]

times = st.one_of(st.floats(0, 120), st.floats(0, 120), st.floats(0, 40_000))
lateness = st.one_of(st.just(0.0), st.just(0.0), st.floats(0, 900), st.floats(0, 200_000))
ages = st.sampled_from([0, 0, 0, 0, 20_000, None])

steps = st.one_of(
    st.tuples(st.just("tick")),
    st.tuples(st.just("draw"), st.sampled_from(SERVICES), st.sampled_from(["kiosk-a", "kiosk-b"]), lateness),
    st.tuples(st.just("other"), st.sampled_from(SERVICES), st.sampled_from([900, 1, 2]), lateness),
    st.tuples(st.just("ask"), st.sampled_from(REQUESTS), st.sampled_from(DESKS), ages, st.booleans()),
    st.tuples(st.just("ask"), st.sampled_from(REQUESTS), st.sampled_from(DESKS), ages, st.just(value=True)),
    st.tuples(st.just("name"), st.sampled_from(DESKS), st.integers(0, 20)),
    st.tuples(st.just("pass"), st.sampled_from(["in", "out"]), lateness),
    st.tuples(st.just("recount"), st.integers(-2, 90), ages),
    st.tuples(st.just("vote"), st.integers(0, 2), st.booleans(), lateness),
    st.tuples(st.just("presence"), st.sampled_from(["seat-1", "seat-2", "salon"]), st.booleans(), lateness),
    st.tuples(st.just("help"), st.sampled_from([messages.HelpRequested, messages.HelpAcknowledged]), ages),
    st.tuples(st.just("device"), st.sampled_from(["ok", "failed"])),
    st.tuples(st.just("node")),
)
days = st.lists(st.tuples(times, steps), max_size=60)
thorough = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def live(site: compiled.Site, day: list[tuple[float, tuple[Any, ...]]]) -> Tent:
    """A tent that lived through these steps, from an empty journal."""
    tent = Tent(site)
    for seconds, step in day:
        tent.wait(seconds)
        take(tent, *step)
    return tent


def take(tent: Tent, name: str, *values: Any) -> None:  # noqa: C901 one line for each thing that can happen
    def ago(seconds: float) -> int:
        return tent.now_ns - round(seconds * SECOND)

    match name:
        case "tick":
            tent.tick()
        case "draw":
            service, kiosk, late = values
            number = tent.hall.state.leases.get(kiosk, {}).get(service, f"{LETTERS[service]}001")
            tent.draw(service, kiosk, number=number, at_ns=ago(late))
        case "other":
            service, count, late = values
            tent.draw(service, number=f"{LETTERS[service]}{count:03d}", at_ns=ago(late))
        case "ask":
            request, desk, age_ms, knows_call = values
            seen = {} if knows_call else {"call": "another"}
            tent.ask(request, desk, age_ms=age_ms, **seen)
        case "name":
            desk, which = values
            tickets = [*tent.hall.state.visits, "nobody"]
            tent.next(desk, ticket=tickets[which % len(tickets)])
        case "pass":
            direction, late = values
            tent.send("door", messages.PassageCounted(device="door", direction=direction), at_ns=ago(late))
        case "recount":
            people, age_ms = values
            body = messages.RecountRequested(device="c", key=tent.key(), people=people)
            tent.send(DASHBOARD, body, age_ms=age_ms)
        case "vote":
            answer, fast, late = values
            vote = messages.VoteCast(
                device="p", barometer="mood", question="mood", answer=answer, too_fast=fast
            )
            tent.send("barometer", vote, at_ns=ago(late))
        case "presence":
            subject, taken, late = values
            kind = "room" if subject == "salon" else "seat"
            presence = messages.PresenceChanged(device="s", subject=subject, kind=kind, taken=taken)  # type: ignore[arg-type]  # a literal
            tent.send("seats", presence, at_ns=ago(late))
        case "help":
            request, age_ms = values
            tent.send("salon", request(device="h", key=tent.key(), room="salon"), age_ms=age_ms)
        case "device":
            tent.send("kiosk-a", messages.DeviceChanged(device="printer", state=values[0], detail="papier"))
        case "node":
            tent.send("kiosk-a", messages.NodeStarted(device="", version="1", model="4B", pins="mock"))


def folded(site: compiled.Site, journal: list[tuple[int, Decision]]) -> Hall:
    hall = Hall(site)
    for offset, decision in journal:
        hall.apply(offset, decision)
    return hall


def decided(tent: Tent) -> list[tuple[int, Decision]]:
    return [(event.offset, decision) for event, decisions in tent.journal for decision in decisions]


@thorough
@given(day=days)
def test_the_fold_of_the_journalled_decisions_is_the_live_state(site: compiled.Site, day: list[Any]) -> None:
    tent = live(site, day)
    journal = [(offset, decode_decision(msgspec.json.encode(decision))) for offset, decision in decided(tent)]
    again = folded(site, journal)
    assert again.snapshot() == tent.hall.snapshot()
    assert again.views(tent.now_ns) == tent.hall.views(tent.now_ns)


@thorough
@given(day=days)
def test_deciding_changes_nothing_and_says_the_same_twice(site: compiled.Site, day: list[Any]) -> None:
    tent = live(site, day)
    halls = Hall(site)
    for event, decisions in tent.journal:
        before = halls.snapshot()
        assert halls.decide(event) == decisions
        assert halls.snapshot() == before
        for decision in decisions:
            halls.apply(event.offset, decision)


@thorough
@given(day=days)
def test_a_hall_restored_from_its_snapshot_knows_and_decides_the_same(
    site: compiled.Site, day: list[Any]
) -> None:
    tent = live(site, day)
    again = Hall.restore(site, tent.hall.snapshot())
    assert again.state == tent.hall.state
    assert again.views(tent.now_ns) == tent.hall.views(tent.now_ns)
    tent.wait(60)
    tick = tent.event("hall", messages.TimePassed(device=""))
    assert again.decide(tick) == tent.hall.decide(tick)


@thorough
@given(day=days)
def test_fields_of_later_versions_are_ignored(site: compiled.Site, day: list[Any]) -> None:
    tent = live(site, day)
    journal = []
    for offset, decision in decided(tent):
        later = json.loads(msgspec.json.encode(decision))
        later["weather"] = "rain"
        if "visit" in later:
            later["visit"]["mood"] = {"good": True}
        journal.append((offset, decode_decision(json.dumps(later).encode())))
    assert folded(site, journal).snapshot() == tent.hall.snapshot()


@thorough
@given(day=days)
def test_a_closed_day_need_not_be_folded_again(site: compiled.Site, day: list[Any]) -> None:
    tent = live(site, [(0, ("tick",)), *day, (90_000, ("tick",)), (10, ("draw", "info", "kiosk-a", 0.0))])
    journal = decided(tent)
    last = max(index for index, (_, decision) in enumerate(journal) if isinstance(decision, DayEnded))
    assert folded(site, journal[last:]).snapshot() == tent.hall.snapshot()


@thorough
@given(day=days)
def test_every_request_has_exactly_one_answer_and_nothing_else_has_any(
    site: compiled.Site, day: list[Any]
) -> None:
    for event, decisions in live(site, day).journal:
        expected = 1 if isinstance(event.body, messages.Request) else 0
        assert len(every(RequestAnswered, decisions)) == expected


@thorough
@given(day=days)
def test_no_visit_is_lost_between_drawn_and_ended(site: compiled.Site, day: list[Any]) -> None:
    state = live(site, [*day, (0, ("tick",))]).hall.state
    tally = state.tally
    running = Counter(visit.state for visit in state.visits.values())
    assert running["no_show"] == tally.no_show
    open_visits = running["waiting"] + running["called"] + running["serving"]
    assert tally.drawn == open_visits + tally.served + tally.left + tally.no_show
    for desk in state.desks.values():
        for ticket in filter(None, (desk.ticket, desk.ahead)):
            assert state.visits[ticket].state in ("called", "serving")
    held = [ticket for desk in state.desks.values() for ticket in (desk.ticket, desk.ahead) if ticket]
    assert len(held) == len(set(held)) == running["called"] + running["serving"]


@thorough
@given(day=days)
def test_no_number_is_leased_twice_and_none_that_somebody_holds(site: compiled.Site, day: list[Any]) -> None:
    state = live(site, [*day, (0, ("tick",))]).hall.state
    leased = [number for leases in state.leases.values() for number in leases.values()]
    assert len(leased) == len(set(leased)) == 8
    assert not set(leased) & set(state.numbers)


@thorough
@given(day=days)
def test_the_count_of_people_is_never_below_zero(site: compiled.Site, day: list[Any]) -> None:
    for count in live(site, day).hall.state.occupancies.values():
        assert count.inside is None or count.inside >= 0


@thorough
@given(day=days)
def test_a_discreet_number_never_shows_in_public(site: compiled.Site, day: list[Any]) -> None:
    tent = live(site, day)
    for key, view in tent.views().items():
        if key[0] != "private" and key[:2] != ("view", "kiosk"):
            assert re.search(r"Z\d{3}", msgspec.json.encode(view).decode()) is None, key
    for _, decisions in tent.journal:
        assert not any(answer.number.startswith("Z") for answer in every(RequestAnswered, decisions))


@thorough
@given(day=days)
def test_a_deadline_is_over_once_its_moment_was_told(site: compiled.Site, day: list[Any]) -> None:
    tent = live(site, [*day, (0, ("tick",))])
    for _ in range(20):
        deadline = tent.hall.next_deadline_ns()
        assert deadline is not None
        if deadline > tent.now_ns:
            return
        tent.tick()
    raise AssertionError("the hall asks for the same moment again and again")


GOLDEN = Path(__file__).parent / "journals"


def test_the_journals_of_earlier_versions_still_give_their_states(site: compiled.Site) -> None:
    """To add one: ``python -m tests.hall.golden NAME``; an old one is never written again."""
    journals = sorted(GOLDEN.glob("*.jsonl"))
    assert journals
    for journal in journals:
        hall = Hall(site)
        for line in journal.read_text(encoding="utf-8").splitlines():
            offset, raw = msgspec.json.decode(line, type=tuple[int, msgspec.Raw])
            hall.apply(offset, decode_decision(raw))
        kept = msgspec.json.decode(journal.with_suffix(".state.json").read_bytes(), type=State)
        assert hall.state == kept, journal.name


def test_the_first_event_begins_the_day_whatever_it_is(site: compiled.Site) -> None:
    tent = Tent(site)
    tent.draw("info", number="A001")
    assert tent.hall.state.day.day == "2016-06-08"
    assert tent.hall.state.day.ends_ns == moment("2016-06-09T00:00")
    assert tent.hall.state.tally.drawn == 1
