"""The page's languages: one catalogue each, and the site's own texts with the language they are really in."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept

from broker.contract import compiled

FOLDER: Final = Path(__file__).parent / "texts"
LANGUAGES: Final = ("fr", "en", "ar", "zh")
RIGHT_TO_LEFT: Final = frozenset({"ar"})


class Words(NamedTuple):
    """One language: its code, what it calls itself, and its texts by key."""

    code: str
    name: str
    texts: dict[str, str]

    @property
    def direction(self) -> str:
        """How lines run, as HTML names it."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    def __call__(self, key: str, /, **values: object) -> Markup:
        """The text of ``key``, its values set in and each kept whole within a line of either direction."""
        whole = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
        return Markup("{}").format(self.texts[key]).format(**whole)

    def plain(self, key: str, /, **values: object) -> str:
        """The text of ``key`` for where no markup can stand: a title."""
        return self.texts[key].format(**values)

    def of(self, text: compiled.Text) -> Markup:
        """What the site says, in this language; marked as French where it is given in no other."""
        said = text.in_language(self.code)
        if self.code in {"fr", "en"} or self.code in text.more:
            return Markup("<bdi>{}</bdi>").format(said)
        return Markup('<bdi lang="fr" dir="ltr">{}</bdi>').format(said)


@cache
def words(language: str) -> Words:
    """The catalogue of a language, read once. Raises FileNotFoundError when there is none."""
    texts = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(language, texts.pop("name"), texts)


def chosen(asked: str | None, of_ticket: str, accepted: LanguageAccept) -> Words:
    """The reader's language: what was asked for on the page, the ticket's, the phone's, else French.

    Args:
        asked: a language chosen on the page itself.
        of_ticket: the one chosen at the kiosk, empty for none.
        accepted: what the phone says it reads.
    """
    for language in (asked, of_ticket):
        if language in LANGUAGES:
            return words(language)
    return words(accepted.best_match(LANGUAGES, default="fr"))
