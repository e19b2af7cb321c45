"""What the city answers a site's batch: taken, told where to go on, or refused. Pure: no clock, no network.

The next offset only is taken: a lower one is receipted again, a higher one is asked for again. Beside the
offset the entry before it must be the one that the city holds (its digest): a site that was copied goes its
own way after a while, and is refused at once, in words, while nothing of the first one stops.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from broker.contract.city import CityBatch
from broker.contract.faults import Fault
from city.held import Held

SILENT_S: Final = 120.0
"""Machine seconds of silence of a site's known journal after which an unknown one may take its place: four
words that did not come. Until then the two stand for two tents."""


class Take(NamedTuple):
    """The batch is the next one."""


class Answer(NamedTuple):
    """Nothing to take: what is held of that journal. ``again``: what came was not the next."""

    upto: int
    again: bool


class Refusal(NamedTuple):
    """Nothing of this sender is taken; the text is for the person who looks after the site."""

    text: str
    fault: Fault


def judge(held: Held | None, batch: CityBatch, known_silent_s: float) -> Take | Answer | Refusal:
    """What to do with a batch.

    Args:
        held: what the city's journal holds of the site.
        batch: what came.
        known_silent_s: machine seconds since the held journal last spoke.
    """
    if held is None:
        return _next(batch, 0, "")
    if batch.journal == held.journal:
        return _same_journal(held, batch)
    if held.journal in batch.before:
        return _next(batch, 0, "")
    if known_silent_s < SILENT_S:
        return Refusal(_two_tents(batch.site, held.journal, batch.journal), "site_copied")
    return _next(batch, 0, "")


def _same_journal(held: Held, batch: CityBatch) -> Take | Answer | Refusal:
    # Of a batch that was held up on its way the site has long sent more: a word says what it has now.
    if batch.upto_site < held.upto and not batch.entries:
        return Refusal(_knows_less(batch.site, batch.upto_site, held.upto), "site_copied")
    place = held.upto - batch.first
    if 0 <= place < len(batch.entries) and batch.entries[place].digest() != held.digest:
        return Refusal(_other_content(batch.site, held.upto), "site_copied")
    return _next(batch, held.upto, held.digest)


def _next(batch: CityBatch, upto: int, digest: str) -> Take | Answer | Refusal:
    if batch.first == upto + 1 and batch.previous != digest:
        return Refusal(_other_content(batch.site, upto), "site_copied")
    if not batch.entries:
        return Answer(upto, again=False)
    if batch.first == upto + 1:
        return Take()
    # Wholly known is a batch that came twice; anything else leaves a hole, or begins too low.
    return Answer(upto, again=batch.first + len(batch.entries) - 1 > upto)


_REMEDY_FR: Final = "Rien n'est repris de celui-ci. Éteindre celui qui est de trop, ou le renommer."
_REMEDY_EN: Final = "Nothing of this one is taken. Switch off the one too many, or give it another name."


def _two_tents(site: str, known: str, other: str) -> str:
    return (
        f"Deux barnums se nomment « {site} » : journal {known} connu et vivant, journal {other} inconnu."
        f" {_REMEDY_FR} / Two tents are called {site}: journal {known} is known and speaks, journal {other}"
        f" is unknown. {_REMEDY_EN}"
    )


def _other_content(site: str, offset: int) -> str:
    return (
        f"Le journal de « {site} » a été copié : son événement {offset} n'est pas celui que la ville a reçu."
        f" {_REMEDY_FR} / The journal of {site} was copied: its event {offset} is not the one that the city"
        f" holds. {_REMEDY_EN}"
    )


def _knows_less(site: str, upto_site: int, upto: int) -> str:
    return (
        f"La ville a reçu {upto} événements de « {site} », son journal n'en a que {upto_site} : ancienne"
        f" copie, ou sauvegarde remise (le hall le dit alors de lui-même). {_REMEDY_FR}"
        f" / The city holds {upto} events of {site}, its journal has {upto_site}: an old copy, or a"
        f" backup put back (the hall then says so by itself). {_REMEDY_EN}"
    )
