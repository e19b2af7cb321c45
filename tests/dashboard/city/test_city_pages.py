"""The city's pages: sites side by side, fairly, and an absent one shown as absent."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from city.seen import SiteSeen
from dashboard.city.standing import AWAY_NS
from hall.store.interface import StoreUnavailableError
from tests.dashboard.city.five_sites import NOW_NS, REFUSED


class Tables(HTMLParser):
    """The rows of a page's tables, as texts of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {' '.join(data.split())}".strip()


def rows(client, path="/"):
    answer = client.get(path)
    assert answer.status_code == 200
    tables = Tables()
    tables.feed(answer.get_data(as_text=True))
    return tables.rows


def line(client, site, path="/", place=0):
    return [row for row in rows(client, path) if row and row[0].startswith(site)][place]


def test_sites_stand_in_the_order_of_their_names_and_not_of_their_waits(visitor):
    names = [row[0][:12] for row in rows(visitor) if row and row[0].startswith("Mairie du")][:5]
    assert names == [f"Mairie du {number}" for number in (10, 11, 12, 19, 20)]


def test_a_month_of_waits_is_told_with_how_sure_it_is(visitor):
    _, _, median, p90, within, left, drawn, days = line(visitor, "Mairie du 10e")
    assert re.fullmatch(r"\d+ min entre \d+ et \d+", median)
    assert re.fullmatch(r"\d+ min entre \d+ et \d+", p90)
    assert re.fullmatch(r"\d+ % entre \d+ et \d+ %", within)
    assert left.startswith("9 %")
    assert (drawn, days[:2]) == (str(20 * 88), "20")


def test_of_one_day_no_interval_is_told(visitor):
    _, _, median, *_ = line(visitor, "Mairie du 10e", "/?etendue=jour")
    assert re.fullmatch(r"\d+ min", median)


def test_of_too_few_waits_nothing_is_told_but_their_number(visitor):
    _, strip, *figures, drawn, _days = line(visitor, "Mairie du 20e")
    assert figures == ["trop peu"] * 4
    assert (strip, drawn) == ("", "12")


def test_an_absent_site_is_away_since_and_never_zero(visitor):
    away = line(visitor, "Mairie du 11e", "/?etendue=jour")
    assert "absente" in away[0]
    assert "dernière nouvelle : 12 h 30" in away[0]
    never = line(visitor, "Mairie du 12e")
    assert "jamais entendue" in never[0]
    assert never[2:] == ["—"] * 6


def test_only_a_site_that_is_heard_can_have_had_no_visitor(five, visitor):
    sunday = "/?etendue=jour&au=2027-06-13"
    assert line(visitor, "Mairie du 19e", sunday)[6] == "aucun"
    assert line(visitor, "Mairie du 11e", sunday)[6] == "—"


def test_a_site_is_away_when_its_last_word_is_too_old(five, visitor):
    seen = SiteSeen(heard_ns=NOW_NS - AWAY_NS, journal="j")
    five.see(mairie_19=seen)
    assert "en ligne" in line(visitor, "Mairie du 19e")[0]
    five.clock.now_civil_ns += 1
    assert "absente" in line(visitor, "Mairie du 19e")[0]


def test_a_feed_that_is_silent_makes_every_site_unknown(five, visitor):
    five.clock.now_civil_ns += 31 * 10**9
    assert "inconnu" in line(visitor, "Mairie du 19e")[0]
    assert "n’entend plus ses mairies" in visitor.get("/").get_data(as_text=True)
    assert visitor.get("/sante").status_code == 503


def test_votes_are_told_with_wilsons_interval_and_their_denominator(visitor):
    _, _, share, votes, visits = line(visitor, "Mairie du 19e", place=2)
    assert re.fullmatch(r"\d+ % entre \d+ et \d+ %", share)
    assert (votes, visits) == ("1600", "1600")
    few = line(visitor, "Mairie du 20e", place=2)
    assert few[2:4] == ["58 % entre 32 et 81 %", "12"], "few votes are told with how little they say"


def test_a_store_that_does_not_answer_takes_only_its_own_line(five, visitor, monkeypatch):
    def away(*_):
        raise StoreUnavailableError

    monkeypatch.setattr(five.stores["mairie-19"], "points", away)
    assert line(visitor, "Mairie du 19e")[2:] == ["—"] * 6
    assert line(visitor, "Mairie du 10e")[2] != "—"


@pytest.mark.parametrize("address", ["/?au=demain", "/?etendue=siecle", "/?au=0001-01-01"])
def test_what_cannot_be_understood_is_refused(visitor, address):
    assert visitor.get(address).status_code == 400


def test_how_sites_are_linked_is_for_technicians(visitor, technician):
    assert visitor.get("/liaisons").headers["Location"].startswith("/connexion")
    assert "/liaisons" not in visitor.get("/").get_data(as_text=True)
    assert "99,0 %" in line(technician, "Mairie du 19e", "/liaisons")[-1].replace("\xa0", " ")


def test_the_ledger_is_equal_different_or_not_known_yet(technician):
    assert line(technician, "Mairie du 19e", "/liaisons")[3:7] == ["420", "420", "0", "égal"]
    assert line(technician, "Mairie du 20e", "/liaisons")[2:7] == ["8300", "420", "419", "100", "différent"]
    assert line(technician, "Mairie du 12e", "/liaisons")[3:7] == ["—", "—", "—", "pas encore compté"]


def test_a_refused_copy_of_a_site_is_said_to_technicians_and_to_nobody_else(visitor, technician):
    assert REFUSED in technician.get("/liaisons").get_data(as_text=True)
    assert REFUSED not in visitor.get("/").get_data(as_text=True)


def test_a_copy_that_does_not_go_on_is_said_to_technicians(five, technician):
    five.see(mairie_19=SiteSeen(heard_ns=NOW_NS, trouble="9 comes where 5 is next"))
    said = technician.get("/liaisons").get_data(as_text=True)
    assert "n’avance plus" in said
    assert "9 comes where 5 is next" in said


def test_the_comparison_is_a_table_of_open_data(visitor):
    answer = visitor.get("/comparaison.csv")
    table = {row["site"]: row for row in csv.DictReader(io.StringIO(answer.get_data(as_text=True)))}
    assert [*table] == ["mairie-10", "mairie-11", "mairie-12", "mairie-19", "mairie-20"]
    assert table["mairie-12"]["tickets"] == ""
    assert table["mairie-20"]["mediane_s"] == ""
    there = table["mairie-19"]
    assert float(there["mediane_s_de"]) <= float(there["mediane_s"]) <= float(there["mediane_s_a"])
    assert there["etat"] == "here"


def test_both_languages_are_served(visitor):
    assert "Town halls side by side" in visitor.get("/?lang=en").get_data(as_text=True)
    assert "away" in line(visitor, "Mairie du 11e", "/?lang=en")[0]
