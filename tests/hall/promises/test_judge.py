from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from hall.promises import judge, report, scores, visits
from hall.promises.judge import OURS, Forecast, Judged
from hall.promises.visits import BadVisitsError, PastVisit
from preaccueil.__main__ import main

HEADER = "service,day,arrival_s,start_s,end_s\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "visits.csv"
    path.write_text(text, encoding="utf-8")
    return path


def a_week(desks: int = 2) -> list[PastVisit]:
    """Days at two desks with services of about five minutes, first come first served."""
    chance = random.Random(3)  # noqa: S311 - the same week each time
    found = []
    for day in range(1, 8):
        free, at_s = [9 * 3600.0] * desks, 9 * 3600.0
        for _ in range(100):
            at_s += chance.expovariate(1 / 140)
            start_s = max(at_s, min(free))
            free[free.index(min(free))] = end_s = start_s + chance.expovariate(1 / 290)
            found.append(PastVisit("info", f"2026-02-{day:02}", at_s, start_s, end_s, None, desks))
    return found


@pytest.mark.parametrize("place", [40, 250, 699])
def test_the_judge_sees_nothing_of_what_comes_after_a_ticket(place):
    week = a_week()
    while not week[place].wait_s:  # who is called at once cannot be told from others
        place -= 1

    def said(later: float) -> dict[str, Forecast]:
        """To that ticket, where it and all who came after it are called so much later."""
        changed = [
            visit if before < place else visit._replace(start_s=(visit.start_s or 0) + later, end_s=None)
            for before, visit in enumerate(week)
        ]
        wait_s, day = changed[place].wait_s, changed[place].day
        return next(one.said for one in judge.walk(changed) if (one.wait_s, one.day) == (wait_s, day))

    assert said(0) == said(1234) == said(5001)


def test_promises_are_withheld_until_ten_waits_were_seen():
    judged = list(judge.walk(a_week()))
    missing = [place for place, one in enumerate(judged) if OURS not in one.said]
    assert 10 <= len(missing) < 25
    assert len(judged) == 700


def test_who_left_counts_as_queue_until_somebody_later_is_called():
    day = "2026-02-01"
    seen = [
        PastVisit("info", day, 100, 150, None, None, None),
        PastVisit("info", day, 200, None, None, None, None),
        PastVisit("info", day, 300, 400, None, None, None),
        PastVisit("info", day, 500, 600, None, None, None),
    ]
    formula = [one.said["queue formula"].median_s for one in judge.walk(seen)]
    assert formula == [300, 600, 300]


def test_a_better_forecast_scores_better():
    judged = [
        Judged("info", f"2026-02-{day:02}", 9, wait, {OURS: Forecast(600, 900), "constant": Forecast(0, 0)})
        for day in (1, 2)
        for wait in (0.0, 600.0, 1000.0)
    ]
    ours = scores.score(judged, OURS)
    other = scores.score(judged, "constant")
    assert ours is not None
    assert other is not None
    assert (ours.mae_s, ours.coverage, ours.coverage_any) == (pytest.approx(1000 / 3), 0.5, 0.5)
    assert ours.pinball90_s < other.pinball90_s
    assert (ours.waits, ours.waited) == (6, 4)


def test_the_report_holds_where_nine_of_ten_hold():
    def of(p90_s: float) -> list[Judged]:
        names = (OURS, *judge.RIVALS)
        return [
            Judged(
                "info",
                f"2026-02-{1 + place % 9}",
                9,
                200.0 + place,
                dict.fromkeys(names, Forecast(300, p90_s)),
            )
            for place in range(1000)
        ]

    assert report.report(of(1099.0)).holds
    assert not report.report(of(800.0)).holds
    assert not report.report(of(1300.0)).holds


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("info,2026-02-01,ten,20,30", "line 2: arrival_s is 'ten', not a number"),
        ("info,2026-02-01,,20,30", "line 2: arrival_s is blank"),
        ("info,1st,10,20,30", "line 2: day is '1st', not a date like 2026-01-31"),
        (",2026-02-01,10,20,30", "line 2: service is blank"),
        ("info,2026-02-01,30,20,40", "line 2: start_s 20 is before arrival_s 30"),
        ("info,2026-02-01,10,20,15", "line 2: end_s 15 is before 20"),
        ("info,2026-02-01,10,nan,30", "line 2: start_s is nan: it must be from 0"),
        ("info,2026-02-01,1e9,2e9,", "line 2: arrival_s is 1e9: it must be from 0"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path, line, said):
    with pytest.raises(BadVisitsError) as error:
        visits.read(written(tmp_path, f"{HEADER}{line}\n"))
    assert said in str(error.value)


def test_all_bad_lines_are_named_at_once_up_to_twenty(tmp_path):
    with pytest.raises(BadVisitsError) as error:
        visits.read(written(tmp_path, HEADER + "info,2026-02-01,x,20,\n" * 25))
    assert str(error.value).count("line ") == 20
    assert "and 5 more" in str(error.value)


def test_missing_columns_are_named(tmp_path):
    with pytest.raises(BadVisitsError, match="no column arrival_s, end_s; it has: service, day, start_s"):
        visits.read(written(tmp_path, "service,day,start_s\n"))


def test_what_is_no_text_or_not_there_or_empty_is_told(tmp_path):
    path = tmp_path / "bytes.csv"
    path.write_bytes(b"\xff\xfe\x00")
    for bad, said in (
        (path, "UTF-8"),
        (tmp_path / "none.csv", "cannot be read"),
        (written(tmp_path, HEADER), "no visits"),
    ):
        with pytest.raises(BadVisitsError, match=said):
            visits.read(bad)


def test_the_command_judges_a_file_and_refuses_a_bad_one(tmp_path):
    lines = [f"{v.service},{v.day},{v.arrival_s},{v.start_s},{v.end_s}" for v in a_week()]
    path = tmp_path / "visits.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "\n".join(lines)).encode()))
    good = CliRunner().invoke(main, ["promise", "evaluate", str(path)])
    assert good.exit_code in (0, 1)
    assert "promesse / promise" in good.output
    assert "P90" in good.output
    bad = CliRunner().invoke(main, ["promise", "evaluate", str(tmp_path / "none.csv")])
    assert bad.exit_code == 2
    assert "none.csv" in bad.output
