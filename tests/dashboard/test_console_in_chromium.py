"""The console, calls for help and the supervisor's page in a real browser, over made-up views."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from broker.clock import SECOND
from broker.contract import messages
from broker.contract.messages import Answer
from broker.contract.views import (
    Alert,
    AlertsView,
    ConsoleView,
    DeskLoad,
    QueueLoad,
    SupervisionView,
    Undoable,
    WaitingTicket,
)
from tests.dashboard.afternoon import MINUTE, NOW_NS
from tests.dashboard.conftest import Served

NOBODY = {"call": "", "ticket": "", "number": "", "service": "", "arrived_ns": None}
MAIN = "[data-place-of=main] .action"


def waiting(name: str, number: str, service: str = "information", **more: Any) -> WaitingTicket:
    late = more.pop("late", False)
    return WaitingTicket(
        ticket=name, number=number, service=service, arrived_ns=NOW_NS - 9 * MINUTE, late=late, **more
    )


def desk(**changed: Any) -> ConsoleView:
    seen = ConsoleView(
        at_ns=NOW_NS,
        desk="info",
        state="called",
        since_ns=NOW_NS,
        call="c1",
        ticket="t0",
        number="A031",
        service="information",
        arrived_ns=NOW_NS - 13 * MINUTE,
        discreet=False,
        recalls=0,
        no_show_allowed_ns=None,
        waiting=[waiting("t1", "A032"), waiting("t2", "B011", "dossier")],
        services=["information", "dossier"],
    )
    return replace(seen, **changed)


@pytest.fixture
def at_desk(served: Served, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens the console of desk ``info`` in a state, and waits until it is shown."""

    def opened(*, expected: str = "no error", **changed: Any) -> Page:
        seen = desk(**changed)
        served.afternoon.publish("private/desk/info", seen)
        page = open_page("/guichet/info", expected=expected)
        expect(page.locator(".ticket")).to_have_attribute("data-state", seen.state)
        return page

    return opened


def pressed(served: Served, page: Page, act: Callable[[], object]) -> messages.AnyBody:
    """What an action records."""
    before = len(served.kept.bodies)
    with page.expect_response(lambda response: response.request.method == "POST"):
        act()
    assert len(served.kept.bodies) == before + 1
    return served.kept.bodies[-1]


def answer(served: Served, request: messages.AnyBody, **values: Any) -> None:
    assert isinstance(request, messages.Request)
    told = Answer(**{"key": request.key, "accepted": True, **values})
    served.afternoon.publish("answer/dashboard", told)


# What comes next ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "action", "words"),
    [
        ("closed", "open", "Ouvrir le guichet"),
        ("free", "next", "Appeler le suivant"),
        ("called", "start", "La personne est là"),
        ("serving", "done", "Terminer"),
        ("paused", "open", "Reprendre"),
    ],
)
def test_one_large_button_says_what_comes_next(at_desk, state: str, action: str, words: str):
    nobody = {} if state in {"called", "serving"} else NOBODY
    page = at_desk(state=state, **nobody)
    main = page.locator(MAIN)
    expect(main).to_have_count(1)
    expect(main).to_have_attribute("data-action", action)
    expect(main.locator(".label")).to_have_text(words)
    sizes = [
        box["width"] * box["height"]
        for one in page.locator("button:visible").all()
        if (box := one.bounding_box())
    ]
    mine = main.bounding_box()
    assert mine is not None
    assert mine["width"] * mine["height"] == max(sizes)


def test_what_ends_or_stops_something_stands_apart_from_what_goes_on(at_desk):
    page = at_desk(state="called", no_show_allowed_ns=NOW_NS)
    apart = page.locator("[data-place-of=apart]")
    expect(apart.locator("[data-action=no_show]")).to_be_visible()
    beside, below = page.locator("[data-place-of=beside]").bounding_box(), apart.bounding_box()
    assert beside is not None
    assert below is not None
    assert below["y"] > beside["y"] + beside["height"]


def test_focus_stays_on_what_comes_next(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)
    page.locator(MAIN).focus()
    served.afternoon.publish("private/desk/info", desk())
    expect(page.locator(MAIN)).to_have_attribute("data-action", "start")
    expect(page.locator(MAIN)).to_be_focused()


def test_a_double_click_calls_one_visitor_and_starts_nothing(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)

    def called_at_once(route):
        route.continue_()
        served.afternoon.publish("private/desk/info", desk())

    page.route("**/guichet/info/next", called_at_once)
    page.locator(MAIN).dblclick(delay=60)
    expect(page.locator(MAIN)).to_have_attribute("data-action", "start")
    expect(page.locator("[data-feedback]")).to_have_text("Transmission…")
    assert [type(body) for body in served.kept.bodies] == [messages.NextRequested]


def test_the_key_of_something_that_stands_nowhere_now_ends_no_visit(served: Served, at_desk):
    page = at_desk(state="called")
    page.keyboard.press("n")
    expect(page.locator("[data-feedback]")).to_contain_text("pas maintenant")
    assert served.kept.bodies == []


# Every request ------------------------------------------------------------------------------------

SERVING = {"state": "serving", "waiting": [waiting("t1", "A032"), waiting("t2", "B011", "dossier")]}


@pytest.mark.parametrize(
    ("state", "key", "kind"),
    [
        ({"state": "free", **NOBODY}, "n", messages.NextRequested),
        ({}, "s", messages.StartRequested),
        ({}, "r", messages.RecallRequested),
        ({"no_show_allowed_ns": NOW_NS}, "a", messages.NoShowRequested),
        (SERVING, "d", messages.DoneRequested),
        (SERVING, "n", messages.NextRequested),
        (SERVING, "p", messages.PauseRequested),
        (SERVING, "f", messages.CloseRequested),
        ({"state": "paused", **NOBODY}, "o", messages.OpenRequested),
    ],
)
def test_a_key_presses_its_action_in_the_name_of_who_is_signed_in(
    served: Served, at_desk, state: dict[str, Any], key: str, kind: type[messages.DeskRequest]
):
    page = at_desk(**state)
    request = pressed(served, page, lambda: page.keyboard.press(key))
    assert type(request) is kind
    assert request.by == "demo-supervisor"
    assert request.desk == "info"


def test_a_desk_opens_with_the_services_that_were_ticked(served: Served, at_desk):
    page = at_desk(state="closed", **NOBODY)
    page.get_by_text("Un autre service…").click()
    page.locator("[name=gives][value=dossier]").uncheck(force=True)
    page.locator("[name=gives][value=etat-civil]").check(force=True)
    request = pressed(served, page, page.locator(MAIN).click)
    assert isinstance(request, messages.OpenRequested)
    assert request.services == ["information", "etat-civil"]


def test_a_desk_opens_with_its_usual_services_untouched(served: Served, at_desk):
    page = at_desk(state="closed", **NOBODY)
    request = pressed(served, page, page.locator(MAIN).click)
    assert isinstance(request, messages.OpenRequested)
    assert request.services == []


def test_what_was_done_is_said_in_the_same_press_that_ends_the_visit(served: Served, at_desk):
    page = at_desk(**SERVING)
    outcomes = served.afternoon.site.outcomes
    buttons = page.locator("[data-outcome]")
    expect(buttons).to_have_count(len(outcomes))
    request = pressed(served, page, lambda: page.keyboard.press("2"))
    assert isinstance(request, messages.DoneRequested)
    assert request.outcome == outcomes[1].id
    unserved = next(outcome for outcome in outcomes if not outcome.served)
    expect(page.locator(f"[data-outcome={unserved.id}] svg")).to_be_visible()  # not by colour alone


def test_a_visit_is_transferred_to_a_colleague_with_a_note(served: Served, at_desk):
    page = at_desk(**SERVING)
    page.keyboard.press("t")
    box = page.locator("#ask-transfer")
    expect(box.locator("[data-gives-services]:visible")).to_have_count(0)
    box.locator("[name=service][value=etat-civil]").check(force=True)
    box.locator("[name=to_desk][value=etat-civil]").check(force=True)
    box.locator("[name=note]").fill("A déjà ses papiers")
    request = pressed(served, page, box.locator("[value=send]").click)
    assert isinstance(request, messages.TransferRequested)
    assert (request.service, request.to_desk, request.note) == (
        "etat-civil",
        "etat-civil",
        "A déjà ses papiers",
    )
    answer(served, request, number="A031")
    expect(page.locator("[data-feedback]")).to_have_text("A031 est transféré, sa place est gardée.")


def test_a_question_that_is_left_sends_nothing(served: Served, at_desk):
    page = at_desk(**SERVING)
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    expect(page.locator("#ask-transfer")).to_be_hidden()
    page.keyboard.press("g")
    page.locator("#ask-park").get_by_text("Retour").click()
    expect(page.locator("#ask-park")).to_be_hidden()
    assert served.kept.bodies == []


def test_a_visit_is_set_aside_with_a_word_and_called_again_from_the_list(served: Served, at_desk):
    page = at_desk(**SERVING)
    page.keyboard.press("g")
    page.locator("#ask-park [name=note]").fill("Remplit le formulaire")
    request = pressed(served, page, lambda: page.keyboard.press("Enter"))
    assert isinstance(request, messages.ParkRequested)
    assert request.note == "Remplit le formulaire"
    parked = waiting("t0", "A031", state="parked", desk="info", note="Remplit le formulaire")
    served.afternoon.publish("private/desk/info", desk(state="free", **NOBODY, aside=[parked]))
    row = page.locator("[data-aside-list] [data-ticket=t0]")
    expect(row).to_contain_text("mis de côté")
    expect(row).to_contain_text("Remplit le formulaire")
    row.click()
    request = pressed(served, page, page.locator("#ask-ticket [value=call]").click)
    assert isinstance(request, messages.NextRequested)
    assert request.ticket == "t0"


ASIDE = [
    waiting("n", "A021", state="no_show"),
    waiting("l", "A022", state="left"),
    waiting("late", "A701", late=True),
]


@pytest.mark.parametrize("ticket", ["n", "l", "late"])
def test_who_came_back_or_came_late_is_put_back_in_the_queue(served: Served, at_desk, ticket: str):
    page = at_desk(state="free", **NOBODY, aside=ASIDE)
    page.locator(f"[data-aside-list] [data-ticket={ticket}]").click()
    request = pressed(served, page, page.locator("#ask-ticket [value=reinstate]").click)
    assert isinstance(request, messages.ReinstateRequested)
    assert request.ticket == ticket


def test_a_waiting_visit_is_called_changed_or_closed_by_hand(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)
    row = page.locator("[data-queue] [data-ticket=t2]")
    found = []
    for choice in ("call", "priority", "step_free", "remove"):
        row.click()
        found.append(pressed(served, page, page.locator(f"#ask-ticket [value={choice}]").click))
    call, priority, step_free, remove = found
    assert isinstance(call, messages.NextRequested)
    assert call.ticket == "t2"
    assert isinstance(priority, messages.ChangeRequested)
    assert (priority.priority, priority.step_free) == (True, None)
    assert isinstance(step_free, messages.ChangeRequested)
    assert (step_free.priority, step_free.step_free) == (None, True)
    assert isinstance(remove, messages.RemoveRequested)


def test_why_somebody_has_priority_is_asked_nowhere(at_desk):
    page = at_desk(state="free", **NOBODY)
    page.locator("[data-queue] [data-ticket=t1]").click()
    expect(page.locator("#ask-ticket")).to_contain_text("La raison n’est ni demandée ni gardée.")
    assert page.locator("#ask-ticket input, #ask-ticket textarea").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    assert (
        page.locator("#ask-add input[type=text], #ask-add input:not([type]), #ask-add textarea").count() == 0
    )


def test_one_service_of_the_desk_is_called_from(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)
    request = pressed(served, page, page.locator("[data-call-from=dossier]").click)
    assert isinstance(request, messages.NextRequested)
    assert request.service == "dossier"


def test_a_number_that_the_hall_has_not_heard_of_is_called_for_its_service(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)
    page.keyboard.press("c")
    page.locator("#ask-number [name=number]").fill("b701")
    request = pressed(served, page, lambda: page.keyboard.press("Enter"))
    assert isinstance(request, messages.NextRequested)
    assert (request.number, request.service, request.ticket) == ("B701", "dossier", "")


def test_a_typed_number_that_is_in_the_list_calls_that_ticket(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)
    page.keyboard.press("c")
    page.locator("#ask-number [name=number]").fill("A032")
    request = pressed(served, page, lambda: page.keyboard.press("Enter"))
    assert isinstance(request, messages.NextRequested)
    assert (request.ticket, request.number) == ("t1", "")


def test_nobody_chosen_is_called_over_the_head_of_somebody_called(served: Served, at_desk):
    page = at_desk(state="called")
    page.locator("[data-call-from=dossier]").click()
    expect(page.locator("[data-feedback]")).to_contain_text("D’abord")
    assert served.kept.bodies == []


def test_a_visit_without_paper_joins_and_its_number_is_told(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)
    page.keyboard.press("v")
    box = page.locator("#ask-add")
    box.locator("[name=service][value=information]").check(force=True)
    box.locator("[name=step_free]").check(force=True)
    request = pressed(served, page, box.locator("[value=send]").click)
    assert isinstance(request, messages.AddRequested)
    assert (request.service, request.priority, request.step_free) == ("information", False, True)
    answer(served, request, number="A035")
    expect(page.locator("[data-feedback]")).to_contain_text("A035 est dans la file")


def test_the_services_of_an_open_desk_are_changed(served: Served, at_desk):
    page = at_desk(state="free", **NOBODY)
    page.keyboard.press("l")
    box = page.locator("#ask-services")
    expect(box.locator("[name=services][value=information]")).to_be_checked()
    box.locator("[name=services][value=familles]").check(force=True)
    request = pressed(served, page, box.locator("[value=send]").click)
    assert isinstance(request, messages.ServicesRequested)
    assert sorted(request.services) == ["dossier", "familles", "information"]


# Undo, refusals, a link that is down ---------------------------------------------------------------


def test_the_last_request_is_taken_back_while_its_countdown_runs(served: Served, at_desk):
    page = at_desk()
    undo = page.locator("[data-action=undo]")
    expect(undo).to_be_hidden()
    until_ns = served.clock.civil_ns() + 4 * SECOND
    last = Undoable(key="k9", type="desk.next_requested", until_ns=until_ns)
    served.afternoon.publish("private/desk/info", desk(undo=last))
    expect(undo).to_contain_text("3 s")
    request = pressed(served, page, lambda: page.keyboard.press("z"))
    assert isinstance(request, messages.UndoRequested)
    assert request.undoes == "k9"
    expect(undo).to_be_hidden(timeout=10_000)
    page.keyboard.press("z")
    assert len(served.kept.bodies) == 1


WATCH = """() => new MutationObserver(() => (window.shown ??= Date.now()))
  .observe(document.querySelector("[data-feedback]"), {childList: true, subtree: true})"""


def test_an_answer_is_shown_within_a_fifth_of_a_second(served: Served, at_desk):
    page = at_desk()
    request = pressed(served, page, lambda: page.keyboard.press("s"))
    page.evaluate(WATCH)
    answered_ms = time.time() * 1000
    answer(served, request, number="A031")
    expect(page.locator("[data-feedback]")).to_contain_text("L’entretien avec A031")
    assert page.evaluate("window.shown") - answered_ms < 200


def test_an_action_made_while_the_link_is_down_is_refused_at_once_and_never_sent(served: Served, at_desk):
    page = at_desk()
    served.recorder_lives = False
    expect(page.locator("[data-link-state]")).to_be_visible(timeout=15_000)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("o")
    page.keyboard.press("s")
    expect(page.locator("[data-feedback]")).to_contain_text("Non transmis")
    expect(page.locator("[data-feedback]")).to_contain_text("Rien ne sera fait plus tard")
    served.recorder_lives = True
    expect(page.locator("[data-link-state]")).to_be_hidden(timeout=15_000)
    assert posts == []
    assert served.kept.bodies == []


def test_a_refusal_says_why_in_words(served: Served, at_desk):
    page = at_desk()
    request = pressed(served, page, lambda: page.keyboard.press("r"))
    answer(served, request, accepted=False, reason="no_step_free_desk")
    expect(page.locator("[data-feedback]")).to_have_text(
        "Aucun guichet ouvert de ce service n’est sans marche."
    )
    expect(page.locator("[data-feedback]")).to_have_attribute("data-state", "refused")


def test_a_console_whose_account_is_removed_asks_who_is_there(served: Served, at_desk):
    page = at_desk(expected="401")
    page.context.clear_cookies()
    served.afternoon.live.close()
    expect(page.locator(".signin")).to_be_visible(timeout=15_000)
    assert "/connexion" in page.url


# Discreet calls, exercises -------------------------------------------------------------------------


def test_a_discreet_call_says_whom_to_fetch_and_where(at_desk):
    page = at_desk(discreet=True, number="K004", service="conciergerie")
    told = page.locator("[data-field=discreet]")
    expect(told).to_contain_text("K004")
    expect(told).to_contain_text("15 h 29")
    expect(told).to_contain_text("Espace d'attente")


def test_marks_are_words_beside_their_icons(at_desk):
    marked = waiting("t1", "A032", priority=True, step_free=True, exercise=True, note="Revient à 16 h")
    page = at_desk(state="free", **NOBODY, waiting=[marked])
    row = page.locator("[data-queue] [data-ticket=t1]")
    for words in ("prioritaire", "sans marche", "exercice", "Revient à 16 h"):
        expect(row).to_contain_text(words)
    assert row.locator("svg").count() == 4


# Help ---------------------------------------------------------------------------------------------

RINGS = """
let rings = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  document.documentElement.dataset.rings = String((rings += 1));
  return start.apply(this, when);
};
"""


def help_call(**changed: Any) -> AlertsView:
    alert = Alert(id="help-salon-1", kind="help", since_ns=NOW_NS, subject="salon-1", detail="")
    return AlertsView(at_ns=NOW_NS, alerts=[replace(alert, **changed)])


@pytest.mark.parametrize("path", ["/guichet/numerique", "/guichet/info", "/guichets", "/pilotage"])
def test_a_call_for_help_shows_on_every_console_within_a_second(served: Served, open_page, path: str):
    page = open_page(path)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    served.afternoon.publish("private/alerts/now", help_call())
    call = page.locator("[data-help-calls] .alert.urgent")
    expect(call).to_contain_text("Salon 1", timeout=1_000)
    expect(call.locator("button")).to_have_text("J’y vais")


def test_a_visitors_call_names_the_kiosk(served: Served, open_page):
    page = open_page("/guichets")
    served.afternoon.publish("private/alerts/now", help_call(kind="visitor_help", subject="borne-a"))
    expect(page.locator("[data-help-calls]")).to_contain_text("Borne A : une personne a besoin d’aide.")
    request = pressed(served, page, page.locator("[data-help]").click)
    assert isinstance(request, messages.HelpAcknowledged)
    assert request.room == "borne-a"


def test_help_sounds_quietly_once_a_call_after_a_touch_on_the_page(served: Served, open_page):
    page = open_page("/guichets")
    page.add_init_script(RINGS)
    page.reload()
    rings = page.locator("html")
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.locator("main").click(position={"x": 2, "y": 2})
    served.afternoon.publish("private/alerts/now", help_call())
    expect(page.locator("[data-help-calls] .alert.urgent")).to_be_visible()
    expect(rings).to_have_attribute("data-rings", "2")  # one call is two soft notes
    served.afternoon.publish("private/alerts/now", help_call())
    served.afternoon.publish("private/alerts/now", help_call(acknowledged=True, by="awa"))
    expect(page.locator("[data-help-calls]")).to_contain_text("awa y va.")
    expect(rings).to_have_attribute("data-rings", "2")
    served.afternoon.publish("private/alerts/now", help_call(kind="help_escalated"))
    expect(rings).to_have_attribute("data-rings", "4")


def test_going_there_is_told_as_the_hall_answers_and_then_steady(served: Served, open_page):
    page = open_page("/guichet/numerique")
    served.afternoon.publish("private/alerts/now", help_call())
    button = page.locator("[data-help=salon-1]")
    request = pressed(served, page, button.click)
    assert isinstance(request, messages.HelpAcknowledged)
    assert (request.room, request.by) == ("salon-1", "demo-supervisor")
    expect(button).to_have_text("Transmission…")
    answer(served, request)
    served.afternoon.publish("private/alerts/now", help_call(acknowledged=True, by="demo-supervisor"))
    expect(page.locator(".alert.steady")).to_contain_text("demo-supervisor y va.")
    expect(button).to_have_text("C’est fini")
    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[]))
    expect(page.locator("[data-help-calls] .alert")).to_have_count(0)


def test_nothing_of_a_call_for_help_shows_where_nobody_is_signed_in(served: Served, open_page):
    page = open_page("/", account="")
    served.afternoon.publish("private/alerts/now", help_call())
    served.afternoon.publish("status/borne-a", messages.NodeStatus(state="lost"))
    expect(page.locator("[data-alerts]")).to_contain_text("Borne A")  # what came after is shown
    expect(page.locator("[data-alerts]")).not_to_contain_text("Salon 1")


# Supervision --------------------------------------------------------------------------------------


def supervision() -> SupervisionView:
    def load(name: str, state: str, services: list[str], served_today: int) -> DeskLoad:
        return DeskLoad(
            desk=name,
            state=state,  # type: ignore[arg-type]
            since_ns=NOW_NS,
            services=services,
            number="",
            service="",
            served=served_today,
        )

    def queue(name: str, count: int, minutes: int | None) -> QueueLoad:
        longest_ns = None if minutes is None else NOW_NS - minutes * MINUTE
        return QueueLoad(
            service=name,
            waiting=count,
            longest_ns=longest_ns,
            wait_median_s=600,
            wait_p90_s=900,
            open_desks=1,
        )

    return SupervisionView(
        at_ns=NOW_NS,
        desks=[
            load("info", "free", ["information", "dossier"], 12),
            load("numerique", "serving", ["en-ligne"], 7),
            load("familles", "paused", ["familles"], 3),
        ],
        queues=[queue("information", 0, None), queue("en-ligne", 6, 38), queue("dossier", 2, 5)],
    )


@pytest.fixture
def supervising(served: Served, open_page) -> Page:
    page = open_page("/pilotage")
    served.afternoon.publish("private/supervision/now", supervision())
    expect(page.locator("[data-queues] > li")).to_have_count(3)
    return page


def test_a_supervisor_sees_where_people_wait_longest_first(supervising: Page):
    rows = supervising.locator("[data-queues] > li")
    expect(rows.nth(0)).to_contain_text("Démarches en ligne")
    expect(rows.nth(0)).to_contain_text("le premier depuis 38 min")
    expect(rows.nth(1)).to_contain_text("Vérifier mon dossier")
    expect(supervising.locator("[data-field=waiting]")).to_have_text("8")
    expect(supervising.locator("[data-field=longest]")).to_have_text("38 min")
    expect(supervising.locator("[data-field=open]")).to_have_text("2")
    expect(supervising.locator(".desks [data-desk=info]")).to_contain_text("12 visites reçues")


def test_one_press_sends_a_desk_to_a_queue_and_another_gives_it_back(served: Served, supervising: Page):
    send = supervising.locator("[data-service=en-ligne] [data-send]")
    expect(send).to_have_count(1)  # not the one that serves it, not the one that pauses
    request = pressed(served, supervising, send.click)
    assert isinstance(request, messages.ServicesRequested)
    assert (request.desk, request.services) == ("info", ["information", "dossier", "en-ligne"])
    answer(served, request)
    expect(supervising.locator("[data-feedback]")).to_contain_text("Guichet 1 sert maintenant")
    supervising.locator("[name=keeps][value=only]").check(force=True)
    request = pressed(served, supervising, send.click)
    assert isinstance(request, messages.ServicesRequested)
    assert request.services == ["en-ligne"]
    moved = supervision()
    desks = [replace(moved.desks[0], services=["en-ligne"]), *moved.desks[1:]]
    served.afternoon.publish("private/supervision/now", replace(moved, desks=desks))
    request = pressed(served, supervising, supervising.locator("[data-usual-of=info]").click)
    assert isinstance(request, messages.ServicesRequested)
    assert request.services == []


def test_a_supervisor_gets_a_code_for_a_machine(supervising: Page):
    supervising.locator("[data-new-machine] input").fill("Guichet 5")
    supervising.locator("[data-new-machine] button").click()
    expect(supervising.locator("[data-code] b")).to_contain_text("-")


# Every width --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/guichet/info", "/pilotage", "/connexion"])
@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
def test_the_agents_pages_fit_every_screen(served: Served, open_page, path: str, width: int):
    served.afternoon.publish("private/supervision/now", supervision())
    served.afternoon.publish("private/alerts/now", help_call())
    marked = waiting(
        "t9", "A099", priority=True, step_free=True, note="Une note assez longue pour passer à la ligne"
    )
    served.afternoon.publish("private/desk/info", desk(state="serving", waiting=[marked], aside=ASIDE))
    page = open_page(path, width=width, height=844)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
