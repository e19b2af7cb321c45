"""Which recorder writes which site: rendezvous hashing, so that everybody who knows the members agrees.

A recorder that dies moves only its own sites, spread over those who live; one that joins takes its share
from all (Thaler and Ravishankar 1998). Nothing is elected: where two believe that they own a site, the city's
journal takes each batch once (``city.stream``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable


def owner(site: str, members: Iterable[str]) -> str | None:
    """The member that writes a site; None without members."""
    return max(members, key=lambda member: (_weight(site, member), member), default=None)


def owned(member: str, members: Collection[str], sites: Iterable[str]) -> frozenset[str]:
    """The sites that a member writes."""
    return frozenset(site for site in sites if owner(site, members) == member)


def _weight(site: str, member: str) -> bytes:
    return hashlib.blake2b(f"{site}\n{member}".encode(), digest_size=8).digest()
