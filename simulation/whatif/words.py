"""The report's words, in the languages of ``words.toml``, and its numbers as each language writes them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from broker.contract.site import Language

MINUS: Final = "\N{MINUS SIGN}"


class Words(NamedTuple):
    """One language."""

    language: Language
    texts: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """A text, its places filled in. Raises KeyError for a word that there is not."""
        return self.texts[key].lstrip("\n").format(**values)

    def number(self, value: float) -> str:
        """One decimal below ten, with the language's decimal sign."""
        shown = f"{value:.0f}" if abs(value) >= 10 or value == 0 else f"{value:.1f}"  # noqa: PLR2004 - see above
        return shown.replace(".", "," if self.language == "fr" else ".").replace("-", MINUS)

    def signed(self, value: float) -> str:
        """With a plus where it is one."""
        shown = self.number(value)
        return f"+{shown}" if value > 0 else shown


@cache
def words(language: Language) -> Words:
    """The words of a language."""
    path = Path(__file__).with_name("words.toml")
    return Words(language, tomllib.loads(path.read_text(encoding="utf-8"))[language])
