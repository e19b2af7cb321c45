"""The city's journal: one replicated stream of batches, and two small buckets beside it.

A batch is one message, on its site's subject. It is appended only when the site's last message is still the
one that was read before (``Nats-Expected-Last-Subject-Sequence``): of two recorders that both believe they
own a site, one is told so and reads again. What a recorder knows of a site stands in the last message's
headers, so that nothing is kept outside the stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

import msgspec
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js.api import Header, RetentionPolicy, StorageType, StreamConfig

from broker.contract import city
from broker.contract.city import CityBatch, CitySite, Headers
from broker.contract.messages import encode
from city.held import Held

log = logging.getLogger(__name__)

MEMBER_S: Final = 3.0
"""Seconds after its last word until a recorder counts as dead; the engine forgets it."""
ANSWER_S: Final = 5.0
"""Seconds to wait for the engine's answer."""
_WRONG_LAST: Final = 10071
"""The engine's error: the subject's last message is another one."""
_OTHER_CONFIGURATION: Final = 10058
"""The engine's error: a stream of that name is there, with other settings."""
_DUPLICATES_S: Final = 120.0
_NOT_FOUND = nats.js.errors.NotFoundError
AWAY = (nats.errors.Error, asyncio.TimeoutError, OSError)
"""What the library raises while the engine cannot answer."""


class OvertakenError(Exception):
    """Somebody else has appended to the site since it was read."""


class CityStream:
    """The city's journal and what is kept beside it, behind one connection.

    Args:
        client: the connection.
        replicas: on how many servers everything lies.
    """

    def __init__(self, client: Client, *, replicas: int = 3) -> None:
        self._client, self._replicas = client, replicas
        self._engine = client.jetstream(timeout=ANSWER_S)

    async def prepare(self) -> None:
        """Make the stream and the buckets where they are missing; raises one of ``AWAY``."""
        await self._make(
            StreamConfig(
                name=city.STREAM,
                subjects=[f"{city.JOURNAL_SUBJECT}.*"],
                storage=StorageType.FILE,
                retention=RetentionPolicy.LIMITS,
                num_replicas=self._replicas,
                duplicate_window=_DUPLICATES_S,
                deny_delete=True,
                deny_purge=True,
                allow_direct=False,
            )
        )
        await self._bucket(city.MEMBERS, max_age_s=MEMBER_S)
        await self._bucket(city.SITES, max_age_s=0)

    async def held(self, site: str) -> Held | None:
        """What the journal holds of a site; None for one that never sent anything."""
        try:
            # Not direct: only the stream's leader knows the last message for sure.
            last = await self._engine.get_last_msg(city.STREAM, city.journal_subject(site))
        except _NOT_FOUND:
            return None
        headers = last.headers or {}
        return Held(
            headers[Headers.JOURNAL], int(headers[Headers.UPTO]), headers[Headers.DIGEST], last.seq or 0
        )

    async def append(self, batch: CityBatch, payload: bytes, held: Held | None) -> Held:
        """Append a batch after what is held; returns what is held then, on a majority of the servers.

        Args:
            batch: the batch, with at least one entry.
            payload: the same as it came.
            held: what the journal holds of the site.

        Raises:
            OvertakenError: the journal holds something else by now.
        """
        upto, digest = batch.first + len(batch.entries) - 1, batch.entries[-1].digest()
        headers = {
            Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(held.sequence if held else 0),
            # The last offset too: a batch that begins alike and ends elsewhere is another message.
            Header.MSG_ID.value: f"{batch.site}:{batch.journal}:{batch.first}:{upto}:{digest}",
            Headers.JOURNAL: batch.journal,
            Headers.FIRST: str(batch.first),
            Headers.UPTO: str(upto),
            Headers.DIGEST: digest,
        }
        subject = city.journal_subject(batch.site)
        try:
            answer = await self._engine.publish(subject, payload, stream=city.STREAM, headers=headers)
        except nats.js.errors.APIError as problem:
            if problem.err_code == _WRONG_LAST:
                raise OvertakenError(batch.site) from problem
            raise
        return Held(batch.journal, upto, digest, answer.seq)

    async def say_alive(self, member: str) -> None:
        """This recorder lives for another ``MEMBER_S``."""
        await self._engine.publish(f"$KV.{city.MEMBERS}.{member}", b"1")

    async def say_goodbye(self, member: str) -> None:
        """This recorder ends: its sites need not wait until it is missed."""
        with contextlib.suppress(*AWAY):
            await self._engine.purge_stream(f"KV_{city.MEMBERS}", subject=f"$KV.{city.MEMBERS}.{member}")

    async def members(self) -> frozenset[str]:
        """The recorders that live."""
        info = await self._engine.stream_info(f"KV_{city.MEMBERS}", subjects_filter=">")
        prefix = f"$KV.{city.MEMBERS}."
        return frozenset(subject.removeprefix(prefix) for subject in info.state.subjects or {})

    async def site(self, site: str) -> CitySite | None:
        """The last word of a site; None for one that never spoke, or whose word cannot be read."""
        try:
            last = await self._engine.get_last_msg(f"KV_{city.SITES}", f"$KV.{city.SITES}.{site}")
        except _NOT_FOUND:
            return None
        try:
            return msgspec.json.decode(last.data or b"", type=CitySite)
        except msgspec.DecodeError:
            return None

    async def keep_site(self, word: CitySite) -> None:
        """Keep the last word of a site."""
        await self._engine.publish(f"$KV.{city.SITES}.{word.site}", encode(word))

    async def _make(self, config: StreamConfig) -> None:
        try:
            await self._engine.add_stream(config)
        except nats.js.errors.BadRequestError as problem:
            if problem.err_code != _OTHER_CONFIGURATION:
                raise
            # Somebody has set limits of their own, or an earlier version made it: it works as it is.
            log.warning("%s is there with settings of its own", config.name)

    async def _bucket(self, name: str, max_age_s: float) -> None:
        # As the library makes a bucket, but for `direct`: what is read must be the last.
        await self._make(
            StreamConfig(
                name=f"KV_{name}",
                subjects=[f"$KV.{name}.>"],
                storage=StorageType.FILE,
                num_replicas=self._replicas,
                max_msgs_per_subject=1,
                max_age=max_age_s,
                duplicate_window=min(max_age_s or _DUPLICATES_S, _DUPLICATES_S),
                allow_rollup_hdrs=True,
                deny_delete=True,
                allow_direct=False,
            )
        )
