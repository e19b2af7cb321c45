"""What is wrong with a site description: where, what was found, what is allowed, what was perhaps meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeAlias

from broker.contract.compiled import Text
from broker.contract.site_toml import Source, Steps

Language = Literal["fr", "en"]
Names: TypeAlias = Sequence[str]

_HEADINGS: dict[str, Text] = {
    "found": Text(fr="trouvé", en="found"),
    "allowed": Text(fr="permis", en="allowed"),
    "meant": Text(fr="vouliez-vous dire", en="did you mean"),
}


@dataclass(frozen=True)
class Problem:
    """One thing to put right. ``line`` counts from 1, and so do places in lists without ids in ``field``."""

    path: Path
    line: int
    field: str
    message: Text
    found: str = ""
    allowed: Text | None = None
    suggestion: str = ""

    def describe(self, language: Language = "fr") -> str:
        """The problem in a few lines: place and field, what is wrong, found, allowed, did you mean."""
        parts = [f"{self.path}:{self.line}: {self.field}".removesuffix(": ")]
        parts.append(f"    {getattr(self.message, language)}")
        space = "\u00a0" if language == "fr" else ""
        if self.found:
            parts.append(f"    {getattr(_HEADINGS['found'], language)}{space}: {self.found}")
        if self.allowed is not None:
            parts.append(
                f"    {getattr(_HEADINGS['allowed'], language)}{space}: {getattr(self.allowed, language)}"
            )
        if self.suggestion:
            parts.append(f"    {getattr(_HEADINGS['meant'], language)} {self.suggestion}{space}?")
        return "\n".join(parts)


class SiteError(ValueError):
    """A site description that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(problems, key=lambda problem: (str(problem.path), problem.line, problem.field))
        )
        super().__init__("\n".join(problem.describe() for problem in self.problems))


@dataclass(frozen=True)
class Item:
    """A value of a file, right or wrong: cross-checks walk these, so that one error hides no other."""

    source: Source
    steps: Steps = ()

    @property
    def value(self) -> Any:
        """What the file says here; None for nothing."""
        value: Any = self.source.data
        for step in self.steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def __getitem__(self, key: str) -> Item:
        return Item(self.source, (*self.steps, key))

    def each(self, key: str) -> Iterator[Item]:
        """The elements of a list; none when there is no list."""
        value = self[key].value
        if isinstance(value, list):
            for index in range(len(value)):
                yield Item(self.source, (*self.steps, key, index))

    @property
    def text(self) -> str | None:
        """The value when it is a text."""
        return self.value if isinstance(self.value, str) else None

    @property
    def number(self) -> int | None:
        """The value when it is a whole number."""
        value = self.value
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def line(self) -> int:
        """The line in the file, from 1."""
        return self.source.line(self.steps)

    @property
    def field(self) -> str:
        """The way to the value as people read it: ``desks[info].services[2]``."""
        name = ""
        value: Any = self.source.data
        for step in self.steps:
            value = _step(value, step)
            if isinstance(step, str):
                name = f"{name}.{step}" if name else step
            else:
                label = value.get("id") if isinstance(value, dict) else None
                name += f"[{step + 1 if label is None else label}]"
        return name

    @property
    def shown(self) -> str:
        """The value as a message quotes it: I²C addresses as people write them, in hexadecimal."""
        number = self.number
        if self.steps[-1:] == ("address",) and number is not None:
            return hexadecimal(number)
        return shown(self.value)

    @property
    def place(self) -> str:
        """Where this stands, for another item's message: ``site.toml:12``."""
        return f"{self.source.path.name}:{self.line}"

    def problem(self, fr: str, en: str, *, allowed: Names | Text | None = None) -> Problem:
        """A problem with this value; a list of allowed names is also searched for what was meant."""
        names = () if allowed is None or isinstance(allowed, Text) else allowed
        return Problem(
            path=self.source.path,
            line=self.line,
            field=self.field,
            message=Text(fr=fr, en=en),
            found=self.shown,
            allowed=allowed if allowed is None or isinstance(allowed, Text) else listed(allowed),
            suggestion=nearest(self.value, names),
        )


def nearest(value: object, names: Names) -> str:
    """The name most like what was found; empty when none is near."""
    if not isinstance(value, str):
        return ""
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(value.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def shown(value: object) -> str:
    """A value as a message quotes it; tables and lists are not quoted whole."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def hexadecimal(number: int) -> str:
    """As datasheets and ``i2cdetect`` write an address: ``0x29``."""
    return f"{number:#04x}"


def listed(names: Names) -> Text:
    """A list of names for a message, shortened when nobody would read it."""
    few = 20
    if not names:
        return Text(fr="aucun", en="none")
    text = ", ".join(names[:few])
    more = len(names) - few
    return (
        Text(fr=f"{text} (et {more} autres)", en=f"{text} (and {more} more)")
        if more > 0
        else Text(fr=text, en=text)
    )


def _step(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None
