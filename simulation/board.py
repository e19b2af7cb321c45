"""The status board of a run: what runs where, what happens in the tent; plain lines without a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from broker.clock import SECOND
from simulation.reports import HistoryReport, Report, TentReport

WIDE = 120
"""Characters of a terminal in which three figures stand side by side."""

PLAIN_EVERY_S = 10.0
"""Seconds between two lines where there is no terminal."""


@dataclass
class Part:
    """A row of the board: what it is, where it is reached, how it is doing."""

    name: str
    address: str
    state: str = "démarre / starting"


@dataclass
class Shown:
    """Everything on the board now."""

    timezone: str
    parts: dict[str, Part] = field(default_factory=dict)
    tent: TentReport | None = None
    history: HistoryReport | None = None
    history_note: str = ""

    def hear(self, report: Report) -> None:
        """Take what a process said."""
        match report:
            case TentReport():
                self.tent = report
            case HistoryReport():
                self.history = report


class Board:
    """Draws while it is entered.

    Args:
        console: where.
        shown: what; changed by others between two calls of ``refresh``.
        machine_s: seconds of a clock that never jumps.
    """

    def __init__(
        self, console: Console, shown: Shown, machine_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._shown, self._machine_s = console, shown, machine_s
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._told_s = 0.0

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.update(self._board(), refresh=True)
            self._live.stop()

    def say(self, text: str) -> None:
        """A line that stays, above the board."""
        self._console.print(text, highlight=False, soft_wrap=True)

    def refresh(self) -> None:
        """Draw what is shown now; without a terminal a line now and then."""
        if self._live:
            self._live.update(self._board(), refresh=True)
        elif self._machine_s() - self._told_s >= PLAIN_EVERY_S and self._shown.tent:
            self._told_s = self._machine_s()
            figures = [f"{name} {value}" for name, value in self._figures(self._shown.tent)]
            self.say(" · ".join((*figures, *self._history_words())))

    def _board(self) -> RenderableType:
        parts = Table(box=None, padding=(0, 2), header_style="dim")
        for heading in ("", "adresse / address", "état / state"):
            parts.add_column(heading)
        for part in self._shown.parts.values():
            parts.add_row(Text(part.name, style="bold"), part.address, part.state)
        rows: list[RenderableType] = [parts, Text()]
        if self._shown.tent:
            columns = 3 if self._console.width >= WIDE else 2
            rows.append(_in_columns(self._figures(self._shown.tent), columns))
        history = self._shown.history
        if history and history.days_done < history.days:
            bar = Table.grid(padding=(0, 1))
            bar.add_row(
                "historique / history",
                ProgressBar(total=history.days, completed=history.days_done, width=40),
                f"{history.days_done}/{history.days} jours / days",
            )
            rows.append(bar)
        else:
            rows += [Text(words, style="dim") for words in self._history_words()]
        rows.append(Text("Ctrl-C : arrêter tout / stop everything", style="dim"))
        return Group(*rows)

    def _figures(self, tent: TentReport) -> list[tuple[str, str]]:
        """Names and values, in the order in which people ask."""
        now = datetime.fromtimestamp(tent.civil_ns / SECOND, ZoneInfo(self._shown.timezone))
        wait = "–" if tent.median_wait_s is None else f"{round(tent.median_wait_s / 60)} min"
        return [
            ("heure / time", f"{now:%d/%m %H:%M}"),
            ("visites / visits", str(tent.groups)),
            ("dans la tente / inside", str(tent.inside)),
            ("tickets", str(tent.tickets)),
            ("servis / served", str(tent.served)),
            ("repartis / left", str(tent.walked_away)),
            ("attente / wait", wait),
            ("votes", str(tent.votes)),
            ("événements / events", f"{tent.recorded} ({tent.pending} en route / pending)"),
        ]

    def _history_words(self) -> list[str]:
        if self._shown.history_note:
            return [self._shown.history_note]
        history = self._shown.history
        if history is None:
            return []
        return [
            f"historique / history {history.days_done}/{history.days}, {history.events} événements / events"
        ]


def _in_columns(figures: list[tuple[str, str]], columns: int) -> Table:
    table = Table.grid(padding=(0, 2))
    for _ in range(2 * columns):
        table.add_column(no_wrap=True)
    for start in range(0, len(figures), columns):
        cells: list[RenderableType] = []
        for name, value in figures[start : start + columns]:
            cells += [Text(name, style="dim"), Text(value, style="bold")]
        table.add_row(*cells)
    return table
