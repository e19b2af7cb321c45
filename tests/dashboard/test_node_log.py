"""A node's log on the technician's page: asked for, told over its own topic, for technicians only."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from playwright.sync_api import expect

from broker.clock import ManualClock
from broker.contract.messages import LogLine, NodeLog
from dashboard.stream import events, wanted_by
from tests.dashboard.accessible import violations
from tests.dashboard.afternoon import Afternoon

TOLD = [
    LogLine(300.0, "INFO", "borne-a: pins through lgpio"),
    LogLine(12.0, "ERROR", "borne-a/imprimante failed"),
]


def test_no_screen_but_the_technicians_follows_logs(visitor: FlaskClient):
    for screen in ("espace", "appels", "barometre", "guichets", "pilotage", "page", "guichet-info"):
        wanted = wanted_by(screen)
        assert wanted is not None
        assert not wanted("log/borne-a")
    technician = wanted_by("technique")
    assert technician is not None
    assert technician("log/borne-a")
    assert visitor.get("/direct/technique").status_code == 401
    visitor.post("/connexion/demonstration", data={"account": "demo-agent"})
    assert visitor.get("/direct/technique").status_code == 401


def test_a_log_is_told_once_and_kept_for_nobody(afternoon: Afternoon, clock: ManualClock):
    wanted = wanted_by("technique")
    assert wanted is not None
    open_page = events(afternoon.live, clock, wanted)
    next(open_page), next(open_page)
    afternoon.publish("log/borne-a", NodeLog(key="k", lines=TOLD))
    assert b"pins through lgpio" in next(open_page)
    later = events(afternoon.live, clock, wanted)
    assert b"pins through" not in next(later) + next(later)
    assert afternoon.live.view("log/borne-a") is None


def test_a_technician_reads_a_nodes_last_lines_the_newest_first(served, open_page):
    page = open_page("/technique", account="demo-technician")
    keys = []

    def answer(route):
        keys.append(route.request.post_data_json["action"])
        route.fulfill(status=202, json={"key": "k-log"})

    page.route("**/technique/borne-a", answer)
    page.get_by_role("button", name="Journal Borne A").click()
    dialog = page.get_by_role("dialog", name="Journal de Borne A")
    expect(dialog).to_contain_text("Demandé au nœud")
    served.afternoon.publish("log/borne-a", NodeLog(key="another", lines=[LogLine(1.0, "INFO", "not mine")]))
    served.afternoon.publish("log/borne-a", NodeLog(key="k-log", lines=TOLD))
    lines = dialog.locator("li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text(re.compile(r"12\ss\s*ERROR\s*borne-a/imprimante failed"))
    expect(lines.last).to_contain_text(re.compile(r"il y a 5\smin"))
    assert keys == ["log"]
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_node_that_does_not_answer_is_said_so(served, open_page):
    page = open_page("/technique", account="demo-technician")
    page.route("**/technique/borne-a", lambda route: route.fulfill(status=202, json={"key": "k-log"}))
    page.get_by_role("button", name="Journal Borne A").click()
    expect(page.get_by_role("dialog")).to_contain_text("n’a pas répondu", timeout=15_000)


def test_what_waits_on_nodes_and_what_is_not_stored_yet_is_counted(served, open_page):
    page = open_page("/technique", account="demo-technician")
    expect(page.locator("[data-field=backlog]")).to_contain_text(re.compile(r"^2 restent à conserver\.$"))
    expect(page.locator("[data-node=borne-a] [data-field=pending]")).to_have_text(re.compile("^0"))
