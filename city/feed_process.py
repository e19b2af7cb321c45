"""The city's feed as a process: reads the engine on one thread, writes to the stores on another.

The engine keeps no place for it: its own files say where it stands, and it asks for what follows, in order.
Whatever goes wrong on the way (a server that dies, a message that does not come) ends in asking again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api

from broker.clock import Clock
from broker.connection import ConnectionRefusedForGoodError, Identity
from broker.contract import city, messages
from broker.first_use import know_types
from broker.folder import Hold
from broker.notify import Watchdog, notify
from city.description import CitySiteDescription
from city.engine.connection import connect, ended
from city.feed import CityFeed
from city.site_copy import CopyError
from hall import decisions

log = logging.getLogger("city.feed")

AT_ONCE: Final = 64
"""Messages asked for together, of 64 kB at most."""
WAIT_S: Final = 1.0
"""Machine seconds that a question waits for news."""
LOOK_S: Final = 10.0
"""Machine seconds without news before it is looked whether the engine still knows us."""
AGAIN_S: Final = 1.0
"""Machine seconds before the engine is asked again after trouble."""
TELL_S: Final = 2.0
"""Machine seconds between two words for the pages."""
IDLE_S: Final = 0.3
"""Machine seconds before the copies are looked at again when the stores have all of them."""


class FeedProcess:
    """Keeps a city's feed going until ``stop``.

    Args:
        sites: as the city's description has them.
        urls: the engine's servers, as ``tls://HOST:PORT``.
        identity: the feed's certificate.
        state: the folder of the copies.
        clock: the city's time.

    Raises:
        FolderInUseError: another feed works in that folder.
    """

    def __init__(
        self,
        sites: Sequence[CitySiteDescription],
        urls: Sequence[str],
        identity: Identity,
        state: Path,
        clock: Clock,
    ) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._hold = Hold(state)
        self._feed = CityFeed(sites, state, clock)
        self._urls, self._identity = [*urls], identity
        self._ends = threading.Event()
        self._watchdog = Watchdog()
        self._tell_due = 0.0

    def run(self) -> None:
        """Until ``stop``: copy, feed, tell. Raises ConnectionRefusedForGoodError without certificates."""
        know_types(messages, city, decisions)
        storing = threading.Thread(target=self._keep_stores, name="stores")
        storing.start()
        try:
            asyncio.run(self._go_on())
        finally:
            self._ends.set()
            storing.join()
            self._feed.tell()
            self._feed.close()
            self._hold.release()

    def stop(self) -> None:
        """End ``run`` soon; from any thread or a signal handler."""
        self._ends.set()

    # The stores ---------------------------------------------------------------------------------

    def _keep_stores(self) -> None:
        while not self._ends.is_set():
            if not self._feed.feed():
                self._ends.wait(IDLE_S)

    # The engine ---------------------------------------------------------------------------------

    async def _go_on(self) -> None:
        """Copy, and tell what is known meanwhile, whether or not the engine answers."""
        notify("READY=1")
        copying = asyncio.create_task(self._keep_copying())
        while not self._ends.is_set() and not copying.done():
            self._tell()
            await asyncio.sleep(0.1)
        notify("STOPPING=1")
        await ended(copying)
        if not copying.cancelled() and (problem := copying.exception()) is not None:
            raise problem

    async def _keep_copying(self) -> None:
        trouble = ""
        while not self._ends.is_set():
            try:
                await self._copy()
            except ConnectionRefusedForGoodError:
                raise
            except (nats.errors.Error, OSError, CopyError, TimeoutError) as problem:
                said = f"{type(problem).__name__}: {problem}"
                if said != trouble:
                    log.warning("the engine is asked again: %s", said)
                trouble = said
            await asyncio.sleep(AGAIN_S)

    async def _copy(self) -> None:
        """One connection's whole life. Raises what ended it."""
        link = await connect(self._identity, self._urls, city.FEED)
        try:
            stream = link.jetstream()
            words = asyncio.create_task(self._keep_hearing(stream))
            try:
                await self._follow(stream)
            finally:
                await ended(words)
        finally:
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                await asyncio.wait_for(link.close(), 2)

    async def _follow(self, stream: JetStreamContext) -> None:
        """Take message after message. Raises what ended it."""
        info = await stream.stream_info(city.STREAM)
        begins_at = self._feed.begins_at(str(info.created))
        subscription = await stream.pull_subscribe(
            f"{city.JOURNAL_SUBJECT}.*",
            stream=city.STREAM,
            config=api.ConsumerConfig(
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=begins_at,
                ack_policy=api.AckPolicy.NONE,
                inactive_threshold=60,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        delivered, looked = 0, time.monotonic()
        while not self._ends.is_set():
            try:
                messages = await subscription.fetch(AT_ONCE, timeout=WAIT_S)
            except TimeoutError:
                messages = []
            for message in messages:
                delivered = self._take(message, delivered)
            if messages:
                self._feed.taken(messages[-1].metadata.sequence.stream)
                looked = time.monotonic()
            elif time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                await self._look(subscription, delivered)

    def _take(self, message: Msg, delivered: int) -> int:
        """Take one; its number among those delivered. Raises CopyError where one is lacking before it."""
        number = message.metadata.sequence.consumer
        if number != delivered + 1:
            raise CopyError(f"message {delivered + 1} did not come, {number} did")
        self._feed.take(message.subject, message.metadata.sequence.stream, message.data)
        return number

    async def _look(self, subscription: JetStreamContext.PullSubscription, delivered: int) -> None:
        """Raises CopyError where what was sent did not come, NotFoundError where the engine forgot us."""
        info = await subscription.consumer_info()
        if info.delivered is not None and info.delivered.consumer_seq > delivered:
            raise CopyError(f"messages from {delivered + 1} on did not come")

    async def _keep_hearing(self, stream: JetStreamContext) -> None:
        """Hear the recorders' words about sites; again and again, since a bucket may not be there yet."""
        while True:
            try:
                bucket = await stream.key_value(city.SITES)
                watcher: Any = await bucket.watchall()
                async for entry in watcher:
                    if entry is not None and entry.value:
                        self._hear(entry.value)
            except (nats.errors.Error, OSError, TimeoutError) as problem:
                log.debug("no words about sites: %s", problem)
            await asyncio.sleep(AGAIN_S)

    def _hear(self, value: bytes) -> None:
        try:
            self._feed.heard(msgspec.json.decode(value, type=city.CitySite))
        except msgspec.DecodeError as problem:
            log.warning("a word about a site cannot be read: %s", problem)

    def _tell(self) -> None:
        self._watchdog.feed()
        if time.monotonic() >= self._tell_due:
            self._feed.tell()
            self._tell_due = time.monotonic() + TELL_S
