"""Whatever happens in whatever order, a day's visits stay whole: hypothesis plays any day it can think of.

Two kiosks, one of which is cut off for hours; every request of a desk, timely, stale or repeated; presses
taken back; phones; midnight. The rules are checked after every step by a second, simpler account of them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.numbers import label
from broker.contract.topics import DASHBOARD
from hall.decisions import Decision, RequestAnswered, TicketCalled, decode_decision
from hall.hall import Hall
from hall.measures import WaitMeasure
from hall.space import Crowd
from hall.state import State
from hall.visit import CLOSED, Visit
from tests.hall.hall_tent import MINUTE, Tent, every, only
from tests.hall.small_site import small_site, text

LETTERS = {"info": "A", "family": "F", "care": "Z", "civil": "E"}
SERVICES = sorted(LETTERS)
DESKS = ["one", "two", "quiet", "inside"]
PLAIN: list[type[messages.DeskRequest]] = [
    messages.RecallRequested,
    messages.StartRequested,
    messages.NoShowRequested,
    messages.DoneRequested,
    messages.ParkRequested,
    messages.PauseRequested,
    messages.OpenRequested,
    messages.CloseRequested,
]
ABOUT_A_TICKET = [messages.ReinstateRequested, messages.RemoveRequested]

services = st.sampled_from(SERVICES)
desks = st.sampled_from(DESKS)
kiosks = st.sampled_from(["kiosk-a", "kiosk-b"])
which = st.integers(0, 30)


def a_site() -> compiled.Site:
    """The small site, with desks that have steps, outcomes, and a desk that shares the discreet service."""
    site = small_site()
    outcomes = [
        compiled.Outcome(id="done", name=text("Fait"), served=True),
        compiled.Outcome(id="papers", name=text("Pièces manquantes"), served=False),
    ]
    return replace(
        site, outcomes=outcomes, desks=[replace(desk, step_free=desk.id != "two") for desk in site.desks]
    )


class AnyDay(RuleBasedStateMachine):
    """Everything that can happen to a queue."""

    @initialize()
    def the_doors_open(self) -> None:
        self.tent = Tent(a_site())
        self.tent.tick()
        self.held: list[tuple[str, int]] = []  # drawn by the kiosk that is cut off
        self.reserve: Counter[str] = Counter()
        self.tokens = 0
        self.last: messages.DeskRequest | None = None
        self.points: dict[tuple[str, str, int], WaitMeasure] = {}

    # What happens ------------------------------------------------------------------------------

    @rule(seconds=st.one_of(st.floats(0, 40), st.floats(0, 900), st.floats(0, 7_200)))
    def time_passes(self, seconds: float) -> None:
        self.tent.wait(seconds)
        self.send("hall", messages.TimePassed(device=""))

    @rule()
    def the_night_passes(self) -> None:
        self.tent.now_ns = self.state.day.ends_ns + 8 * 60 * MINUTE
        self.reserve.clear()
        self.last = None  # by its age it would be stale long before
        self.send("hall", messages.TimePassed(device=""))
        assert self.state.visits == {}
        assert all(number.endswith(("001", "002")) for number in self.leased())

    @rule(service=services, exercise=st.booleans(), late_s=st.sampled_from([0, 0, 0, 200, 400]))
    def a_ticket_is_drawn(self, service: str, exercise: bool, late_s: int) -> None:
        self.tokens += 1
        body = messages.TicketDrawn(
            device="kiosk",
            service=service,
            number=self.state.leases["kiosk-a"][service],
            token=token(self.tokens),
            exercise=exercise and self.tokens % 3 == 0,
        )
        self.send("kiosk-a", body, at_ns=max(self.state.day.starts_ns, self.tent.now_ns - late_s * 10**9))

    @rule(service=services)
    def a_kiosk_that_is_cut_off_draws_from_its_own_series(self, service: str) -> None:
        count = 900 + self.reserve[service]
        if count < 1_000:
            self.reserve[service] += 1
            self.tent.now_ns += 1
            self.held.append((label(LETTERS[service], count), self.tent.now_ns))

    @rule()
    def the_kiosk_comes_back(self) -> None:
        for number, at_ns in self.held:
            service = next(name for name, letter in LETTERS.items() if letter == number[0])
            self.tokens += 1
            body = messages.TicketDrawn(
                device="kiosk", service=service, number=number, reserve=True, token=token(self.tokens)
            )
            self.send("kiosk-b", body, at_ns=at_ns)
        self.held = []

    @rule(place=which)
    def somebody_leaves_by_phone(self, place: int) -> None:
        self.send(DASHBOARD, messages.VisitorLeft(device="phone", token=token(place)))

    # What agents press -------------------------------------------------------------------------

    @rule(desk=desks)
    def next_of_the_queue(self, desk: str) -> None:
        waiting = [visit for visit in self.state.visits.values() if self.may_be_called(desk, visit)]
        ahead = self.state.desk(desk).ahead
        answer = self.press(messages.NextRequested, desk)
        called = every(TicketCalled, self.tent.journal[-1][1])
        if ahead:
            assert self.state.desk(desk).ticket == ahead
        elif waiting:
            assert answer.accepted
            best = max(self.score(visit) for visit in waiting)
            assert self.score(only(TicketCalled, list(called)).visit) == best
        else:
            assert answer.reason == "empty_queue"

    @rule(desk=desks, service=services)
    def next_of_one_service(self, desk: str, service: str) -> None:
        if self.press(messages.NextRequested, desk, service=service).accepted:
            running = self.state.visits.get(self.state.desk(desk).ticket)
            assert running is None or running.service == service

    @rule(desk=desks, place=which)
    def a_chosen_ticket(self, desk: str, place: int) -> None:
        ticket = self.ticket(place)
        if self.press(messages.NextRequested, desk, ticket=ticket).accepted:
            assert self.state.desk(desk).ticket == ticket

    @rule(desk=desks, service=services, count=st.sampled_from([1, 2, 900, 901, 902]))
    def a_number_is_called(self, desk: str, service: str, count: int) -> None:
        self.press(messages.NextRequested, desk, number=label(LETTERS[service], count))

    @precondition(lambda self: self.held != [])
    @rule(desk=desks, ends=st.booleans())
    def a_number_on_paper_is_called_that_nobody_heard_of(self, desk: str, ends: bool) -> None:
        number, _ = self.held[-1]
        if self.press(messages.NextRequested, desk, number=number).accepted and ends:
            self.press(messages.DoneRequested, desk)

    @rule(desk=desks, request=st.sampled_from(PLAIN), age_ms=st.sampled_from([0, 0, 0, 0, 11_000, None]))
    def a_button(self, desk: str, request: type[messages.DeskRequest], age_ms: int | None) -> None:
        if age_ms != 0:
            before = self.everything()
            assert self.press(request, desk, age_ms=age_ms).reason == "stale"
            assert self.everything() == before
        else:
            self.press(request, desk)

    @rule(desk=desks)
    def a_visitor_does_not_come(self, desk: str) -> None:
        for _ in range(self.tent.site.rules.recalls_before_no_show):
            self.tent.wait(self.tent.site.rules.recall_interval_s)
            self.press(messages.RecallRequested, desk)
        self.tent.wait(self.tent.site.rules.recall_interval_s)
        self.press(messages.NoShowRequested, desk)

    @rule(desk=desks, outcome=st.sampled_from(["", "done", "papers", "no-such"]))
    def what_was_done(self, desk: str, outcome: str) -> None:
        self.press(messages.DoneRequested, desk, outcome=outcome)

    @rule(desk=desks, service=services, to_desk=st.sampled_from(["", *DESKS]))
    def a_transfer(self, desk: str, service: str, to_desk: str) -> None:
        visit = self.state.visits.get(self.state.desk(desk).ticket)
        if self.press(messages.TransferRequested, desk, service=service, to_desk=to_desk).accepted:
            assert visit is not None
            now = self.state.visits[visit.ticket]
            assert (now.arrived_ns, now.service, now.only_desk) == (visit.arrived_ns, service, to_desk)

    @rule(desk=desks, given=st.lists(services, unique=True, max_size=3))
    def other_services(self, desk: str, given: list[str]) -> None:
        self.press(messages.ServicesRequested, desk, services=given)

    @rule(desk=desks, place=which, request=st.sampled_from(ABOUT_A_TICKET))
    def the_queue_by_hand(self, desk: str, place: int, request: type[messages.TicketRequest]) -> None:
        self.press(request, desk, ticket=self.ticket(place))

    @rule(desk=desks, place=which, priority=st.booleans(), step_free=st.booleans())
    def another_class(self, desk: str, place: int, priority: bool, step_free: bool) -> None:
        fields = {"ticket": self.ticket(place), "priority": priority, "step_free": step_free}
        self.press(messages.ChangeRequested, desk, **fields)

    @rule(desk=desks, service=services)
    def a_visit_without_paper(self, desk: str, service: str) -> None:
        held = {*self.leased(), *self.state.numbers}
        assert self.press(messages.AddRequested, desk, service=service).accepted
        visit = list(self.state.visits.values())[-1]
        assert visit.number not in held
        assert not 900 <= int(visit.number[1:]) % 1_000 < 1_000

    # Presses that must not act, or not for long ---------------------------------------------------

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_same_press_comes_once_more(self) -> None:
        assert self.last is not None
        before = self.everything()
        made = self.send(DASHBOARD, self.last)
        assert only(RequestAnswered, made).reason == "repeated"
        assert self.everything() == before

    @rule(desk=desks, request=st.sampled_from([messages.NextRequested, *PLAIN[1:6]]))
    def a_press_about_another_call(self, desk: str, request: type[messages.DeskRequest]) -> None:
        before = self.everything()
        assert self.press(request, desk, call="another").reason == "overtaken"
        assert self.everything() == before

    @rule(
        desk=desks,
        place=which,
        service=services,
        request=st.sampled_from(
            [
                *PLAIN[1:],
                messages.NextRequested,
                messages.NextRequested,
                messages.TransferRequested,
                messages.ServicesRequested,
                messages.AddRequested,
                *ABOUT_A_TICKET,
            ]
        ),
        elsewhere=st.booleans(),
    )
    def a_press_is_taken_back(
        self,
        desk: str,
        place: int,
        service: str,
        request: type[messages.DeskRequest],
        elsewhere: bool,
    ) -> None:
        fields: dict[str, Any] = {}
        if request in (messages.TransferRequested, messages.AddRequested):
            fields["service"] = service
        elif request is messages.ServicesRequested:
            fields["services"] = [service]
        elif request in ABOUT_A_TICKET or (request is messages.NextRequested and place % 2):
            fields["ticket"] = self.ticket(place)
        elif request is messages.NextRequested and place % 3 == 0:
            fields["number"] = label(LETTERS[service], 900 + place)
        before = self.everything()
        answer = self.press(request, desk, **fields)
        if not answer.accepted:
            assert self.everything() == before
            return
        if elsewhere:
            self.send("hall", messages.TimePassed(device=""))
            if self.state.desk("inside").ahead not in ("", before.desks.get("inside", CLOSED).ahead):
                return  # somebody was sent on meanwhile
        undone = self.press(messages.UndoRequested, desk, undoes=answer.key)
        assert undone.accepted, undone.reason
        assert self.everything() == before

    @rule(desk=desks)
    def the_latest_press_is_taken_back_if_it_can_be(self, desk: str) -> None:
        kept = self.state.undos.get(desk)
        key = "no such key" if kept is None else kept.key
        answer = self.press(messages.UndoRequested, desk, undoes=key)
        if kept is None:
            assert answer.reason == "nothing_to_undo"
        elif self.tent.now_ns > kept.at_ns + 10 * 10**9:
            assert answer.reason == "too_late"

    # What is true at any moment ------------------------------------------------------------------

    @invariant()
    def no_visit_is_lost_and_the_counts_add_up(self) -> None:
        tally = self.state.tally
        real = Counter(visit.state for visit in self.state.visits.values() if not visit.exercise)
        here = real["waiting"] + real["parked"] + real["called"] + real["serving"]
        assert (real["left"], real["no_show"]) == (tally.left, tally.no_show)
        assert tally.drawn == here + tally.served + tally.unserved + tally.left + tally.no_show
        assert tally.drawn == sum(tally.drawn_by_service.values())
        assert tally.served == sum(tally.served_by_service.values())
        assert min(tally.waits, tally.within_target, tally.promises, tally.beyond_p90) >= 0
        assert tally.within_target <= tally.waits <= tally.drawn * 3

    @invariant()
    def one_visit_a_desk_and_one_desk_a_visit(self) -> None:
        held = [
            ticket for now in self.state.desks.values() for ticket in (now.ticket, now.ahead) if ticket != ""
        ]
        running = [
            visit.ticket for visit in self.state.visits.values() if visit.state in ("called", "serving")
        ]
        assert sorted(held) == sorted(running)
        for name, now in self.state.desks.items():
            assert bool(now.ticket) == bool(now.call) == (now.state in ("called", "serving"))
            if now.ticket:
                visit = self.state.visits[now.ticket]
                assert (visit.state, visit.desk, visit.call) == (now.state, name, now.call)

    @invariant()
    def no_number_is_given_twice(self) -> None:
        leased = self.leased()
        assert len(leased) == len(set(leased))
        assert not set(leased) & set(self.state.numbers)

    @invariant()
    def nothing_discreet_is_public(self) -> None:
        for key, view in self.tent.views().items():
            if key[0] != "private" and key[:2] != ("view", "kiosk"):
                assert re.search(r"Z\d{3}", msgspec.json.encode(view).decode()) is None, key

    @invariant()
    def the_store_counts_as_the_hall_does(self) -> None:
        day = self.state.day
        today = [point for point in self.points.values() if day.holds(point.at_ns)]
        counted = Counter(point.outcome for point in today)
        tally = self.state.tally
        ends = (tally.served, tally.unserved, tally.left, tally.no_show)
        assert tuple(counted[end] for end in ("served", "unserved", "left", "no_show")) == ends
        assert len(today) - counted["undone"] - counted["transferred"] == tally.drawn

    @invariant()
    def consoles_and_phones_show_everybody(self) -> None:
        views = self.tent.views()
        told = {one.token for name in LETTERS for one in views["private", "queue", name].tickets}
        assert told == {visit.token for visit in self.state.visits.values() if visit.token}
        for desk in DESKS:
            console = views["private", "desk", desk]
            listed = [one.ticket for one in (*console.waiting, *console.aside)]
            assert len(listed) == len(set(listed))
            assert console.ticket not in listed

    def teardown(self) -> None:
        """The journal alone gives the same hall."""
        if not hasattr(self, "tent"):
            return
        again = Hall(a_site())
        for event, decisions in self.tent.journal:
            for decision in decisions:
                again.apply(event.offset, decode_decision(msgspec.json.encode(decision)))
        assert again.snapshot() == self.tent.hall.snapshot()
        assert again.views(self.tent.now_ns) == self.tent.hall.views(self.tent.now_ns)

    # Inside --------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What the hall knows."""
        return self.tent.hall.state

    def send(self, node: str, body: messages.AnyBody, **when: Any) -> list[Decision]:
        """One event, at a nanosecond of its own; one answer to a request, none to anything else."""
        self.tent.now_ns += 1
        made = self.tent.send(node, body, **when)
        assert len(every(RequestAnswered, made)) == isinstance(body, messages.Request)
        for measure in self.tent.measures():
            if isinstance(measure, WaitMeasure):
                self.points[measure.service, measure.node, measure.at_ns] = measure
        return made

    def press(self, request: type[messages.DeskRequest], desk: str, **fields: Any) -> RequestAnswered:
        """A press at a desk, about the call that runs there unless it says otherwise."""
        age_ms = fields.pop("age_ms", 0)
        fields = {"key": self.tent.key(), "call": self.state.desk(desk).call, **fields}
        body: Any = request(device="console", desk=desk, **fields)
        made = self.send(DASHBOARD, body, age_ms=age_ms)
        answer = only(RequestAnswered, made)
        if age_ms == 0:
            self.last = body
        assert not answer.number.startswith("Z")
        return answer

    def may_be_called(self, desk: str, visit: Visit) -> bool:
        """The rule of who may be called by the queue's order, told once more."""
        if visit.state != "waiting" or visit.late or (visit.step_free and desk == "two"):
            return False
        if visit.only_desk and self.state.desk(visit.only_desk).state != "closed":
            return visit.only_desk == desk
        known = next(one for one in self.tent.site.desks if one.id == desk)
        return visit.service in (self.state.desk(desk).services or known.services)

    def score(self, visit: Visit) -> float:
        """Minutes since the arrival times the rate, told once more."""
        rate = self.tent.site.service(visit.service).rate * (3 if visit.priority else 1)
        return max(0, self.tent.now_ns - visit.arrived_ns) / MINUTE * rate

    def ticket(self, place: int) -> str:
        """One of today's tickets, or none."""
        known = [*self.state.visits, "nobody"]
        return known[place % len(known)]

    def leased(self) -> list[str]:
        """The numbers that kiosks hold."""
        return [number for leases in self.state.leases.values() for number in leases.values()]

    def everything(self) -> State:
        """What a press that does not act, or was taken back, leaves alone.

        Numbers are labels that only go up; nothing and zero are the same.
        """
        state = Hall.restore(self.tent.site, self.tent.hall.snapshot()).state
        state.keys, state.undos, state.offset, state.counters, state.leases = {}, {}, 0, {}, {}
        state.desks = {desk: now for desk, now in state.desks.items() if now != CLOSED}
        state.visits = dict(sorted(state.visits.items()))
        state.unheard = {  # the visit itself is what counts while it is open
            number: state.visits.get(visit.ticket, visit) for number, visit in state.unheard.items()
        }
        state.crowd, state.border, state.half_hours, state.usual = Crowd(), None, [], {}  # time passes
        state.uses = {}
        state.queues = {}  # they learn from other calls as time passes, never from one that can be taken back
        settled_ns = self.tent.now_ns - (self.tent.site.rules.undo_s - 1) * SECOND
        state.unlearned = [wait for wait in state.unlearned if wait.at_ns > settled_ns]
        state.errors = {service: ratios for service, ratios in state.errors.items() if ratios}
        tally = state.tally
        tally.drawn_by_service = {one: count for one, count in tally.drawn_by_service.items() if count}
        tally.served_by_service = {one: count for one, count in tally.served_by_service.items() if count}
        return state


def token(count: int) -> str:
    """The hash of a ticket's web token."""
    return hashlib.sha256(str(count).encode()).hexdigest()


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],  # explaining traces every line: minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
