"""The city's programs' connection to the engine: the one place that knows how nats-py is set up."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from typing import Any

import nats
from nats.aio.client import Client

from broker.connection import ConnectionRefusedForGoodError, Identity

log = logging.getLogger(__name__)

_AGAIN_S = 1
"""Seconds between two attempts to reach a server."""
_CANCEL_AGAIN_S = 0.5
_PING_S, _PINGS = 5, 2
"""A server that does not answer so many pings is left for another."""


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended, whatever it raises.

    Once is not enough where it asks the engine: before Python 3.12 ``asyncio.wait_for``, on which nats-py
    stands, swallows a cancellation that comes at the moment of an answer (gh-86296).
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_S)
    if not task.cancelled():
        task.exception()


async def connect(identity: Identity, urls: Sequence[str], name: str) -> Client:
    """Connect to any of the servers, and again to another when that one is lost, for ever.

    Args:
        identity: whose certificate.
        urls: ``tls://HOST:PORT`` of the cluster's servers.
        name: what the engine's own lists call this connection.

    Raises:
        ConnectionRefusedForGoodError: the certificate files are missing or unreadable.
    """
    try:
        context = ssl.create_default_context(cafile=str(identity.authority))
        context.load_cert_chain(str(identity.certificate), str(identity.key))
    except (OSError, ssl.SSLError) as problem:
        raise ConnectionRefusedForGoodError(
            f"{identity.name}: cannot use {identity.certificate.parent}: {problem}"
        ) from problem

    async def lost() -> None:
        log.warning("the engine is away")

    async def back() -> None:
        log.info("the engine is back")

    async def failed(problem: Exception) -> None:
        log.debug("the engine's connection: %r", problem)

    return await nats.connect(
        list(urls),
        tls=context,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=_AGAIN_S,
        connect_timeout=5,
        ping_interval=_PING_S,
        max_outstanding_pings=_PINGS,
        disconnected_cb=lost,
        reconnected_cb=back,
        error_cb=failed,
    )
