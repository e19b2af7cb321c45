"""What tickets and kiosks say, in the languages of ``words.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

FIRST: Final = "fr"
"""The language of the site, and the one that stands in for what another lacks."""

RIGHT_TO_LEFT: Final = ("ar", "fa", "he", "ur")
PRINTER_LETTERS: Final = ("fr", "en")
"""Languages that the printers' one code page has all letters of; others are printed as a picture."""


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("words.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def languages() -> list[str]:
    """The languages that have words."""
    return list(_catalogue())


def say(language: str, word: str, **values: object) -> str:
    """A word in a language, its places filled in. Raises KeyError for a word that nobody has."""
    told = _catalogue().get(language, {}).get(word)
    text = _catalogue()[FIRST][word] if told is None else told
    return text.format(**values) if values else text
