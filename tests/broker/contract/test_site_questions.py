"""A barometer's calendar: which question is asked on a day, and what ``check`` says of days and overlaps."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from broker.contract.compiled import Question, Text
from broker.contract.questions import iso_week, question_on
from broker.contract.site import SiteError, load

BARNUM = Path(__file__).parents[3] / "firmware_configs" / "sites" / "barnum"
MONDAY = date(2027, 6, 7)
DAYS = some.dates(date(2026, 12, 1), date(2028, 2, 1))


def question(name: str) -> Question:
    return Question(id=name, text=Text(fr=name, en=name), answers=[], weekdays=[])


ALWAYS = question("always")
ON_MONDAYS = replace(question("mondays"), weekdays=["monday"])
THAT_WEEK = replace(question("week"), weeks=["2027-W23"])
THAT_DAY = replace(question("day"), dates=["2027-06-07"])


@given(some.permutations([ALWAYS, ON_MONDAYS, THAT_WEEK, THAT_DAY]))
def test_a_date_goes_before_a_week_and_a_week_before_a_weekday_in_any_order(
    questions: list[Question],
) -> None:
    asked = [question_on(questions, MONDAY + timedelta(days=passed)) for passed in (0, 1, 7, 8)]
    assert asked == [THAT_DAY, THAT_WEEK, ON_MONDAYS, ALWAYS]


@given(DAYS)
def test_a_question_bound_to_days_is_asked_on_those_and_on_no_other(day: date) -> None:
    assert (question_on([ON_MONDAYS], day) is not None) == (day.weekday() == 0)
    assert (question_on([THAT_DAY], day) is not None) == (day == MONDAY)
    assert (question_on([THAT_WEEK], day) is not None) == (MONDAY <= day < MONDAY + timedelta(days=7))
    assert question_on([ALWAYS], day) is ALWAYS


@given(DAYS)
def test_weeks_are_those_of_iso_8601_also_around_new_year(day: date) -> None:
    assert date.fromisoformat(f"{iso_week(day)}-{day.weekday() + 1}") == day


def test_a_week_can_be_held_to_some_weekdays() -> None:
    only = replace(THAT_WEEK, weekdays=["tuesday"])
    asked = [question_on([only], MONDAY + timedelta(days=passed)) for passed in range(9)]
    assert [one is only for one in asked] == [False, True, *[False] * 7]


# What check says --------------------------------------------------------------------------------


def described(folder: Path, *days: str) -> Path:
    """The barnum, with these days for its first questions and no other questions."""
    shutil.copytree(BARNUM, folder)
    text = (folder / "site.toml").read_text()
    head, rest = text.split("[[barometers.questions]]", 1)
    _, tail = rest.split("# --- Afficheurs", 1)
    answers = ", ".join(
        f'{{ id = "r{number}", pictogram = "○", text = {{ fr = "Oui", en = "Yes" }} }}' for number in range(4)
    )
    questions = [
        f'[[barometers.questions]]\nid = "q{place}"\ntext = {{ fr = "?", en = "?" }}\n'
        f"{when}\nanswers = [{answers}]\n"
        for place, when in enumerate(days)
    ]
    (folder / "site.toml").write_text(f"{head}{''.join(questions)}# --- Afficheurs{tail}")
    return folder


def said(folder: Path) -> list[str]:
    with pytest.raises(SiteError) as caught:
        load(folder)
    return [problem.message.fr for problem in caught.value.problems]


def test_a_question_a_week_is_a_calendar(tmp_path: Path) -> None:
    folder = described(tmp_path / "site", 'weeks = ["2027-W22"]', 'weeks = ["2027-W23"]')
    assert [one.weeks for one in load(folder).barometers[0].questions] == [["2027-W22"], ["2027-W23"]]


def test_a_date_may_stand_out_from_its_weekday(tmp_path: Path) -> None:
    assert load(described(tmp_path / "site", "weekdays = []", 'dates = ["2027-06-21"]'))


def test_a_week_between_two_others_is_not_left_empty(tmp_path: Path) -> None:
    (message,) = said(described(tmp_path / "site", 'weeks = ["2027-W22"]', 'weeks = ["2027-W24"]'))
    open_days = ", ".join(f"2027-06-{day:02}" for day in range(7, 12))  # the tent is closed at weekends
    assert message == f"aucune question pour : {open_days}"


def test_one_week_has_one_question_unless_their_weekdays_differ(tmp_path: Path) -> None:
    (message,) = said(described(tmp_path / "one", 'weeks = ["2027-W22"]', 'weeks = ["2027-W22"]'))
    assert message.startswith("deux questions pour un même jour : site.toml:")
    apart = (
        'weeks = ["2027-W22"]\nweekdays = ["monday"]',
        ('weeks = ["2027-W22"]\nweekdays = ["tuesday", "wednesday", "thursday", "friday"]'),
    )
    assert load(described(tmp_path / "two", *apart))


def test_one_date_has_one_question(tmp_path: Path) -> None:
    (message,) = said(described(tmp_path / "site", "", 'dates = ["2027-06-21"]', 'dates = ["2027-06-21"]'))
    assert message.startswith("deux questions pour un même jour")


def test_a_question_has_two_to_six_answers(tmp_path: Path) -> None:
    folder = described(tmp_path / "site", "")
    text = (folder / "site.toml").read_text()
    begins = "answers = ["
    more = ", ".join(f'{{ id = "m{n}", pictogram = "○", text = {{ fr = "M", en = "M" }} }}' for n in range(3))
    (folder / "site.toml").write_text(text.replace(begins, f"{begins}{more}, "))
    assert "valeur hors limites" in said(folder)
