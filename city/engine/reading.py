"""The whole city's journal, read at once: for ledgers and verdicts, not for those who follow it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

import nats.errors
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import ServiceUnavailableError

from broker.connection import Identity
from broker.contract import city
from city.engine.connection import connect

_AT_ONCE: Final = 64
_PATIENCE_S: Final = 10.0
_GONE_S: Final = 60.0
"""Seconds after which the engine forgets a reader that says nothing more."""


class Stored(NamedTuple):
    """A message of the city's journal and its place there."""

    site: str
    sequence: int
    batch: city.CityBatch


T = TypeVar("T")


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end in a loop and a thread of its own: the caller's thread may have a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def read_journal(identity: Identity, urls: Sequence[str]) -> list[Stored]:
    """Every batch of the city's journal in its order.

    Raises:
        TimeoutError: the engine gives no answer, or has just lost a server and cannot read now.
        msgspec.DecodeError: a message is no batch.
    """
    found = list[Stored]()
    client = await connect(identity, urls, "reading")
    try:
        engine = client.jetstream(timeout=_PATIENCE_S)
        info = await engine.stream_info(city.STREAM)
        if not info.state.messages:
            return found
        reader = await engine.pull_subscribe(
            f"{city.JOURNAL_SUBJECT}.*",
            stream=city.STREAM,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.NONE,
                inactive_threshold=_GONE_S,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        last = 0
        while last < info.state.last_seq:
            for message in await reader.fetch(_AT_ONCE, timeout=_PATIENCE_S):
                last = message.metadata.sequence.stream
                site = message.subject.removeprefix(f"{city.JOURNAL_SUBJECT}.")
                found.append(Stored(site, last, city.decode_batch(message.data)))
    except (nats.errors.TimeoutError, ServiceUnavailableError) as problem:
        raise TimeoutError("the engine gives no answer") from problem
    finally:
        await client.close()
    return found
