"""What was counted by hand in the old halls: read with every error told, and compared day by day."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.bilan.before import BadBeforeError, compared, read
from hall.bilan.waits import wait_figures

HEADER = "date;lieu;service;arrivee;appel;parti\n"


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "avant.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_each_line_is_somebody_who_waited_and_was_called_or_left(tmp_path: Path) -> None:
    waits = read(
        written(
            tmp_path,
            HEADER
            + "2027-05-12;Accueil général;information;09:42;10:05;\n"
            + "12/05/2027;État civil;;9:50;;10:20\n"
            + ";;;;;\n",
        )
    )
    assert [(wait.node, wait.service, wait.outcome, wait.wait_s) for wait in waits] == [
        ("Accueil général", "information", "served", 23 * 60),
        ("État civil", "", "left", 30 * 60),
    ]


def test_a_spreadsheets_mark_commas_and_other_orders_are_understood(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffParti,appel,arrivee,date\n,10:05,09:42,2027-05-12\n")
    (wait,) = read(path)
    assert wait.wait_s == 23 * 60


def test_every_bad_line_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        HEADER
        + "2027-05-12;;;09:42;10:05;\n"
        + "2027-13-12;;;09:42;10:05;\n"
        + "2027-05-12;;;9 h 42;10:05;\n"
        + "2027-05-12;;;09:42;;\n"
        + "2027-05-12;;;09:42;10:05;10:06\n"
        + "2027-05-12;;;09:42;;09:00\n"
        + "2027-05-12;;;09:42;10:05;;;\n",
    )
    with pytest.raises(BadBeforeError) as told:
        read(path)
    lines = str(told.value).splitlines()
    places = [line.split(" : ")[1] for line in lines]
    assert places == [
        "ligne 3, colonne date",
        "ligne 4, colonne arrivee",
        "ligne 5, colonne appel",
        "ligne 6, colonne appel",
        "ligne 7, colonne parti",
        "ligne 8",
    ]
    assert "« 2027-13-12 »" in lines[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date;arrivee;appel\n", "il manque la colonne parti"),
        (HEADER.replace("lieu", "salle"), "colonne salle : colonne inconnue"),
        (HEADER.replace("lieu", "date"), "colonne date : deux fois"),
        (HEADER, "aucune ligne"),
        ("", "il manque la colonne date"),
    ],
)
def test_a_header_that_cannot_be_used_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadBeforeError, match=said):
        read(written(tmp_path, text))


def test_another_encoding_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadBeforeError, match="CSV UTF-8"):
        read(written(tmp_path, HEADER + "2027-05-12;Été;;09:42;10:05;\n", "latin-1"))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadBeforeError, match=r"rien\.csv"):
        read(tmp_path / "rien.csv")


def days(tmp_path: Path, count: int, minutes: int) -> list[list]:
    """Days of ten persons: nine called after so many minutes, one left."""
    text = HEADER
    for day in range(1, count + 1):
        text += f"2027-05-{day:02};;;09:00;09:{minutes:02};\n" * 9 + f"2027-05-{day:02};;;09:00;;09:30\n"
    waits = read(written(tmp_path, text))
    return [waits[start : start + 10] for start in range(0, len(waits), 10)]


def test_before_and_now_are_compared_with_an_interval_over_days(tmp_path: Path) -> None:
    before = [wait for day in days(tmp_path, 6, 40) for wait in day]
    found = compared(before, days(tmp_path, 8, 10), target_s=1200)
    assert (found.before_days, found.now_days) == (6, 8)
    assert (found.before.within_share, found.now.within_share) == (0, 0.9)
    # Every day is like the others: drawing them again changes nothing.
    assert found.within == (0.9, 0.9)
    assert found.left == (0, 0)
    assert found.median == (-30 * 60, -30 * 60)


def test_few_days_have_no_interval(tmp_path: Path) -> None:
    before = [wait for day in days(tmp_path, 4, 40) for wait in day]
    found = compared(before, days(tmp_path, 8, 10), target_s=1200)
    assert (found.within, found.left, found.median) == (None, None, None)
    assert found.before == wait_figures(before, 1200)


def test_days_that_differ_have_an_interval_around_their_difference(tmp_path: Path) -> None:
    mixed = [*days(tmp_path, 5, 40), *days(tmp_path, 5, 10)]
    found = compared([wait for day in days(tmp_path, 6, 40) for wait in day], mixed, target_s=1200)
    assert found.within is not None
    low, high = found.within
    assert 0.0 < low < 0.45 < high < 0.9
