"""What the city's feed knows of each site now, in one file that pages read: no page asks the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from broker.contract.city import Sentences

FILE: Final = "seen.json"


class SiteSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One site.

    ``heard_ns`` is its last word by the city's clock (civil), None before any; ``upto_site`` the last offset
    it had decided by then, ``upto`` the last one copied here, ``fed`` the last one whose measures are stored.
    ``tallies`` are its events by node as it counts them itself up to ``tallies_upto``, ``copied`` ours up to
    the same; None where there is nothing to compare yet. ``refused``: why another sender under its name is
    not taken, since ``refused_ns``.
    ``store_away``: its store does not answer. ``trouble``: why its copy does not go on, in a technician's
    words; empty where it does.
    """

    heard_ns: int | None = None
    journal: str = ""
    upto_site: int = 0
    upto: int = 0
    fed: int = 0
    tallies: dict[str, int] | None = None
    tallies_upto: int = 0
    copied: dict[str, int] | None = None
    refused: Sentences | None = None
    refused_ns: int = 0
    store_away: bool = False
    trouble: str = ""


class CitySeen(msgspec.Struct, frozen=True, kw_only=True):
    """``written_ns`` is civil time: what is old says that the feed does not run."""

    written_ns: int
    sites: dict[str, SiteSeen] = {}


def write_seen(seen: CitySeen, state: Path) -> None:
    """Put it in place whole."""
    fresh = state / f"{FILE}.new"
    fresh.write_bytes(msgspec.json.encode(seen))
    fresh.replace(state / FILE)


def read_seen(state: Path) -> CitySeen:
    """What was written last; nothing of any site where nothing was."""
    try:
        return msgspec.json.decode((state / FILE).read_bytes(), type=CitySeen)
    except FileNotFoundError:
        return CitySeen(written_ns=0)
