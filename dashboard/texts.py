"""What people read, French first: one catalogue file for each language, `texts/<language>.toml`.

The catalogues are TOML read by the standard library rather than gettext's: half of the texts are
needed by the browser, which reads no `.mo`, and nothing has to be compiled when a text changes. A
text that depends on a number has two entries, `….one` and `….other`; French counts 0 as one.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast, get_args

from broker.contract import compiled

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
FOLDER: Final = Path(__file__).parent / "texts"


class Texts:
    """One language's catalogue; calling it with a key gives the text with its values set in.

    Args:
        language: which.
        entries: text by dotted key.
    """

    def __init__(self, language: Language, entries: dict[str, str]) -> None:
        self.language = language
        self.entries = entries

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key``. Raises KeyError when the catalogue has none, or a value is missing."""
        if key not in self.entries and "n" in values:
            key = f"{key}.{self._plural(cast('float', values['n']))}"
        return self.entries[key].format(**values)

    def _plural(self, number: float) -> Literal["one", "other"]:
        """The plural category as CLDR has it for these two languages."""
        is_one = number < 2 if self.language == "fr" else number == 1  # noqa: PLR2004 - French: below two
        return "one" if is_one else "other"

    def of(self, text: compiled.Text) -> str:
        """What the site description says in this language."""
        return text.en if self.language == "en" else text.fr

    def under(self, *prefixes: str) -> dict[str, str]:
        """The entries below some sections: what a page's script needs."""
        return {key: text for key, text in self.entries.items() if key.split(".", 1)[0] in prefixes}


@cache
def catalogue(language: Language) -> Texts:
    """The catalogue of a language, read once."""
    parsed = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Texts(language, dict(_flatten(parsed)))


def language_of(name: str | None) -> Language | None:
    """The language of that name, None when there is none."""
    return name if name in LANGUAGES else None


def _flatten(table: dict[str, object], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        match value:
            case dict():
                flat += _flatten(value, f"{prefix}{key}.")
            case _:
                flat.append((f"{prefix}{key}", str(value)))
    return flat
