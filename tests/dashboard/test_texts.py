"""Two languages with the same keys, and no text anywhere else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest

import dashboard
from dashboard.texts import LANGUAGES, catalogue

ROOM = Path(dashboard.__file__).parent
TEMPLATES = sorted((ROOM / "templates").iterdir()) + sorted((ROOM / "city" / "templates").iterdir())
SCRIPTS = sorted(ROOM.glob("static/*.js")) + sorted(ROOM.glob("static/screens/*.js"))
READ_ALOUD = {"alt", "title", "aria-label", "placeholder", "content", "value"}
SENT_SILENTLY = {"button": {"value"}, "input": {"value"}}
"""What a form sends: nobody reads it. No page has an `input` whose value is its caption (a submit button)."""


def test_both_languages_have_the_same_keys():
    french, english = (set(catalogue(language).entries) for language in LANGUAGES)
    assert french == english


def test_both_languages_set_in_the_same_values():
    def values(language, key):
        return {name for _, name, _, _ in Formatter().parse(catalogue(language).entries[key]) if name}

    # An alert's own words are French: the English text goes without them.
    differing = {key for key in catalogue("fr").entries if values("fr", key) != values("en", key)}
    assert differing == set()


def test_a_number_takes_the_singular_that_its_language_has():
    assert catalogue("fr")("espace.visits", n=0) == "visite"
    assert catalogue("en")("espace.visits", n=0) == "visits"
    assert catalogue("en")("espace.visits", n=1) == "visit"


def test_french_never_breaks_a_line_before_its_double_signs():
    broken = [text for text in catalogue("fr").entries.values() if re.search(r" [:;?!»%]|« ", text)]
    assert broken == []


class Literals(HTMLParser):
    """Collects letters that people would read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet = False

    def handle_starttag(self, tag, attrs):
        self._quiet = tag in {"script", "style"}
        self.found += [
            value
            for name, value in attrs
            if name in READ_ALOUD - SENT_SILENTLY.get(tag, set())
            and value
            and re.search(r"[^\W\d_]{2}", value)
        ]

    def handle_endtag(self, tag):
        self._quiet = False

    def handle_data(self, data):
        if not self._quiet and re.search(r"[^\W\d_]{2}", data):
            self.found.append(data.strip())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_text_of_its_own(template: Path):
    source = re.sub(r"{% block look %}\w*", "", template.read_text(encoding="utf-8"))  # a class, not a text
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL)
    literals = Literals()
    literals.feed(source)
    allowed = {"width=device-width, initial-scale=1"}
    assert [text for text in literals.found if text not in allowed] == []


def used_keys(path: Path) -> set[str]:
    return set(re.findall(r"""\bt\(\s*["'`]([a-z_]+(?:\.[\w]+)+)["'`]""", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=lambda path: path.name)
def test_every_text_that_is_asked_for_exists(path: Path):
    entries = catalogue("fr").entries
    missing = {key for key in used_keys(path) if key not in entries and f"{key}.one" not in entries}
    assert missing == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_words_of_its_own(path: Path):
    code = re.sub(r"//.*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"[\"'`][^\"'`]*[àâçéèêëîïôûùœÀÉ][^\"'`]*[\"'`]", code) == []


def test_every_reason_of_the_hall_has_its_text():
    from hall.decisions import Reason  # noqa: PLC0415 - only this test looks up to the hall

    reasons = {reason for reason in Reason.__args__ if reason}
    assert {f"live.reason.{reason}" for reason in reasons} <= set(catalogue("fr").entries)
