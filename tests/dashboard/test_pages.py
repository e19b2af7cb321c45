"""Every page, its headers, its language and its errors."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from flask.testing import FlaskClient

from broker.clock import ManualClock
from broker.contract.messages import DeviceHealth, NodeStatus
from dashboard import create_app
from dashboard.modules import STATIC
from tests.dashboard.afternoon import Afternoon, health
from tests.dashboard.fake_store import FakeStore

PAGES = [
    "/",
    "/appels",
    "/barometre",
    "/barometre/barometre-19",
    "/guichets",
    "/guichet/numerique",
    "/historique",
    "/historique?etendue=semaine",
    "/historique?etendue=mois",
    "/pilotage/bilan",
    "/technique",
]


def test_every_address_that_the_readme_names_is_served(client: FlaskClient):
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(/[^`]*)`", readme, re.MULTILINE)
    assert len(named) > 5
    client.post("/connexion/demonstration", data={"account": "demo-supervisor"})
    assert {path: client.get(path).status_code for path in named} == dict.fromkeys(named, 200)
    english = client.get("/?lang=en")
    assert 'lang="en"' in english.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_french_first(client: FlaskClient, path: str):
    answer = client.get(path)
    assert answer.status_code == 200
    assert '<html lang="fr">' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fetches_nothing_from_elsewhere_and_runs_nothing_inline(client: FlaskClient, path: str):
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", answer.text) == []
    assert " style=" not in answer.text
    assert re.findall(r" on[a-z]+=", answer.text) == []
    scripts = re.findall(r"<script([^>]*)>", answer.text)
    assert all("src=" in script or "application/json" in script for script in scripts)


@pytest.mark.parametrize("path", PAGES)
def test_every_file_a_page_asks_for_is_there(client: FlaskClient, path: str):
    page = client.get(path).text
    files = set(re.findall(r"""(?:src|href)="(/static/[^"#]+)""", page))
    assert files
    for file in files:
        with client.get(file) as answer:
            assert answer.status_code == 200, file


def test_a_page_asks_at_once_for_every_module_that_its_script_comes_to_import(client: FlaskClient):
    asked = set(re.findall(r'<link rel="modulepreload" href="/static/([^"]+)"', client.get("/").text))
    assert {"page.js", "live.js", "help.js"} <= asked  # imported by the screen's own script
    assert {"rows.js", "bell.js"} <= asked  # and by those
    imports = {
        name
        for script in [*asked, "screens/espace.js"]
        for name in re.findall(r'from "[./]+([\w/]+\.js)"', (STATIC / script).read_text(encoding="utf-8"))
    }
    assert imports == asked


def test_pages_are_not_framed_sniffed_or_kept(client: FlaskClient):
    headers = client.get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_the_choice_of_english_is_kept(client: FlaskClient):
    answer = client.get("/langue/en?retour=/appels")
    assert answer.headers["Location"] == "/appels"
    assert '<html lang="en">' in client.get("/").text
    client.get("/langue/fr")
    assert '<html lang="fr">' in client.get("/").text


def test_a_screen_on_a_wall_has_its_language_in_its_address(client: FlaskClient):
    assert '<html lang="en">' in client.get("/appels?lang=en").text
    assert '<html lang="fr">' in client.get("/appels").text


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:0"]
)
def test_the_language_switch_leads_nowhere_else(client: FlaskClient, elsewhere: str):
    answer = client.get("/langue/en", query_string={"retour": elsewhere})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/rien", "/guichet/inconnu", "/barometre/inconnu", "/langue/de"])
def test_what_does_not_exist_is_said_in_words(client: FlaskClient, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text


def test_a_fault_of_ours_is_said_in_words_too(afternoon: Afternoon, clock: ManualClock):
    class BrokenStore(FakeStore):
        def points(self, *_args, **_kwargs):
            raise RuntimeError("a fault")

    app = create_app(afternoon.site, afternoon.live, BrokenStore(), clock)
    answer = app.test_client().get("/historique/waits")
    assert answer.status_code == 500
    assert "Quelque chose s’est mal passé" in answer.text
    assert "a fault" not in answer.text


def test_health_says_whether_the_hall_is_heard(client: FlaskClient, afternoon: Afternoon):
    assert client.get("/sante").status_code == 503
    afternoon.connect()
    afternoon.recorder_speaks()
    answer = client.get("/sante")
    assert answer.status_code == 200
    assert answer.json["state"] == "ok"
    assert answer.json["broker_connected"] is True


def test_health_says_of_each_node_what_runs_there_and_what_is_wrong(
    client: FlaskClient, afternoon: Afternoon
):
    afternoon.connect()
    assert client.get("/sante").json["nodes"]["borne-a"] == {"state": "unknown", "release": "", "faults": []}
    afternoon.recorder_speaks()
    afternoon.publish("status/borne-a", NodeStatus(state="online", run="r", version="1a2b-site"))
    broken = DeviceHealth(id="imprimante", type="ticket_printer", state="failed", fault="no_paper")
    well = DeviceHealth(id="boutons", type="kiosk_buttons", state="ok")
    told = health(afternoon.site.node("borne-a"))
    afternoon.publish("health/borne-a", msgspec.structs.replace(told, devices=[broken, well]))
    assert client.get("/sante").json["nodes"]["borne-a"] == {
        "state": "online",
        "release": "1a2b-site",
        "faults": ["imprimante: no_paper"],
    }


def test_the_plan_holds_every_zone_seat_desk_and_room_of_the_tent(client: FlaskClient, afternoon: Afternoon):
    page = client.get("/").text
    site = afternoon.site
    assert {int(zone) for zone in re.findall(r'<g class="zone" data-zone="(\d+)"', page)} == {
        z.id for z in site.zones
    }
    assert set(re.findall(r'data-seat="([^"]+)"', page)) == {seat.id for seat in site.seats}
    assert set(re.findall(r'data-room="([^"]+)"', page)) == {room.id for room in site.rooms}
    in_the_tent = {desk.id for desk in site.desks if desk.zone is not None}
    assert set(re.findall(r'data-desk="([^"]+)"', page)) == in_the_tent


def test_the_table_of_services_lists_every_ticket_service_once(client: FlaskClient, afternoon: Afternoon):
    rows = re.findall(r'<tr data-service="([^"]+)"', client.get("/").text)
    assert sorted(rows) == sorted(service.id for service in afternoon.site.services if service.ticket)
