"""Calls said aloud: what a French announcer would say, and espeak-ng to say it, on this machine alone.

Only calls that the hall has made public are ever said: a page names a call by its key, never a text, so
nobody can make the tent say anything else. The program runs for some 30 ms a sentence; what it made is
kept for the other screens and for those that come back.
"""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
import threading
import wave
from collections import OrderedDict
from typing import Final

from broker.contract import compiled, numbers
from broker.contract.views import Call
from dashboard.texts import Language, Texts, catalogue

log = logging.getLogger(__name__)

PROGRAM: Final = "espeak-ng"
VOICES: Final[dict[Language, str]] = {"fr": "fr-fr", "en": "en-gb"}
WORDS_A_MINUTE: Final = 140
"""Below espeak-ng's usual 175: a tent is loud, and not everybody's first language is spoken there."""

LONGEST_S: Final = 5.0
"""Seconds after which a run of the program is given up; the screen chimes alone then."""

MOST_KEPT: Final = 64
"""Sentences kept, 130 to 250 kB each."""

_ORDINALS: Final[dict[Language, dict[str, str]]] = {
    "fr": {"1er": "premier", "1re": "première", "1ère": "première", "RDC": "rez-de-chaussée"},
    "en": {},
}
_NTH: Final = re.compile(r"\b(\d+)\s?(?:e|ème|eme)\b")
_IN_FRENCH: Final = (
    *("deuxième", "troisième", "quatrième", "cinquième", "sixième"),
    *("septième", "huitième", "neuvième", "dixième"),
)


def sentence(site: compiled.Site, call: Call, language: Language) -> str:
    """What is said for a call: ``Numéro E, 42. Guichet 2.``, after ``Rappel.`` where it is one.

    A number is said as one, without its noughts on paper, after its letter by name: espeak-ng says a
    letter that stands alone so. A desk inside the building is said with where it is.
    """
    say = catalogue(language)
    parts = [say("speech.recall")] if call.recalls else []
    parts.append(say("speech.ticket", number=_number(call.number)))
    try:
        desk = site.desk(call.desk)
    except KeyError:
        return " ".join(parts)
    parts.append(f"{compiled.short_name(say.of(desk.name))}.")
    place = site.place_of(desk)
    if place is not None:
        parts.append(_place(place, say))
    return " ".join(parts)


def _number(number: str) -> str:
    """``E, 42`` of ``E042``, ``X A, 7`` of a rehearsal's ``XA07``; another form is said as it is written."""
    known = numbers.parts(number)
    return number if known is None else f"{' '.join(known.letter)}, {known.number}"


def _place(place: compiled.Place, say: Texts) -> str:
    """Where a desk inside is: ``Mairie, premier étage, porte 12.``."""
    written = ", ".join(part for part in (place.building, place.floor, place.door) if part)
    for short, long in _ORDINALS[say.language].items():
        written = re.sub(rf"\b{short}\b", long, written)
    if say.language == "fr":
        written = _NTH.sub(_nth, written)
    return f"{written}."


def _nth(found: re.Match[str]) -> str:
    """``deuxième`` of ``2e``, which espeak-ng would read as two letters."""
    place = int(found.group(1)) - 2
    return _IN_FRENCH[place] if 0 <= place < len(_IN_FRENCH) else found.group()


class SpeechError(Exception):
    """A sentence could not be made; the text says why."""


class Speech:
    """espeak-ng, run once for each sentence, and the newest sentences kept.

    Args:
        program: the program's path; None where it is not installed, and screens chime only.
    """

    def __init__(self, program: str | None) -> None:
        self._program = program
        self._kept: OrderedDict[tuple[Language, str], bytes] = OrderedDict()
        # One run at a time: several screens ask for the same call in the same moment.
        self._turn = threading.Lock()

    @classmethod
    def of_this_machine(cls) -> Speech:
        """With the installed program; says in the log what is missing where there is none."""
        program = shutil.which(PROGRAM)
        if program is None:
            log.warning(
                "%s is not installed: calls chime and are not said (apt install %s)", PROGRAM, PROGRAM
            )
        return cls(program)

    @property
    def is_there(self) -> bool:
        """Whether calls can be said."""
        return self._program is not None

    def wav(self, language: Language, text: str) -> bytes:
        """The sentence as a WAV file. Raises SpeechError."""
        with self._turn:
            made = self._kept.get((language, text))
            if made is None:
                made = self._kept[language, text] = self._make(language, text)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end((language, text))
            return made

    def _make(self, language: Language, text: str) -> bytes:
        if self._program is None:
            raise SpeechError(f"{PROGRAM} is not installed")
        command = [self._program, "-v", VOICES[language], "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"]
        try:
            ran = subprocess.run(
                command, input=text.encode(), capture_output=True, timeout=LONGEST_S, check=True
            )
            return _with_its_length(ran.stdout)
        except (OSError, subprocess.SubprocessError, wave.Error, EOFError) as problem:
            log.warning("%s cannot say %r: %s", PROGRAM, text, problem)
            raise SpeechError(str(problem)) from problem


def _with_its_length(written: bytes) -> bytes:
    """The same sound as a whole file: to a pipe espeak-ng writes a header that promises two gigabytes."""
    with wave.open(io.BytesIO(written)) as sound:
        parameters, samples = sound.getparams(), sound.readframes(len(written))
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setparams(parameters._replace(nframes=0))
        file.writeframes(samples)
    return whole.getvalue()
