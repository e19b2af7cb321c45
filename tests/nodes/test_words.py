from __future__ import annotations

import re

import pytest

from nodes.words import _catalogue, languages, say


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_word_with_the_same_places(language):
    own, first = _catalogue()[language], _catalogue()["fr"]
    assert set(own) == set(first)
    for word, text in own.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", first[word])), word


def test_every_language_of_the_barnum_has_words(barnum):
    assert {language.code for language in barnum.languages} < set(languages())


def test_a_word_that_a_language_lacks_is_said_in_french():
    assert say("xx", "copy") == "COPIE"
