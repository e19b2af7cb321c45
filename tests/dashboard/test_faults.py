"""Nothing silent: every fault has its code, sentence, cause and remedy, in both languages and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.contract.faults import CODES, FAULTS
from broker.contract.remarks import REMARKS
from dashboard import faults
from dashboard.texts import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_is_told_with_its_cause_and_its_remedy(language):
    say = catalogue(language)
    for fault in FAULTS:
        for part in ("says", "cause", "remedy"):
            assert say(f"fault.{fault}.{part}").endswith((".", "…")), (fault, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_tells_of_no_fault_that_there_is_not(language):
    told = {key.split(".")[1] for key in catalogue(language).entries if key.startswith("fault.")}
    assert told == set(FAULTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remark_of_a_self_test_has_its_words_and_no_other_has(language):
    told = {key.split(".")[1] for key in catalogue(language).entries if key.startswith("remark.")}
    assert told == set(REMARKS)


def test_every_fault_has_a_code_of_its_own_that_never_changes():
    assert len({*CODES.values()}) == len(FAULTS)
    assert {fault: CODES[fault] for fault in ("no_paper", "hardware", "node_lost", "identity")} == {
        "no_paper": "P1",
        "hardware": "A1",
        "node_lost": "N4",
        "identity": "L2",
    }


def test_the_printed_catalogue_is_what_the_page_says():
    assert (ROOT / "docs/pannes.md").read_text(encoding="utf-8") == faults.page()
