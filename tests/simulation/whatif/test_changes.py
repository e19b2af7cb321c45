"""What people type becomes another arrangement; what cannot be is met with what can."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from broker.contract import compiled
from broker.contract.site import load
from simulation.whatif import changes
from simulation.whatif.arm import Arm, Shift, Span
from simulation.whatif.changes import ChangeError
from simulation.whatif.day import play
from simulation.whatif.people import Guest, of

SITES = Path(__file__).parents[3] / "firmware_configs" / "sites"
WEDNESDAY, THURSDAY = date(2027, 6, 9), date(2027, 6, 10)
HOUR = 3600.0


@pytest.fixture(scope="module")
def barnum() -> Arm:
    return Arm(load(SITES / "barnum"))


def test_a_desk_like_another_works_at_its_own_hours(barnum):
    changed = changes.desk(barnum, "etat-civil-2:comme=etat-civil,ouvert=10:00-12:00")
    assert changed.arm.site.desk("etat-civil-2").services == ["etat-civil"]
    staff = changed.arm.staff(WEDNESDAY)
    assert staff["etat-civil-2"] == [Shift(10 * HOUR, 12 * HOUR, is_last=False)]
    assert staff["info"] == barnum.staff(WEDNESDAY)["info"]
    assert changed.words == compiled.Text(
        fr="un guichet de plus (etat-civil-2) ouvert de 10:00 à 12:00",
        en="one more desk (etat-civil-2) open from 10:00 to 12:00",
    )


def test_a_desk_can_be_closed_or_give_other_services(barnum):
    assert changes.desk(barnum, "info:ferme").arm.staff(WEDNESDAY)["info"] == []
    moved = changes.desk(barnum, "numerique:services=en-ligne+information").arm
    assert moved.site.desk("numerique").services == ["en-ligne", "information"]


def test_a_desk_works_only_while_the_site_is_open(barnum):
    arm = changes.desk(barnum, "info:ouvert=07:00-09:00+16:00-22:00").arm
    assert arm.staff(WEDNESDAY)["info"] == [
        Shift(8.5 * HOUR, 9 * HOUR, is_last=False),
        Shift(16 * HOUR, 17 * HOUR, is_last=True),
    ]


def test_hours_change_on_the_days_that_are_named(barnum):
    arm = changes.hours(barnum, "jeudi=09:00-12:00+13:00-20:00").arm
    assert arm.openings(THURSDAY) == [Span(9 * HOUR, 12 * HOUR), Span(13 * HOUR, 20 * HOUR)]
    assert arm.openings(WEDNESDAY) == barnum.openings(WEDNESDAY)
    assert changes.hours(barnum, "wednesday=ferme").arm.openings(WEDNESDAY) == []


def test_a_service_takes_longer_or_shorter_and_is_asked_for_more_or_less(barnum):
    arm = changes.service(barnum, "familles:duree=390s,visites=-100%".replace("-100", "-50")).arm
    assert arm.pace == {"familles": 0.5}
    assert arm.demand == {"familles": 0.5}


def test_demand_brings_the_same_people_and_some_more_or_fewer(barnum):
    coming = [
        Guest(arrives_s=9 * HOUR + n, service="familles", service_s=60.0, keeps=n / 100) for n in range(100)
    ]
    fewer = of(changes.service(barnum, "familles:visites=-20%").arm, coming)
    more = of(changes.service(barnum, "familles:visites=+20%").arm, coming)
    assert set(fewer) < set(coming) < set(more)
    assert (len(fewer), len(more)) == (80, 120)


def test_who_comes_after_closing_is_turned_away_and_who_comes_before_waits_at_the_door(barnum):
    coming = [Guest(arrives_s=at_s, service="information", service_s=60.0) for at_s in (8 * HOUR, 18 * HOUR)]
    played = play(barnum, WEDNESDAY, coming)
    assert (len(played.waits), played.turned_away) == (1, 1)
    assert played.waits[0].arrived_s == 8.5 * HOUR


@pytest.mark.parametrize(
    ("step", "text", "said"),
    [
        (changes.desk, "info", "--desk etat-civil-2:comme=etat-civil"),
        (changes.desk, "nouveau:ouvert=10:00-12:00", "comme=GUICHET"),
        (changes.desk, "info-2:comme=inffo", "vouliez-vous dire / did you mean  info"),
        (changes.desk, "info:services=informations", "vouliez-vous dire / did you mean  information"),
        (changes.desk, "info:ouvert=10h-12h", "'10h-12h' n'est pas un horaire"),
        (changes.desk, "info:ouvert=12:00-10:00", "finit avant de commencer"),
        (changes.desk, "info:couleur=bleu", "permis / allowed: comme, ferme, ouvert, services"),
        (changes.desk, "info:comme=numerique", "existe déjà"),
        (changes.service, "familes:duree=-10%", "vouliez-vous dire / did you mean  familles"),
        (changes.service, "familles:visites=beaucoup", "n'est pas une part"),
        (changes.service, "familles:visites=-100%", "n'est pas une part"),
        (changes.hours, "jeudi", "--hours jeudi=08:30-20:00"),
        (changes.hours, "jedi=08:30-20:00", "jour inconnu"),
    ],
)
def test_a_change_that_cannot_be_says_what_where_and_what_to_do(barnum, step, text, said):
    with pytest.raises(ChangeError) as raised:
        step(barnum, text)
    assert said in str(raised.value)
    assert str(raised.value).startswith(text)
