"""Pairs of days: the same visitors twice, what is said of the difference, and days that were recorded."""

from __future__ import annotations

import csv
import random
import statistics
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from typing import cast
from zoneinfo import ZoneInfo

import pytest
import simpy
from click.testing import CliRunner
from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract.site import load
from hall.opening import Opening
from hall.store.interface import Store
from preaccueil.commands.whatif import command
from simulation.days import SimulatedSite
from simulation.past import PastSite
from simulation.whatif import changes, experiment, recorded
from simulation.whatif.arm import Arm
from simulation.whatif.day import play
from simulation.whatif.figures import Estimate, figures
from simulation.whatif.people import Guest
from simulation.whatif.report import sentence
from simulation.whatif.words import words

SITES = Path(__file__).parents[3] / "firmware_configs" / "sites"
WEDNESDAY = date(2027, 6, 9)
OPENS = datetime(2027, 6, 9, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
OPEN_S = 2 * 3600


@pytest.fixture(scope="module")
def site():
    return load(SITES / "barnum")


def compare(now: Arm, then: Arm, count: int = 3) -> list[experiment.Run]:
    return list(experiment.runs(now, then, [WEDNESDAY], experiment.simulated(now, then, 1), count))


def test_no_change_makes_no_difference_at_all(site):
    done = compare(Arm(site), Arm(site), 2)
    assert all(run.now == run.then for run in done)


def test_one_more_desk_shortens_the_wait_at_its_service_and_leaves_the_others_alone(site):
    done = compare(Arm(site), changes.desk(Arm(site), "etat-civil-2:comme=etat-civil").arm)
    civil = experiment.change(done, lambda day: day.by_service.get("etat-civil"))
    digital = experiment.change(done, lambda day: day.by_service.get("en-ligne"))
    assert civil is not None
    assert civil.difference.mean < -1
    assert digital is None or digital.difference == (0.0, 0.0, 0.0)


def test_one_desk_less_sends_more_people_away(site):
    done = compare(Arm(site), changes.desk(Arm(site), "info:ferme").arm)
    left = experiment.change(done, lambda day: day.left)
    assert left is not None
    assert left.difference.low > 0


def test_a_layout_is_compared_as_a_whole(site):
    other = changes.other_site(Arm(site), load(SITES / "extension")).arm
    done = compare(Arm(site), other)
    found = experiment.change(done, lambda day: day.by_service.get("information"))
    assert found is not None
    assert found.difference.high < 0


def test_a_day_on_which_only_one_is_open_is_refused(site):
    with pytest.raises(experiment.OpenInOneError, match="2027-06-09"):
        compare(Arm(site), changes.hours(Arm(site), "mercredi=ferme").arm)


def test_people_inside_are_counted_against_the_number_that_is_permitted(site):
    coming = [
        Guest(arrives_s=9 * 3600.0, service="", service_s=0.0, people=people, stays_s=600.0)
        for people in (3, 4)
    ]
    played = play(Arm(site), WEDNESDAY, coming)
    assert max(people for _, people in played.inside) == 7
    assert figures(played, replace(site, capacity=6), 20).beyond == 1
    assert figures(played, replace(site, capacity=7), 20).beyond == 0


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (Estimate(-4.0, -6.0, -2.0), "L'attente baisse de 4,0 min (entre 2,0 et 6,0)."),
        (Estimate(12.4, 11.0, 13.8), "L'attente monte de 12 min (entre 11 et 14)."),
        (Estimate(0.0, 0.0, 0.0), "L'attente ne change pas."),
        (Estimate(-0.5, -1.5, 0.5), "L'attente ne change pas de façon sûre (−0,5 min, entre −1,5 et +0,5)."),
    ],
)
def test_a_difference_is_said_in_words_and_never_surer_than_it_is(difference, said):
    assert sentence(words("fr"), "L'attente", difference, "min") == said


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (Estimate(-4.0, -6.0, -2.0), "The wait falls by 4.0 min (between 2.0 and 6.0)."),
        (Estimate(0.0, 0.0, 0.0), "The wait does not change."),
        (Estimate(-0.5, -1.5, 0.5), "The wait does not surely change (−0.5 min, between −1.5 and +0.5)."),
    ],
)
def test_a_difference_is_said_in_english_too(difference, said):
    assert sentence(words("en"), "The wait", difference, "min") == said


def test_both_languages_have_the_same_words_with_the_same_values():
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    french, english = words("fr").texts, words("en").texts
    assert french.keys() == english.keys()
    free = {"recorded_one", "simulated_one", "on", "from_to"}
    for key in french.keys() - free:
        assert places(french[key]) == places(english[key]), key


# Recorded days ------------------------------------------------------------------------------------


class Nowhere:
    def write(self, measures):
        raise AssertionError

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def journal(site, tmp_path_factory) -> Path:
    """Two hours of the barnum, through the nodes' and the hall's own code."""
    folder = tmp_path_factory.mktemp("journal")
    environment = simpy.Environment(initial_time=OPENS.timestamp() - 600)
    past = PastSite(site, environment, 10, folder, cast("Store", Nowhere()))
    people = SimulatedSite(environment, past.tent, site, random.Random(4), 10)  # noqa: S311
    opening = Opening(int(OPENS.timestamp()) * SECOND, int(OPENS.timestamp() + OPEN_S) * SECOND)
    past.run_until(environment.process(people.day(opening)))
    past.close()
    return folder / "journal.sqlite"


def test_a_recorded_day_replays_to_nearly_its_own_waits(site, journal):
    record = recorded.from_journal(journal, site)
    arm = Arm(site, staffed=record.staff)
    played = play(arm, WEDNESDAY, recorded.Recorded(record, site, seed=1)(0, WEDNESDAY))
    were = {(past.service, round(past.arrived_s)): past.wait_s for past in record.days[WEDNESDAY]}
    are = {(wait.service, round(wait.arrived_s)): wait.wait_s for wait in played.waits}
    assert were.keys() == are.keys()
    assert len(were) > 40
    assert statistics.median(are.values()) == pytest.approx(statistics.median(were.values()), rel=0.1)
    off = [abs(are[key] - were[key]) for key in were]
    assert statistics.median(off) < 30
    assert statistics.correlation(list(were.values()), [are[key] for key in were]) > 0.9


def test_a_recorded_day_answers_what_one_more_desk_would_have_done(site, journal):
    record = recorded.from_journal(journal, site)
    now = Arm(site, staffed=record.staff)
    then = changes.desk(now, "info-2:comme=info,ouvert=09:00-12:00").arm
    guests = recorded.Recorded(record, site, seed=1)
    (run,) = experiment.runs(now, then, [WEDNESDAY], guests, 1)
    assert run.then.by_service["information"] < run.now.by_service["information"]


def test_a_csv_of_visits_is_played_too(site, tmp_path):
    path = tmp_path / "visits.csv"
    lines = [
        "service,day,arrival_s,start_s,end_s",
        "information,2027-06-09,36000,36060,36300",
        "information,2027-06-09,36030,36300,36600",
        "information,2027-06-09,36040,,37000",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    record = recorded.from_csv(path, site)
    played = play(Arm(site), WEDNESDAY, recorded.Recorded(record, site, seed=1)(0, WEDNESDAY))
    found = figures(played, site, 20)
    assert found.tickets == 3
    assert [round(wait.arrived_s) for wait in played.waits] == [36000, 36030, 36040]


def test_visits_for_a_service_of_another_town_hall_are_refused_by_name(site, tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text("service,day,arrival_s,start_s,end_s\npasseports,2027-06-09,1,2,3\n", encoding="utf-8")
    with pytest.raises(recorded.NoVisitsError, match="passeports"):
        recorded.from_csv(path, site)


# The command --------------------------------------------------------------------------------------


def whatif(*arguments: str):
    return CliRunner().invoke(command, [str(SITES / "barnum"), *arguments])


def test_the_command_says_it_in_words_and_as_a_table_and_what_it_does_not_know(tmp_path):
    out = tmp_path / "runs.csv"
    told = whatif(
        "--desk", "etat-civil-2:comme=etat-civil,ouvert=10:00-12:00",
        "--runs", "2", "--date", "2027-06-09", "--out", str(out),
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "Et si… un guichet de plus (etat-civil-2) ouvert de 10:00 à 12:00" in told.output
    assert "L'attente médiane" in told.output
    assert "Ce que ce calcul ne sait pas" in told.output
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["run"], row["arrangement"]) for row in rows] == [
        ("0", "now"), ("0", "then"), ("1", "now"), ("1", "then"),
    ]  # fmt: skip


def test_a_layout_without_a_service_is_said_to_serve_nobody_for_it():
    told = CliRunner().invoke(
        command,
        [
            str(SITES / "reamenagement"), "--with", str(SITES / "barnum"),
            "--runs", "1", "--date", "2027-06-09",
        ],
    )  # fmt: skip
    assert "pas de ticket, pour : Élections." in told.output


def test_the_whole_report_comes_in_english():
    told = whatif("--runs", "2", "--lang", "en", "--hours", "jeudi=08:30-20:00", "--date", "2027-06-10")
    assert told.exit_code == 0, told.output
    assert "What if… Thursday open from 08:30 to 20:00" in told.output
    assert "2 simulated days (2027-06-10), each in both cases" in told.output
    assert "The median wait" in told.output
    assert "What this reckoning does not know" in told.output
    assert "attente" not in told.output


def test_the_command_plays_a_journal(journal):
    told = whatif("--journal", str(journal), "--runs", "2", "--service", "information:duree=-20%")
    assert told.exit_code == 0, told.output
    assert "1 journée enregistrée (le 2027-06-09), rejouée 2 fois en tout" in told.output
    assert "Une seule journée est rejouée" in told.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--desk", "info-2:comme=inffo"], "vouliez-vous dire"),
        (["--journal", "/nowhere.sqlite"], "illisible"),
        (["--journal", __file__], "pas un journal de la salle"),
        (["--day", "a.csv", "--journal", "b.sqlite"], "pas les deux"),
        (["--date", "2027-06-06"], "ouvert aucun de ces jours"),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_once(arguments, said):
    told = whatif(*arguments)
    assert told.exit_code == 2
    assert said in told.output
