"""A city recorder: says that it lives, hears who else does, and writes the sites that fall to it.

Any number of them run side by side and keep nothing: one that dies is missed after ``MEMBER_S``, and its
sites fall to those who live (``city.sharing``).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Final

from nats.aio.client import Client

from broker.clock import Clock
from broker.connection import Identity
from broker.notify import Watchdog, notify
from city.engine.connection import connect, ended
from city.sharing import owned
from city.site_writer import SiteWriter
from city.stream import AWAY, CityStream

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
"""Machine seconds between two words that this recorder lives, and two looks at who else does."""
PREPARE_EVERY: Final = 30
"""Looks after which the journal is made again where it is gone."""


class CityRecorder:
    """One recorder's process.

    Args:
        name: its own, one of its kind in the city.
        sites: all sites of the city.
        identity: the recorders' certificate.
        urls: the engine's servers.
        clock: the city's time.
        replicas: on how many of the engine's servers the city's journal lies.
    """

    def __init__(
        self,
        name: str,
        sites: Iterable[str],
        identity: Identity,
        urls: Sequence[str],
        clock: Clock,
        *,
        replicas: int = 3,
    ) -> None:
        self._name, self._sites = name, sorted(sites)
        self._identity, self._urls, self._clock, self._replicas = identity, urls, clock, replicas
        self._writers: dict[str, asyncio.Task[None]] = {}
        self._ends = asyncio.Event()
        self._watchdog = Watchdog()

    async def run(self) -> None:
        """Until ``stop``. Raises ConnectionRefusedForGoodError without usable certificates."""
        client = await self._connected()
        if client is None:
            return
        stream = CityStream(client, replicas=self._replicas)
        is_there = False
        notify("READY=1")
        try:
            for look in count():
                if self._ends.is_set():
                    break
                self._watchdog.feed()
                if look % PREPARE_EVERY == 0 or not is_there:
                    is_there = await self._prepare(stream)
                is_there = is_there and await self._look(client, stream)
                await self._rest()
        finally:
            notify("STOPPING=1")
            await self._share(client, stream, frozenset())
            await stream.say_goodbye(self._name)
            with contextlib.suppress(*AWAY):
                await client.close()

    def stop(self) -> None:
        """End ``run`` soon; from its own loop, as a signal's handler is."""
        self._ends.set()

    async def _connected(self) -> Client | None:
        """The connection, as soon as one of the servers is there."""
        while not self._ends.is_set():
            self._watchdog.feed()
            try:
                return await connect(self._identity, self._urls, self._name)
            except AWAY as problem:
                log.warning("none of the engine's servers can be reached: %r", problem)
                await self._rest()
        return None

    async def _prepare(self, stream: CityStream) -> bool:
        """Have the city's journal there, also when somebody has deleted it; whether it is."""
        try:
            await stream.prepare()
        except AWAY as problem:
            log.warning("the city's journal cannot be made or found yet: %r", problem)
            return False
        return True

    async def _look(self, client: Client, stream: CityStream) -> bool:
        """Say that this recorder lives, and share the sites with those that do; False without an answer."""
        try:
            await stream.say_alive(self._name)
            members = await stream.members() | {self._name}
        except AWAY as problem:
            # Whoever else takes our sites over meanwhile does no harm, and neither do we.
            log.warning("the engine does not say who lives: %r", problem)
            return False
        await self._share(client, stream, owned(self._name, members, self._sites))
        return True

    async def _share(self, client: Client, stream: CityStream, mine: frozenset[str]) -> None:
        for site in [site for site, task in self._writers.items() if site not in mine or task.done()]:
            task = self._writers.pop(site)
            if task.done() and not task.cancelled() and (problem := task.exception()) is not None:
                log.error("%s: writing it ended: %r; begun again", site, problem)
            await ended(task)
        for site in mine - self._writers.keys():
            writer = SiteWriter(site, self._name, client, stream, self._clock)
            self._writers[site] = asyncio.create_task(writer.run(), name=site)

    async def _rest(self) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._ends.wait(), LOOK_S)
