"""Calls said aloud: the words, and the sound that espeak-ng makes of them."""

from __future__ import annotations

import io
import shutil
import wave
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from flask.testing import FlaskClient

from broker.contract import compiled
from broker.contract.views import Call, CallsView
from dashboard import create_app
from dashboard.speech import PROGRAM, Speech, SpeechError, sentence
from dashboard.texts import Language
from tests.dashboard.afternoon import NOW_NS, Afternoon
from tests.dashboard.fake_store import FakeStore


def call(number: str, desk: str, recalls: int = 0) -> Call:
    return Call(
        key="borne-a:r:7@1781600400000000000", number=number, desk=desk, at_ns=NOW_NS, recalls=recalls
    )


@pytest.mark.parametrize(
    ("called", "language", "said"),
    [
        (call("E042", "numerique"), "fr", "Numéro E, 42. Guichet 2."),
        (call("A701", "info"), "fr", "Numéro A, 701. Guichet 1."),
        (call("E042", "numerique", recalls=1), "fr", "Rappel. Numéro E, 42. Guichet 2."),
        (call("E042", "numerique", recalls=2), "en", "Called again. Number E, 42. Desk 2."),
        (call("XA07", "info"), "fr", "Numéro X A, 7. Guichet 1."),
        (call("E042", "nowhere"), "fr", "Numéro E, 42."),
    ],
)
def test_a_call_is_said_as_an_announcer_says_it(
    barnum: compiled.Site, called: Call, language: Language, said: str
) -> None:
    assert sentence(barnum, called, language) == said


@pytest.mark.parametrize(
    ("floor", "said"),
    [("1er étage", "premier étage"), ("2e étage", "deuxième étage"), ("RDC", "rez-de-chaussée")],
)
def test_a_desk_inside_is_said_with_its_place_in_whole_words(
    barnum: compiled.Site, floor: str, said: str
) -> None:
    way = compiled.Text(fr="à droite", en="right")
    place = compiled.Place(building="Mairie", floor=floor, door="porte 12", walk_s=90, way=way)
    name = compiled.Text(fr="Guichet 9 · Ailleurs", en="Desk 9 · Elsewhere")
    desk = compiled.Desk(id="inside", name=name, zone=None, services=[], place=place)
    site = msgspec.structs.replace(barnum, desks=[desk])
    assert (
        sentence(site, call("N007", "inside"), "fr") == f"Numéro N, 7. Guichet 9. Mairie, {said}, porte 12."
    )


@pytest.fixture
def speech() -> Speech:
    return Speech(shutil.which(PROGRAM))


def length_s(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as read:
        return read.getnframes() / read.getframerate()


def test_a_sentence_becomes_a_whole_wav_of_a_few_seconds(speech: Speech) -> None:
    assert 1.5 < length_s(speech.wav("fr", "Numéro E, 42. Guichet 2.")) < 6.0


def test_a_recall_lasts_longer_by_its_word(speech: Speech) -> None:
    once = length_s(speech.wav("fr", "Numéro E, 42. Guichet 2."))
    assert length_s(speech.wav("fr", "Rappel. Numéro E, 42. Guichet 2.")) > once + 0.2


def counting(tmp_path: Path) -> tuple[Speech, Path]:
    """espeak-ng behind a script that writes a line each time it is run."""
    runs, program = tmp_path / "runs", tmp_path / "say"
    program.write_text(f'#!/bin/sh\necho run >> {runs}\nexec {shutil.which(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    return Speech(str(program)), runs


def test_a_sentence_is_made_once_for_all_screens_and_the_oldest_are_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.speech.MOST_KEPT", 2)
    speech, runs = counting(tmp_path)
    for text in ("un", "un", "deux", "un", "trois", "un"):
        speech.wav("fr", text)
    assert runs.read_text().count("run") == 3
    speech.wav("fr", "deux")
    assert runs.read_text().count("run") == 4


@pytest.mark.parametrize("program", [None, "/bin/false", "/nowhere/espeak-ng", "/bin/true"])
def test_without_a_program_that_works_nothing_is_said(program: str | None) -> None:
    with pytest.raises(SpeechError):
        Speech(program).wav("fr", "Numéro E, 42.")


@pytest.fixture
def screens(afternoon: Afternoon, clock, speech: Speech) -> FlaskClient:
    afternoon.connect()
    afternoon.recorder_speaks()
    site = afternoon.site
    return create_app(site, afternoon.live, FakeStore(now_ns=NOW_NS), clock, speech=speech).test_client()


def test_a_public_call_is_heard_by_its_key_and_kept_by_the_browser(
    afternoon: Afternoon, screens: FlaskClient
) -> None:
    called = call("E042", "numerique")
    afternoon.publish("view/calls/latest", CallsView(at_ns=NOW_NS, calls=[called]))
    answer = screens.get(f"/appels/voix/fr/{quote(called.key)}.wav")
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    assert "immutable" in answer.headers["Cache-Control"]
    assert length_s(answer.data) > 1.5


@pytest.mark.parametrize("path", ["fr/another", "de/known", "fr/<b>"])
def test_nothing_but_a_public_call_is_ever_said(
    afternoon: Afternoon, screens: FlaskClient, path: str
) -> None:
    known = Call(key="known", number="E042", desk="numerique", at_ns=NOW_NS, recalls=0)
    afternoon.publish("view/calls/latest", CallsView(at_ns=NOW_NS, calls=[known]))
    assert screens.get(f"/appels/voix/{path}.wav").status_code == 404


def test_a_screen_without_a_voice_asks_for_none(client: FlaskClient) -> None:
    assert 'data-spoken=""' in client.get("/appels").text


def test_a_screen_in_english_says_french_first(screens: FlaskClient) -> None:
    assert 'data-spoken="fr"' in screens.get("/appels").text
    assert 'data-spoken="fr en"' in screens.get("/appels?lang=en").text
