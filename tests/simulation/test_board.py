"""The status board: where there is no terminal, plain lines."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from simulation.board import Board, Part, Shown
from simulation.reports import HistoryReport, TentReport, hear

TENT = TentReport(
    civil_ns=1_780_912_800_000_000_000,
    groups=12,
    inside=17,
    tickets=9,
    served=4,
    walked_away=1,
    votes=3,
    median_wait_s=421.0,
    nodes=13,
    nodes_online=13,
    recorded=90,
    pending=0,
)


@pytest.fixture
def shown() -> Shown:
    shown = Shown("Europe/Paris", parts={"broker": Part("mosquitto", "127.0.0.1:8883 (TLS)")})
    shown.hear(TENT)
    shown.hear(HistoryReport(days_done=3, days=15, events=8000))
    return shown


def test_without_a_terminal_a_line_tells_time_people_events_and_wait(shown):
    out = io.StringIO()
    with Board(Console(file=out, width=60), shown, machine_s=lambda: 100.0) as board:
        board.refresh()
        board.refresh()  # at once again: not one more line
    (line,) = out.getvalue().splitlines()
    for words in ("08/06 12:00", "visits 12", "inside 17", "wait 7 min", "90", "3/15"):
        assert words in line


def test_on_a_terminal_every_part_has_its_address_and_state(shown):
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120)
    with Board(console, shown) as board:
        board.refresh()
    assert "127.0.0.1:8883 (TLS)" in out.getvalue()
    assert "3/15 jours" in out.getvalue()
    assert "Ctrl-C" in out.getvalue()


def test_what_is_told_is_what_is_heard(capfdbinary):
    from simulation.reports import tell  # noqa: PLC0415 - it writes to the standard output of now

    tell(TENT)
    assert hear(capfdbinary.readouterr().out) == TENT
