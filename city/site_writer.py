"""One site at a recorder: its batches in order, each judged, appended to the city's journal, then receipted.

What is known of the site is read from the city's journal when it is taken over, and again whenever
somebody else has appended or the engine gave no answer: nothing is guessed, and no receipt goes out before
the engine's word that a majority of its servers has the batch.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import msgspec
from nats.aio.client import Client

from broker.clock import SECOND, Clock
from broker.contract import city
from broker.contract.city import CityBatch, CityReceipt, CitySite
from broker.contract.messages import Number, Word, decode, encode
from city.held import Held
from city.intake import Answer, Refusal, Take, judge
from city.stream import AWAY, CityStream, OvertakenError

log = logging.getLogger(__name__)

REST_S: Final = 0.5
"""Machine seconds before the engine is asked again, when it gave no answer."""
OVERTAKEN_S: Final = 0.05
"""Machine seconds in which what another recorder appends is in the journal."""
KEEP_NS: Final = 5 * SECOND
"""Machine time between two notes of how far a site has come, while batches arrive."""


class _Envelope(msgspec.Struct):
    """Whose a message is that cannot be read whole."""

    sender: Word = ""
    number: Number = 0
    journal: Word = ""


class SiteWriter:
    """Writes one site into the city's journal while this recorder owns it.

    Args:
        site: the site's name.
        recorder: this recorder's.
        client: the connection on which its batches arrive.
        stream: the city's journal.
        clock: the city's time.
    """

    def __init__(self, site: str, recorder: str, client: Client, stream: CityStream, clock: Clock) -> None:
        self._site, self._recorder = site, recorder
        self._client, self._stream, self._clock = client, stream, clock
        self._receipts = city.subject(city.receipt_topic(site))
        self._held: Held | None = None
        self._is_read = False
        self._spoke_ns = clock.machine_ns()
        self._kept_ns = self._refusal_kept_ns = 0
        self._word: CitySite | None = None
        self._refused_sender = ""

    async def run(self) -> None:
        """Until it is cancelled: the site belongs to this recorder."""
        batches = await self._client.subscribe(city.subject(city.batch_topic(self._site)))
        try:
            await self._take_over()
            async for message in batches.messages:
                await self._receive(message.data)
        finally:
            await _ended(batches.unsubscribe())

    async def _take_over(self) -> None:
        """Read what is held, and say so: the site goes on from there at once."""
        while True:
            try:
                held = await self._read()
                self._word = await self._stream.site(self._site)
                break
            except AWAY as problem:
                log.debug("%s cannot be taken over yet: %r", self._site, problem)
                await asyncio.sleep(REST_S)
        log.info("%s is written here, from %s on", self._site, held.upto if held else "its beginning")
        journal, upto = (held.journal, held.upto) if held else ("", 0)
        await self._say(CityReceipt(site=self._site, journal=journal, upto=upto))

    async def _receive(self, payload: bytes) -> None:
        """One message; whatever is wrong with it, or with the engine, the next one is taken too."""
        try:
            batch = city.decode_batch(payload)
        except msgspec.DecodeError as problem:
            await self._cannot_read(payload, problem)
            return
        if batch.site != self._site:
            log.error("a batch of %s came under the name of %s", batch.site, self._site)
            return
        try:
            await self._answer(batch, payload)
        except AWAY as problem:
            # Whether it was appended is not known: read again before anything is said.
            self._is_read = False
            log.warning("%s: the engine gives no answer: %r", self._site, problem)
            await asyncio.sleep(REST_S)
        except Exception:
            self._is_read = False
            log.exception("%s: a batch cannot be taken", self._site)

    async def _answer(self, batch: CityBatch, payload: bytes) -> None:
        held = self._held if self._is_read else await self._read()
        now_ns = self._clock.machine_ns()
        silent_s = (now_ns - self._spoke_ns) / SECOND
        verdict = judge(held, batch, silent_s)
        if held is None or batch.journal == held.journal:
            self._spoke_ns = now_ns
        match verdict:
            case Refusal():
                await self._refuse(batch, verdict)
            case Answer(upto, again):
                await self._receipt(batch, upto, again=again)
                await self._keep(batch, upto, at_once=not batch.entries)
            case Take():
                await self._take(batch, payload, held)

    async def _take(self, batch: CityBatch, payload: bytes, held: Held | None) -> None:
        try:
            self._held = await self._stream.append(batch, payload, held)
        except OvertakenError:
            log.info("%s: another recorder was first", self._site)
            await asyncio.sleep(OVERTAKEN_S)
            now = await self._read()
            same = now is not None and now.journal == batch.journal
            await self._receipt(batch, now.upto if same and now else 0, again=True)
            return
        self._spoke_ns = self._clock.machine_ns()
        await self._receipt(batch, self._held.upto, again=False)
        await self._keep(batch, self._held.upto, at_once=False)

    async def _read(self) -> Held | None:
        self._held = await self._stream.held(self._site)
        self._is_read = True
        return self._held

    async def _receipt(self, batch: CityBatch, upto: int, *, again: bool) -> None:
        await self._say(
            CityReceipt(
                site=self._site,
                journal=batch.journal,
                upto=upto,
                sender=batch.sender,
                number=batch.number,
                again=again,
            )
        )

    async def _refuse(self, batch: CityBatch, refusal: Refusal) -> None:
        await self._say(
            CityReceipt(
                site=self._site,
                journal=batch.journal,
                upto=0,
                sender=batch.sender,
                number=batch.number,
                refused=refusal.text,
                fault=refusal.fault,
            )
        )
        if batch.sender != self._refused_sender:
            self._refused_sender = batch.sender
            log.error("%s", refusal.text)
        held = self._held
        # A batch may have been held up on its way, from before a backup was put back; a word is of now.
        if held is not None and not batch.entries and self._is_time_to_keep_refusal():
            word = self._word or CitySite(
                site=self._site,
                journal=held.journal,
                upto=held.upto,
                upto_site=held.upto,
                heard_ns=0,
                sent_ns=0,
            )
            now_ns = self._clock.civil_ns()
            self._word = msgspec.structs.replace(word, refused=refusal.text, refused_ns=now_ns)
            await self._stream.keep_site(self._word)

    async def _cannot_read(self, payload: bytes, problem: msgspec.DecodeError) -> None:
        """Tell whoever sent it; the next one may be readable."""
        log.error("%s: no readable batch: %s", self._site, problem)
        try:
            sender = decode(city.unpacked(payload), _Envelope)
        except msgspec.DecodeError:
            return
        text = f"La ville ne sait pas lire ce message / the city cannot read this message: {problem}"
        await self._say(
            CityReceipt(
                site=self._site,
                journal=sender.journal,
                upto=0,
                sender=sender.sender,
                number=sender.number,
                refused=text[:2000],
            )
        )

    async def _keep(self, batch: CityBatch, upto: int, *, at_once: bool) -> None:
        """Note for the city's pages what the site says of itself."""
        if not (self._is_time_to_keep() or (at_once and batch.tallies is not None)):
            return
        last = self._word
        tallies, tallies_upto = batch.tallies, batch.upto_site
        if tallies is None and last is not None and last.journal == batch.journal:
            tallies, tallies_upto = last.tallies, last.tallies_upto
        self._word = CitySite(
            site=self._site,
            journal=batch.journal,
            upto=upto,
            upto_site=batch.upto_site,
            heard_ns=self._clock.civil_ns(),
            sent_ns=batch.sent_ns,
            recorder=self._recorder,
            tallies=tallies,
            tallies_upto=tallies_upto if tallies is not None else 0,
            refused=last.refused if last else None,
            refused_ns=last.refused_ns if last else 0,
        )
        await self._stream.keep_site(self._word)

    def _is_time_to_keep(self) -> bool:
        now_ns = self._clock.machine_ns()
        if self._kept_ns and now_ns - self._kept_ns < KEEP_NS:
            return False
        self._kept_ns = now_ns
        return True

    def _is_time_to_keep_refusal(self) -> bool:
        """By a clock of its own: the words of two tents may keep step."""
        now_ns = self._clock.machine_ns()
        if self._refusal_kept_ns and now_ns - self._refusal_kept_ns < KEEP_NS:
            return False
        self._refusal_kept_ns = now_ns
        return True

    async def _say(self, receipt: CityReceipt) -> None:
        """At most once: a receipt that is lost is given again, for the batch that comes again."""
        try:
            await self._client.publish(self._receipts, encode(receipt))
        except AWAY as problem:
            log.debug("%s: a receipt is lost: %r", self._site, problem)


async def _ended(unsubscribing: object) -> None:
    """Let go of a subscription, also of a connection that is gone."""
    try:
        await unsubscribing  # type: ignore[misc]  # a coroutine
    except AWAY:
        log.debug("a subscription went with its connection")
