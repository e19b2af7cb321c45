"""A technician's commands to nodes: sent once, for half a minute, by who may, and never to later."""

from __future__ import annotations

import pytest

from broker.clock import SECOND
from broker.contract import messages
from dashboard import create_app
from tests.dashboard.fake_store import FakeStore


@pytest.fixture
def orders() -> list[tuple[str, messages.Command]]:
    return []


@pytest.fixture
def pages(afternoon, clock, accounts, orders):
    """The pages of somebody with that account; empty for a passer-by."""
    app = create_app(
        afternoon.site,
        afternoon.live,
        FakeStore(),
        clock,
        accounts=accounts,
        order=lambda node, command: orders.append((node, command)),
    )

    def opened(account: str = "demo-supervisor"):
        client = app.test_client()
        if account:
            client.post("/connexion/demonstration", data={"account": account})
        return client

    afternoon.recorder_speaks()
    return opened


@pytest.mark.parametrize("action", ["identify", "self_test", "restart"])
def test_a_command_goes_to_its_node_and_counts_for_half_a_minute(pages, orders, afternoon, action):
    answer = pages().post("/technique/borne-a", json={"action": action})
    assert answer.status_code == 202
    ((node, command),) = orders
    assert (node, command.action, command.key) == ("borne-a", action, answer.get_json()["key"])
    assert command.expires_ns == afternoon.live.civil_ns() + 30 * SECOND


def test_paper_is_spent_only_when_it_was_asked_for(pages, orders):
    client = pages()
    client.post("/technique/borne-a", json={"action": "self_test"})
    client.post("/technique/borne-a", json={"action": "self_test", "paper": True})
    assert [command.paper for _, command in orders] == [False, True]


def test_only_nodes_with_a_printer_have_a_button_for_a_test_ticket(pages):
    page = pages().get("/technique").text
    rows = {row.split('"')[0]: row for row in page.split('<tr data-node="')[1:]}
    printing = {node for node, row in rows.items() if 'data-command="paper"' in row}
    assert printing == {"borne-a", "borne-b"}


def test_two_presses_are_two_commands(pages, orders):
    client = pages()
    for _ in range(2):
        client.post("/technique/borne-a", json={"action": "identify"})
    assert len({command.key for _, command in orders}) == 2


@pytest.mark.parametrize(("account", "status"), [("", 401), ("demo-agent", 403)])
def test_only_technicians_send_commands_and_see_the_page(pages, orders, account, status):
    client = pages(account)
    assert client.post("/technique/borne-a", json={"action": "restart"}).status_code == status
    assert orders == []
    assert client.get("/technique").status_code == 303
    assert client.get("/direct/technique").status_code == 401
    technician = pages("demo-technician")
    assert "data-command" in technician.get("/technique").text
    assert technician.post("/technique/borne-a", json={"action": "restart"}).status_code == 202


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/technique/nowhere", b'{"action": "restart"}', 404),
        ("/technique/dashboard", b'{"action": "restart"}', 404),
        ("/technique/borne-a", b'{"action": "explode"}', 400),
        ("/technique/borne-a", b'{"action": "restart", "when": "now"}', 400),
        ("/technique/borne-a", b"", 400),
        ("/technique/borne-a", b'{"action": "\xff"}', 400),
    ],
)
def test_what_is_no_command_is_refused(pages, orders, path, body, status):
    assert pages().post(path, data=body).status_code == status
    assert orders == []


def test_another_sites_page_sends_no_command(pages, orders):
    answer = pages().post(
        "/technique/borne-a", json={"action": "restart"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert orders == []


def test_while_the_hall_is_silent_nothing_is_sent_that_could_act_later(pages, orders, clock):
    client = pages()
    clock.advance(60)
    assert client.post("/technique/borne-a", json={"action": "restart"}).status_code == 503
    assert orders == []
