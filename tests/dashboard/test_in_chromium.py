"""The pages in a real browser: what changes, what ages, what becomes unknown, and what an agent is told."""

from __future__ import annotations

import re

import msgspec
import pytest
from playwright.sync_api import expect

from broker.contract import messages
from broker.contract.faults import CODES
from broker.contract.messages import Answer
from broker.contract.views import Alert, AlertsView, Call, CallsView, CityView, LedgerView
from tests.dashboard.afternoon import NOW_NS, barometer, console, health, service, space


def recorded_by(served, page, act) -> messages.AnyBody:
    """What an agent's action records; the page is told that it is under way, and no more."""
    with page.expect_response(lambda response: response.request.method == "POST"):
        act()
    assert len(served.kept.bodies) == 1
    return served.kept.bodies[0]


@pytest.mark.parametrize("path", ["/", "/barometre"])
def test_a_vote_changes_the_count_on_the_page(served, open_page, path):
    page = open_page(path)
    count = page.locator("[data-vote-count]").first
    expect(count).to_have_text("81")
    served.afternoon.publish("view/barometer/barometre-19", barometer((35, 21, 18, 8)))
    expect(count).to_have_text("82")


def test_a_view_that_outlives_its_validity_is_shown_as_unknown_not_as_its_last_value(served, open_page):
    page = open_page("/")
    inside = page.locator("[data-card=inside] [data-field=inside]")
    expect(inside).to_have_text("46")
    served.afternoon.publish("view/space/now", space(inside=47, valid_s=1))
    expect(inside).to_have_text("47")
    expect(inside).to_have_text("—", timeout=5_000)
    expect(page.locator("[data-card=inside] .age")).to_have_text("inconnu")
    expect(page.locator("[data-freshness]")).to_contain_text("n’arrive plus")
    expect(page.locator("[data-card=barometer] [data-field=share]")).to_have_text("68")


def test_everything_is_unknown_once_the_recorder_is_silent_and_known_again_when_it_speaks(served, open_page):
    page = open_page("/")
    wait = page.locator("[data-card=wait] [data-field=wait]")
    expect(wait).to_have_text("12")
    served.recorder_lives = False
    expect(wait).to_have_text("—", timeout=12_000)
    expect(page.locator("[data-link-state]")).to_contain_text("La salle ne répond plus")
    expect(page.locator("g.zone[data-zone='3']")).to_have_attribute("data-level", "unknown")
    expect(page.locator("[data-clock]")).to_have_text("—")
    served.recorder_lives = True
    expect(wait).to_have_text("12", timeout=5_000)
    expect(page.locator("[data-link-state]")).to_be_hidden()


def test_everything_is_unknown_once_the_stream_is_cut(served, open_page):
    page = open_page("/")
    inside = page.locator("[data-card=inside] [data-field=inside]")
    expect(inside).to_have_text("46")
    # Everything the page asks from now on fails, and the stream it has ends.
    page.route("**/direct/**", lambda route: route.fulfill(status=204))
    served.afternoon.live.close()
    expect(inside).to_have_text("—", timeout=12_000)
    expect(page.locator("[data-link-state]")).to_contain_text("liaison avec cette page est coupée")


def test_a_level_is_told_by_word_and_icon_not_by_colour_alone(served, open_page):
    page = open_page("/")
    pill = page.locator("g.zone[data-zone='5'] [data-field=level]")
    expect(pill).to_have_text("plein")
    expect(pill.locator("svg.icon.full")).to_have_count(1)
    expect(page.locator("[data-service=en-ligne] [data-field=state] svg.icon.busy")).to_have_count(1)


def test_a_press_is_answered_with_the_halls_own_words(served, open_page):
    page = open_page("/guichet/numerique")
    expect(page.locator("[data-field=number]")).to_have_text("E042")
    request = recorded_by(served, page, page.locator("[data-action=start]").click)
    expect(page.locator("[data-feedback]")).to_have_text("Transmission…")
    assert isinstance(request, messages.StartRequested)
    assert (request.desk, request.call) == ("numerique", "call-7")
    served.afternoon.publish("answer/dashboard", Answer(key=request.key, accepted=True, number="E042"))
    expect(page.locator("[data-feedback]")).to_have_text("L’entretien avec E042 commence.")


def test_a_refusal_says_why(served, open_page):
    page = open_page("/guichet/numerique")
    expect(page.locator("[data-field=number]")).to_have_text("E042")
    request = recorded_by(served, page, lambda: page.keyboard.press("r"))
    assert isinstance(request, messages.RecallRequested)
    served.afternoon.publish("answer/dashboard", Answer(key=request.key, accepted=False, reason="too_soon"))
    expect(page.locator("[data-feedback]")).to_contain_text("Un peu tôt")


def test_a_press_without_an_answer_is_said_not_passed_on_after_three_seconds(served, open_page):
    page = open_page("/guichet/numerique")
    expect(page.locator("[data-field=number]")).to_have_text("E042")
    request = recorded_by(served, page, page.locator("[data-action=start]").click)
    feedback = page.locator("[data-feedback]")
    expect(feedback).to_contain_text("Non transmis", timeout=5_000)
    expect(feedback).to_have_attribute("data-state", "lost")
    served.afternoon.publish("answer/dashboard", Answer(key=request.key, accepted=True, number="E042"))
    expect(feedback).to_have_text("L’entretien avec E042 commence.")


def test_a_button_that_would_change_nothing_says_why_and_still_takes_the_press(served, open_page):
    served.afternoon.publish(
        "private/desk/numerique", console(state="free", call="", ticket="", number="", waiting=[])
    )
    page = open_page("/guichet/numerique")
    button = page.locator("[data-action=next]")
    expect(button).to_contain_text("personne n’attend")
    expect(button).to_be_enabled()
    assert isinstance(recorded_by(served, page, button.click), messages.NextRequested)


def test_a_recount_is_sent_and_confirmed_by_the_hall(served, open_page):
    page = open_page("/")
    page.locator("[data-open=recount]").click()
    page.locator("input[name=people]").fill("44")
    request = recorded_by(served, page, page.locator("[data-recount] button.main").click)
    assert isinstance(request, messages.RecountRequested)
    assert request.people == 44
    served.afternoon.publish("answer/dashboard", Answer(key=request.key, accepted=True))
    expect(page.locator("#recount [data-feedback]")).to_have_text("Recompte enregistré : 44.")
    expect(page.locator("#recount")).to_be_hidden()


def test_a_colleagues_call_for_help_is_shown_in_words_and_can_be_answered(served, open_page):
    page = open_page("/")
    alert = Alert(id="h1", kind="help", since_ns=NOW_NS, subject="salon-1", detail="")
    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[alert]))
    shown = page.locator("[data-alerts] .alert.urgent")
    expect(shown).to_contain_text("Salon 1 : une collègue demande de l’aide.")
    request = recorded_by(served, page, shown.locator("button").click)
    assert isinstance(request, messages.HelpAcknowledged)
    assert request.room == "salon-1"


def test_a_new_call_fills_the_screen_and_shows_the_way_into_the_building(served, open_page):
    page = open_page("/appels", width=1920, height=1080)
    current = page.locator("[data-current]")
    expect(current.locator(".number")).to_have_text("E042")
    assert "ringing" not in (current.get_attribute("class") or "").split()
    call = Call(key="c5", number="F008", desk="familles", at_ns=NOW_NS, recalls=0)
    served.afternoon.publish("view/calls/latest", CallsView(at_ns=NOW_NS, calls=[call]))
    expect(current.locator(".number")).to_have_text("F008")
    expect(current).to_contain_text("1er étage")
    expect(current).to_contain_text("4 min à pied")
    assert "ringing" in (current.get_attribute("class") or "").split()


def test_few_votes_show_no_share(served, open_page):
    page = open_page("/barometre")
    served.afternoon.publish("view/barometer/barometre-19", barometer((2, 1, 0, 0)))
    expect(page.locator("[data-vote-count]")).to_have_text("3")
    expect(page.locator("[data-answers] .share").first).to_have_text("—")
    expect(page.locator("[data-field=how]")).to_contain_text("Pas encore assez de votes")


def test_the_technicians_page_tells_a_node_that_is_behind(served, open_page):
    page = open_page("/technique")
    row = page.locator("[data-node=borne-b]")
    expect(row.locator("[data-field=state]")).to_have_text("en ligne")
    expect(row.locator("[data-field=stored]")).to_have_attribute("data-state", "behind")
    expect(row).to_contain_text("Bientôt plus de papier.")
    expect(page.locator("[data-quarantine] tr")).to_have_count(2)
    served.afternoon.publish("status/borne-b", messages.NodeStatus(state="lost"))
    expect(row.locator("[data-field=state]")).to_have_text("perdu")


def test_the_technicians_table_fits_a_laptop_with_all_its_buttons(served, open_page):
    page = open_page("/technique", width=1280)
    expect(page.locator("[data-node=borne-b] [data-field=devices]")).to_contain_text("imprimante")
    expect(page.locator("[data-node=borne-b] [data-command=paper]")).to_be_visible()
    table = page.locator("table.nodes").locator("..")
    assert table.evaluate("around => around.scrollWidth <= around.clientWidth")


def test_what_a_self_test_found_is_said_in_the_pages_language(served, open_page):
    whole = health(served.afternoon.site.node("entree"))
    devices = [
        msgspec.structs.replace(device, detail="outer beam interrupted", remark="outer_beam_interrupted")
        for device in whole.devices
    ]
    for path, words in (
        ("/technique", "faisceau extérieur coupé"),
        ("/technique?lang=en", "outer beam interrupted"),
    ):
        page = open_page(path)
        served.afternoon.publish("health/entree", msgspec.structs.replace(whole, devices=devices))
        expect(page.locator("[data-node=entree] [data-field=devices]")).to_contain_text(words)


def test_an_outbox_that_is_nearly_full_is_said_before_it_must_refuse_presses(served, open_page):
    page = open_page("/technique")
    cell = page.locator("[data-node=borne-a] [data-field=pending]")
    expect(cell).to_have_text("0")
    full = health(served.afternoon.site.node("borne-a"), pending=900_000)
    full = msgspec.structs.replace(full, outbox_bytes=83, outbox_capacity_bytes=100)
    served.afternoon.publish("health/borne-a", full)
    expect(cell).to_contain_text("réserve pleine à 83")
    served.afternoon.publish("health/borne-a", msgspec.structs.replace(full, outboxes_set_aside=2))
    expect(cell).to_contain_text("2 réserves illisibles mises de côté")


def test_each_fault_is_told_with_its_code_its_cause_and_its_remedy(served, open_page):
    page = open_page("/technique")
    faults = page.locator("[data-faults] li")
    paper = page.locator("[data-fault=paper_low]")
    expect(paper).to_contain_text("P3")
    expect(paper).to_contain_text("Borne B · imprimante")
    expect(paper).to_contain_text("Changez le rouleau")
    node = served.afternoon.site.node("borne-a")
    board = messages.BoardHealth(
        model="Raspberry Pi 5",
        wrong_board=True,
        temperature_c=85.0,
        under_voltage=False,
        under_voltage_since_start=True,
        throttled=True,
        disk_free_bytes=1,
        disk_bytes=100,
        clock_synchronised=False,
    )
    served.afternoon.publish("health/borne-a", msgspec.structs.replace(health(node), board=board))
    for fault in ("wrong_board", "under_voltage", "hot", "disk_low", "no_clock"):
        expect(page.locator(f"[data-fault={fault}]")).to_contain_text("Borne A")
    served.afternoon.publish("status/borne-a", messages.NodeStatus(state="lost"))
    expect(page.locator("[data-fault=node_lost]")).to_contain_text("Borne A")
    expect(page.locator("[data-fault=hot]")).to_have_count(0)
    read = "rows => rows.map(row => row.dataset.fault)"
    before = faults.evaluate_all(read)
    served.afternoon.recorder_speaks(trouble="disk is full")
    expect(page.locator("[data-fault=journal_stuck]")).to_be_visible()
    after = faults.evaluate_all(read)
    assert {*after} - {*before} == {"journal_stuck"}
    assert after == sorted(after, key=[*CODES].index)


def test_what_is_well_again_is_no_fault_any_more(served, open_page):
    page = open_page("/technique")
    for node in served.afternoon.site.nodes:
        served.afternoon.publish(f"status/{node.id}", messages.NodeStatus(state="online"))
        well = health(node)
        devices = [msgspec.structs.replace(one, state="ok", fault="", detail="") for one in well.devices]
        served.afternoon.publish(f"health/{node.id}", msgspec.structs.replace(well, devices=devices))
        line = LedgerView(
            at_ns=NOW_NS,
            node=node.id,
            recorded=9,
            received=9,
            stored=9,
            missing=0,
            duplicates=0,
            quarantined=0,
            alarms=0,
        )
        served.afternoon.publish(f"view/ledger/{node.id}", line)
    for gone in ("paper_low", "quarantined"):
        expect(page.locator(f"[data-fault={gone}]")).to_have_count(0)
    left = page.locator("[data-faults] li").evaluate_all("rows => rows.map(row => row.dataset.fault)")
    assert {*left} <= {"no_speech", "node_silent"}  # this dashboard has no voice, and its console no outbox


def test_at_a_site_that_a_city_sees_the_technician_reads_how_far_the_city_is(served, open_page):
    page = open_page("/technique")
    line = page.locator("[data-city]")
    expect(line).to_be_hidden()
    there = CityView(at_ns=NOW_NS, connected=True, upto=90, decided=100)
    served.afternoon.publish("private/city/now", there)
    expect(line).to_have_text("À la ville : 90 événements sur 100.")
    served.afternoon.publish("private/city/now", msgspec.structs.replace(there, connected=False, upto=None))
    expect(line).to_contain_text("La ville ne répond pas")
    refused = msgspec.structs.replace(there, fault="site_copied", refused="Deux barnums")
    served.afternoon.publish("private/city/now", refused)
    expect(page.locator("[data-fault=site_copied]")).to_contain_text("Deux barnums")


def test_a_node_is_told_to_show_itself_and_the_page_says_whether_it_was_sent(served, open_page):
    page = open_page("/technique", expected="503")
    row = page.locator("[data-node=borne-a]")
    row.get_by_role("button", name="Identifier Borne A").click()
    expect(row.get_by_role("status")).to_have_text("Pas envoyé")  # these pages have no way to a node


def test_the_days_balance_says_what_is_on_its_way_and_that_all_is_stored(served, open_page):
    page = open_page("/technique")
    balance = page.locator("[data-field=balance]")
    expect(balance).to_have_text(re.compile(r"^(\d+)notés=\1reçus≥\d+conservés$"))
    behind = LedgerView(
        at_ns=NOW_NS,
        node="borne-b",
        recorded=9,
        received=9,
        stored=9,
        missing=0,
        duplicates=0,
        quarantined=0,
        alarms=0,
    )
    served.afternoon.publish("view/ledger/borne-b", behind)
    expect(balance).to_have_text(re.compile(r"^(\d+)notés=\1reçus=\1conservés$"))
    served.afternoon.publish("view/ledger/borne-b", msgspec.structs.replace(behind, stored=None))
    expect(balance).to_have_text(re.compile(r"^(\d+)notés=\1reçus\?conservés$"))


@pytest.mark.parametrize("path", ["/", "/technique"])
def test_a_hall_that_cannot_write_its_journal_says_so_and_shows_what_it_knows(served, open_page, path):
    page = open_page(path)
    banner = page.locator("[data-link-state]")
    expect(banner).to_be_hidden()
    served.afternoon.recorder_speaks(trouble="database or disk is full")
    expect(banner).to_contain_text("son disque est sans doute plein")
    served.afternoon.recorder_speaks()
    expect(banner).to_be_hidden()


@pytest.mark.parametrize(
    "path", ["/", "/appels", "/barometre", "/guichets", "/guichet/numerique", "/historique", "/technique"]
)
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_no_page_is_wider_than_its_screen(open_page, path, width):
    page = open_page(path, width=width, height=844 if width == 390 else 1080)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_what_changes_on_a_page_asks_the_server_for_nothing(served, open_page):
    page = open_page("/")
    level = page.locator("[data-service=en-ligne] [data-field=state] svg.icon")
    expect(level).to_have_class(re.compile("busy"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("full", "calm", "busy", "full", "calm"):
        served.afternoon.publish("view/service/en-ligne", service("en-ligne", 3, 14, name))
        expect(level).to_have_class(re.compile(name))
    assert asked == []


def test_a_page_in_english_has_no_french_left_but_the_places_own(open_page):
    page = open_page("/?lang=en")
    expect(page.locator("[data-card=inside] h2")).to_have_text("Inside now")
    expect(page.locator("g.zone[data-zone='5'] [data-field=level]")).to_have_text("full")
    expect(page.locator("[data-clock]")).to_contain_text("Thursday 17 June")
