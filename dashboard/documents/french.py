"""Numbers, durations and dates as people in France write them: a no-break space, a decimal comma."""

from __future__ import annotations

from datetime import date
from typing import Final

NB: Final = "\u00a0"
UNKNOWN: Final = "—"
WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)


def number(value: float | None, decimals: int = 0) -> str:
    """1 234,5; a dash when it is unknown."""
    if value is None:
        return UNKNOWN
    text = f"{value:,.{decimals}f}".replace(",", NB).replace(".", ",")
    is_zero = not float(f"{value:.{decimals}f}")
    return text.replace("-", "" if is_zero else "−")


def percent(share: float | None, decimals: int = 0) -> str:
    """68 %; a dash when it is unknown; all and none have no decimals."""
    return UNKNOWN if share is None else f"{number(100 * share, decimals if share not in {0, 1} else 0)}{NB}%"


def between(low: float | None, high: float | None) -> str:
    """An interval of shares: 65 à 71 %."""
    return "" if low is None or high is None else f"{number(100 * low)} à {percent(high)}"


def minutes(seconds: float | None) -> str:
    """12 min; under half a minute ``< 1 min``."""
    if seconds is None:
        return UNKNOWN
    return f"{number(round(seconds / 60))}{NB}min" if seconds >= 30 else f"<{NB}1{NB}min"  # noqa: PLR2004 - what rounds to none


def day(value: date, *, year: bool = True) -> str:
    """1er juin 2027."""
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first}{NB}{MONTHS[value.month - 1]}" + (f"{NB}{value.year}" if year else "")


def short_day(value: date) -> str:
    """07/06."""
    return f"{value.day:02}/{value.month:02}"


def span(first: date, last: date) -> str:
    """Du 1er juin au 30 septembre 2027; du 13 au 16 juin 2027."""
    if (first.year, first.month) == (last.year, last.month):
        return f"du {'1er' if first.day == 1 else first.day} au {day(last)}"
    return f"du {day(first, year=first.year != last.year)} au {day(last)}"


def plural(count: float, one: str, many: str) -> str:
    """``1 jour``, ``2 jours``: French has one up to, not including, two."""
    return f"{number(count)}{NB}{one if count < 2 else many}"  # noqa: PLR2004 - French: below two
