"""The phone page: what each visitor is told, in which language, and what nobody is told."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import get_args

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from broker.clock import SECOND, ManualClock
from broker.contract import compiled, messages
from broker.contract.views import QueuedTicket, QueueView, TicketState, WeatherAlertNow
from broker.delivery.outbox import OutboxFullError
from dashboard.phone import PhoneQueues, create_phone_app
from dashboard.phone.app import UNKNOWN_A_MINUTE
from dashboard.phone.words import FOLDER, LANGUAGES
from tests.dashboard.afternoon import MINUTE, NOW_NS, Afternoon, space

TOKEN = "d6fQ3v5wUq0Zx8Lk1mNb7A"


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def ticket(token: str = TOKEN, **changed: object) -> QueuedTicket:
    made = QueuedTicket(
        token=hashed(token),
        number="B042",
        state="waiting",
        arrived_ns=NOW_NS - 5 * MINUTE,
        ahead=4,
        wait_median_s=8 * 60 + 10,
        wait_p90_s=14 * 60 + 30,
    )
    return msgspec.structs.replace(made, **changed)


class Phones:
    """The phone page over a made-up afternoon, without a network."""

    def __init__(self, site: compiled.Site, clock: ManualClock) -> None:
        self.afternoon, self.clock = Afternoon(site, clock), clock
        self.recorded: list[messages.VisitorLeft] = []
        self.full = False
        self.queues = PhoneQueues(self.afternoon.live, site, spread_s=0)
        self.app: Flask = create_phone_app(site, self.afternoon.live, self.queues, clock, self._record)
        self.app.config["TESTING"] = True
        self.client: FlaskClient = self.app.test_client()
        self.afternoon.connect()
        self.afternoon.recorder_speaks()
        for service in site.services:
            self.queue(service.id)

    def _record(self, left: messages.VisitorLeft) -> None:
        if self.full:
            raise OutboxFullError("full")
        self.recorded.append(left)

    def queue(self, service: str, *tickets: QueuedTicket, complete: bool = True) -> None:
        view = QueueView(
            service=service, tickets=list(tickets), complete=complete, at_ns=self.clock.civil_ns()
        )
        self.afternoon.publish(f"private/queue/{service}", view)

    def get(self, path: str = TOKEN, *, language: str = "fr", address: str = "10.19.0.77"):
        return self.client.get(
            f"/t/{path}",
            headers={"Accept-Language": language},
            environ_base={"REMOTE_ADDR": address},
        )

    def post(self, path: str):
        return self.client.post(f"/t/{path}")

    def words(self, path: str = TOKEN, **how: str) -> str:
        """What a person reads, tags gone."""
        html = self.get(path, **how).get_data(as_text=True)
        body = re.sub(r"<(script|title|noscript).*?</\1>", "", html[html.index("<body") :], flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture
def phones(barnum: compiled.Site, clock: ManualClock) -> Phones:
    return Phones(barnum, clock)


# What the visitor is told ---------------------------------------------------------------------


def test_who_waits_reads_the_number_the_people_ahead_the_promise_and_where_to_wait(phones):
    phones.queue("dossier", ticket())
    words = phones.words()
    assert "Votre numéro B042" in words
    assert "4 personnes avant vous" in words
    assert "entre 8 et 15 min" in words
    assert "Attendez ici Espace d&#39;attente · zone 6" in words


def test_without_ground_for_a_promise_none_is_made(phones):
    phones.queue("dossier", ticket(wait_median_s=None, wait_p90_s=None, ahead=None))
    words = phones.words()
    assert "Attente estimée" not in words
    assert "min" not in words.replace("moment", "")
    assert "None" not in phones.get().get_data(as_text=True)


def test_who_is_first_is_told_so_in_words(phones):
    phones.queue("dossier", ticket(ahead=0))
    assert "Vous êtes en tête de file" in phones.words()


def test_a_service_inside_the_building_says_that_it_calls_early(phones):
    phones.queue("familles", ticket())
    assert "L’appel se fera un peu avant" in phones.words()
    assert "Mairie du 19e · 1er étage · Porte 112" in phones.words()


def test_who_is_called_reads_the_desk_and_the_way_to_it(phones):
    phones.queue("familles", ticket(state="called", desk="familles", ahead=None, rang_ns=NOW_NS))
    words = phones.words()
    assert "À vous" in words
    assert "Guichet 6 · Familles" in words
    assert "grand escalier ou ascenseur" in words
    assert "Nouvel appel" not in words


def test_a_recall_is_told_and_rings_anew(phones):
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=1))
    first = phones.get(f"{TOKEN}/etat").get_data(as_text=True)
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=2, recalls=1))
    again = phones.get(f"{TOKEN}/etat").get_data(as_text=True)
    assert 'data-ring="1"' in first
    assert 'data-ring="2"' in again
    assert "Nouvel appel" in again


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", get_args(TicketState))
def test_every_state_is_told_in_every_language(phones, state, language):
    phones.queue("dossier", ticket(state=state, desk="info", language=language))
    answer = phones.get()
    assert answer.status_code == 200
    assert f'data-state="{state}"' in answer.get_data(as_text=True)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in answer.text


def test_a_discreet_service_is_not_named_on_the_page(phones, barnum):
    phones.queue("conciergerie", ticket(number="K007"))
    assert "K007" in phones.words()
    assert barnum.service("conciergerie").name.fr not in phones.words()


def test_a_transferred_ticket_goes_on_in_the_other_queue(phones):
    phones.queue("dossier", ticket())
    phones.queue("etat-civil", ticket(ahead=2))
    phones.queue("dossier")
    assert "2 personnes avant vous" in phones.words()


# Languages ------------------------------------------------------------------------------------


WIND = WeatherAlertNow(kind="wind", value=112.0, since_ns=NOW_NS)


def test_a_weather_alert_stands_before_everything_until_a_person_clears_it(phones):
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=1))
    assert "Alerte météo" not in phones.words()
    phones.afternoon.publish("view/space/now", space(weather_alerts=[WIND]))
    assert "Votre numéro B042 Alerte météo Quittez l’espace calmement" in phones.words()
    # That nobody is heard any more does not end it.
    phones.clock.advance(3600)
    assert "Alerte météo" in phones.words()
    phones.afternoon.recorder_speaks()
    phones.afternoon.publish("view/space/now", space())
    assert "Alerte météo" not in phones.words()


def test_who_waits_outside_a_full_space_is_told_to_wait_there_and_who_is_called_to_come(phones):
    phones.afternoon.publish("view/space/now", space(crowding="full"))
    phones.queue("dossier", ticket())
    assert "Espace complet Si vous êtes dehors, attendez dehors" in phones.words()
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=1))
    assert "Espace complet" not in phones.words()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alert_is_told_in_every_language(phones, language):
    phones.queue("dossier", ticket())
    phones.afternoon.publish("view/space/now", space(weather_alerts=[WIND], crowding="full"))
    texts = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    assert texts["h_evacuation"] in phones.words(language=language)
    assert texts["h_full"] not in phones.words(language=language)


def test_an_invalid_ticket_is_told_nothing_of_the_space(phones):
    phones.afternoon.publish("view/space/now", space(weather_alerts=[WIND]))
    assert "Alerte météo" not in phones.words()


def test_the_tickets_language_comes_before_the_phones_and_the_readers_choice_before_both(phones):
    phones.queue("dossier", ticket(language="ar"))
    assert 'lang="ar"' in phones.get(language="en").text[:60]
    assert 'lang="zh"' in phones.get(f"{TOKEN}?l=zh", language="en").text[:60]
    phones.queue("dossier", ticket())
    assert 'lang="en"' in phones.get(language="en-GB,en;q=0.9").text[:60]
    assert 'lang="zh"' in phones.get(language="zh-CN").text[:60]
    assert 'lang="fr"' in phones.get(language="pt").text[:60]


def test_a_site_text_without_a_translation_is_marked_as_the_french_that_it_is(barnum, clock):
    name = compiled.Text(fr="Guichet 1 · Point info", en="Desk 1 · Information")
    desks = [msgspec.structs.replace(desk, name=name) for desk in barnum.desks]
    phones = Phones(msgspec.structs.replace(barnum, desks=desks), clock)
    phones.queue("dossier", ticket(state="called", desk="info"))
    assert '<bdi lang="fr" dir="ltr">Guichet 1 · Point info</bdi>' in phones.get(f"{TOKEN}?l=ar").text


def test_all_catalogues_have_the_same_texts_with_the_same_values():
    read = {code: tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")) for code in LANGUAGES}
    for texts in read.values():
        assert texts.keys() == read["fr"].keys()
        for key, text in texts.items():
            assert values_in(text) == values_in(read["fr"][key]), key


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_one_person_ahead_is_not_told_in_the_plural(phones):
    phones.queue("dossier", ticket(ahead=1))
    assert "1 personne avant vous" in phones.words()


# What nobody learns ---------------------------------------------------------------------------


@pytest.mark.parametrize("guess", ["x", "A" * 22, "A" * 3000, "..%2f..%2fetc", "é%00", hashed(TOKEN), "%ff"])
def test_whatever_no_ticket_has_gets_the_same_answer(phones, guess):
    phones.queue("dossier", ticket())
    wrong, other = phones.get(guess), phones.get("B" * 22)
    assert wrong.status_code == 404
    assert wrong.get_data() == other.get_data()
    assert "Ce ticket n’est plus valable" in phones.words(guess)


def test_a_guesser_is_held_back_and_the_phones_behind_the_same_address_are_not(phones):
    phones.queue("dossier", ticket())
    codes = [phones.get(f"guess{number}").status_code for number in range(UNKNOWN_A_MINUTE.amount + 5)]
    assert codes[: UNKNOWN_A_MINUTE.amount] == [404] * UNKNOWN_A_MINUTE.amount
    assert codes[UNKNOWN_A_MINUTE.amount :] == [429] * 5
    assert phones.get().status_code == 200
    assert phones.get("guess", address="10.19.0.78").status_code == 404


def test_nothing_else_is_reachable_and_no_cookie_is_set(phones):
    phones.queue("dossier", ticket())
    for path in (
        "/",
        "/technique",
        "/direct/espace",
        "/sante",
        "/console/info/next",
        "/t/",
        "/static/live.js",
    ):
        assert phones.client.get(path).status_code == 404
    for answer in (phones.get(), phones.get("nobody"), phones.get(f"{TOKEN}/je-pars")):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")


def test_the_page_with_all_it_needs_stays_under_twenty_kilobytes(phones):
    phones.queue("familles", ticket(state="called", desk="familles"))
    html = phones.get().text
    addresses = re.findall(r'(?:src|href)="(/[^"]+)"', html)
    assert len(addresses) == 2
    whole = len(html.encode())
    for address in addresses:
        with phones.client.get(address) as answer:
            assert answer.status_code == 200
            whole += len(answer.get_data())
    assert 5_000 < whole < 20_000
    assert "//" not in html.replace("<!doctype", "")


def test_the_script_is_of_the_old_kind():
    script = (Path(FOLDER).parent / "static" / "phone.js").read_text(encoding="utf-8")
    code = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
    assert re.search(r"\bvar\b", code)
    assert not re.search(r"=>|\b(let|const|class|async|await|import)\b|`|\bfetch\(", code)


# What is not known ----------------------------------------------------------------------------


def test_an_old_view_is_said_unknown_since_when_and_never_as_its_last_values(phones):
    phones.queue("dossier", ticket())
    phones.clock.advance(40 * SECOND)
    phones.afternoon.recorder_speaks()
    words = phones.words()
    assert phones.get().status_code == 503
    assert "État inconnu depuis 15:42" in words
    assert "B042" in words
    assert "4 personnes" not in words


def test_while_a_queue_is_unknown_or_told_in_part_no_token_is_called_invalid(phones):
    phones.afternoon.publish("private/queue/dossier", b"")
    assert phones.get("nobody").status_code == 503
    assert "plus valable" not in phones.words("nobody")
    phones.queue("dossier", complete=False)
    assert phones.get("nobody").status_code == 503
    phones.queue("dossier")
    assert phones.get("nobody").status_code == 404


def test_without_a_script_the_page_renews_itself(phones):
    phones.queue("dossier", ticket())
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in phones.get().text


# Leaving --------------------------------------------------------------------------------------


def test_leaving_takes_two_steps_and_is_recorded_once(phones):
    phones.queue("dossier", ticket())
    assert f'href="{TOKEN}/je-pars"' in phones.get().text
    asked = phones.get(f"{TOKEN}/je-pars")
    assert "Rendre votre place" in asked.text
    assert phones.recorded == []
    first, second = phones.post(f"{TOKEN}/je-pars"), phones.post(f"{TOKEN}/je-pars")
    assert (first.status_code, first.headers["Location"]) == (303, f"../{TOKEN}")
    assert second.status_code == 303
    assert phones.recorded == [messages.VisitorLeft(device="phone", token=hashed(TOKEN))]
    assert "C’est noté" in phones.words()
    phones.queue("dossier", ticket(state="left"))
    assert "Vous avez rendu votre place" in phones.words()


def test_a_place_that_an_agent_gave_back_can_be_left_again(phones):
    phones.queue("dossier", ticket())
    phones.post(f"{TOKEN}/je-pars")
    phones.queue("dossier", ticket(state="left"))
    phones.words()
    phones.queue("dossier", ticket())
    phones.post(f"{TOKEN}/je-pars")
    assert len(phones.recorded) == 2


@pytest.mark.parametrize("state", ["serving", "no_show", "left"])
def test_who_has_no_place_in_the_queue_cannot_give_it_back(phones, state):
    phones.queue("dossier", ticket(state=state, desk="info"))
    assert "/je-pars" not in phones.get().text.replace(f'hidden><a class="button" href="{TOKEN}/je-pars"', "")
    phones.post(f"{TOKEN}/je-pars")
    assert phones.recorded == []


def test_a_leaving_that_cannot_be_recorded_is_said_so(phones):
    phones.queue("dossier", ticket())
    phones.full = True
    answer = phones.post(f"{TOKEN}/je-pars")
    assert answer.status_code == 503
    assert "Vous gardez votre place" in answer.text


def test_an_unknown_token_records_nothing(phones):
    assert phones.post("nobody/je-pars").status_code == 404
    assert phones.recorded == []
