"""Between a site and the city: the words, their topics, and who may say them.

The same delivery as from node to site, once more: the site's journal is the outbox, whose offsets have no
holes; the city's recorder takes the next offset only and sends a receipt once the city's journal has the
batch. Offsets belong to one journal; an event's identity (site, node, run, seq) never changes, also when a
journal put back from a backup sends everything again under a new id.

A site speaks MQTT 3.1.1 here, QoS 0: the receipt is the acknowledgement. The city's engine maps ``/`` to
``.``, so that a city's program may read the same words as NATS subjects.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Annotated, Final

import msgspec

from broker.contract.access import Right
from broker.contract.messages import Nanoseconds, Number, Word, decode, encode
from broker.contract.topics import LEVEL

ROOT: Final = "preaccueil/1/city"

MOST_BYTES: Final = 8 * 1024 * 1024
"""The largest message that the city's engine takes: one event with its decisions may be that large."""
BATCH_BYTES: Final = 128 * 1000
BATCH_EVENTS: Final = 500
"""A batch ends at the first of these two, before it is packed; one larger event makes a batch of its own."""
PACKED_FROM_BYTES: Final = 1000
"""Larger messages travel and are kept packed (gzip): a batch is an eighth then, on every wire and disk."""

RECORDER: Final = "city-recorder"
FEED: Final = "city-feed"
"""Certificate names of the city's own programs; no site may be called so."""

STREAM: Final = "CITY_JOURNAL"
"""The city's journal: a replicated stream, one message a batch (the batch as it came), one subject a site."""
JOURNAL_SUBJECT: Final = "city.journal"
MEMBERS: Final = "city_recorders"
"""Key-value bucket: the recorders that live, by name; a key goes when it is not renewed."""
SITES: Final = "city_sites"
"""Key-value bucket: a ``CitySite`` a site, the last word of each."""


class Headers:
    """Of a message in the city's journal: what a recorder that takes a site over needs to know."""

    JOURNAL: Final = "City-Journal"
    FIRST: Final = "City-First"
    UPTO: Final = "City-Upto"
    DIGEST: Final = "City-Digest"


Sentences = Annotated[str, msgspec.Meta(max_length=2000)]
"""What a refusal says, in every language of those who look after a site."""
_GZIP: Final = 31
"""zlib's word for a gzip header and 32 kB of memory."""
_PACKED: Final = b"\x1f\x8b"

Offset = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


Short = Annotated[str, msgspec.Meta(max_length=64)]
"""A word that the site has checked before: a pattern for each would cost more than all else of an event."""


class CityEntry(msgspec.Struct, frozen=True, array_like=True):
    """One event of a site's journal with what was decided of it, as a list in this order.

    ``body`` and ``decisions`` are JSON as the journal holds them. ``quarantined`` is the reason why the event
    counts for nothing. Later versions only add to the end.
    """

    node: Short
    run: Short
    seq: Number
    at_ns: Nanoseconds
    recorded_ns: Nanoseconds
    age_ms: int | None
    undated: bool
    body: msgspec.Raw
    quarantined: str | None = None
    decisions: list[msgspec.Raw] = []

    def digest(self) -> str:
        """A short name of the event's content: another event under the same offset has another one."""
        identity = f"{self.node}:{self.run}:{self.seq}:{self.at_ns}:{self.recorded_ns}:".encode()
        return hashlib.blake2b(identity + bytes(self.body), digest_size=16).hexdigest()


class CityBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Decided events of a site's journal on ``batch/<site>``: from offset ``first`` on.

    Without entries it is a word that the site is there: on contact, and each half minute.

    ``sender`` is random, drawn at each start of a forwarder; ``number`` counts its messages; both come back
    in the receipt. ``before`` are the journals that this one is known to follow. ``previous`` is the digest
    of the entry before ``first``, empty where there is none. ``upto_site`` is the last decided offset.
    ``sent_ns`` is civil time at the site. ``tallies``, with a word now and then, counts the events of the
    journal up to ``upto_site`` by node.
    """

    site: Word
    journal: Word
    sender: Word
    number: Number
    first: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    previous: Word = ""
    upto_site: Offset
    sent_ns: Nanoseconds
    before: Annotated[list[Word], msgspec.Meta(max_length=1000)] = []
    tallies: dict[Word, Number] | None = None
    entries: Annotated[list[CityEntry], msgspec.Meta(max_length=BATCH_EVENTS)] = []


class CityReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """On ``receipt/<site>``: everything of ``journal`` up to ``upto`` is in the city's journal.

    ``sender`` and ``number`` are those of the answered batch; both are empty where a recorder speaks of
    itself, having taken the site over. ``again``: what came was not the next, send what follows ``upto``.
    ``refused`` says in a person's words why nothing of this sender is taken, ``fault`` is its name
    (``faults.FAULTS``).
    """

    site: Word
    journal: Word
    upto: Offset
    sender: Word = ""
    number: Number = 0
    again: bool = False
    refused: Sentences | None = None
    fault: Word = ""


class CitySite(msgspec.Struct, frozen=True, kw_only=True):
    """What the city knows of a site beside its events, in the bucket ``city_sites``.

    ``upto`` of ``upto_site`` is in the city's journal; ``heard_ns`` is the recorder's civil time at the
    site's last word, ``sent_ns`` the site's own in it. ``tallies`` as in the site's last word that had some,
    with the offset up to which they count. ``refused`` and ``refused_ns``: the last refusal of another sender
    under this name, and when; None when there was none.
    """

    site: Word
    journal: Word
    upto: Offset
    upto_site: Offset
    heard_ns: Nanoseconds
    sent_ns: Nanoseconds
    recorder: Word = ""
    tallies: dict[Word, Number] | None = None
    tallies_upto: Offset = 0
    refused: Sentences | None = None
    refused_ns: Nanoseconds = 0


def batch_topic(site: str) -> str:
    """Where a site's forwarder publishes."""
    return f"{ROOT}/batch/{_level(site)}"


def receipt_topic(site: str) -> str:
    """Where it listens."""
    return f"{ROOT}/receipt/{_level(site)}"


def subject(topic: str) -> str:
    """An MQTT topic of ours as the engine's own programs name it."""
    return topic.replace("/", ".")


def journal_subject(site: str) -> str:
    """A site's subject in the city's journal."""
    return f"{JOURNAL_SUBJECT}.{_level(site)}"


def site_rights(site: str) -> list[Right]:
    """What a site may do at the city: write under its own name, and hear its own receipts."""
    return [Right("write", batch_topic(site)), Right("read", receipt_topic(site))]


def encode_batch(batch: CityBatch) -> bytes:
    """Write a batch: JSON, packed when it is worth it (``mosquitto_sub … | zcat`` shows it)."""
    plain = encode(batch)
    if len(plain) < PACKED_FROM_BYTES:
        return plain
    packing = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    return packing.compress(plain) + packing.flush()


def decode_batch(payload: bytes) -> CityBatch:
    """Read a batch, packed or not. Raises msgspec.DecodeError with what was wrong."""
    return decode(unpacked(payload), CityBatch)


def unpacked(payload: bytes) -> bytes:
    """A message as it was before it was packed. Raises msgspec.DecodeError when it cannot be unpacked."""
    if not payload.startswith(_PACKED):
        return payload
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(payload, MOST_BYTES)
    except zlib.error as problem:
        raise msgspec.DecodeError(f"cannot be unpacked: {problem}") from problem
    if not unpacking.eof:
        raise msgspec.DecodeError(f"cannot be unpacked: cut off, or more than {MOST_BYTES} bytes")
    return plain


def _level(site: str) -> str:
    if LEVEL.fullmatch(site) is None or site in (RECORDER, FEED):
        raise ValueError(f"{site!r} cannot be a site's name at the city (a-z, 0-9 and - only, 32 at most)")
    return site
