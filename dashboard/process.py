"""The dashboard as a process: options in, pages out, and one clear line when it cannot start."""

from __future__ import annotations

import errno
import logging
import signal
from pathlib import Path

import gevent
import msgspec

from broker.clock import SystemClock
from broker.connection import ConnectionRefusedForGoodError, Identity
from broker.contract import compiled
from broker.contract.topics import DASHBOARD
from dashboard.server import DashboardServer
from hall.store.interface import StoreError
from hall.store.open import open_store, read_config


class CannotServeError(Exception):
    """The dashboard cannot start; the text is for the person who started it."""


def serve(
    site: Path,
    broker: tuple[str, int],
    credentials: Path,
    state: Path,
    store_config: Path,
    address: tuple[str, int],
    version: str,
) -> None:
    """Serve a site's pages until SIGTERM or SIGINT. The standard library must be patched by gevent.

    Args:
        site: the compiled description.
        broker: its host and TLS port.
        credentials: folder with ``ca.pem``, ``dashboard.pem`` and ``dashboard.key``.
        state: folder of the console's outbox.
        store_config: JSON of a StoreConfig.
        address: host and port to serve on.
        version: the program's version, for the technician.

    Raises:
        CannotServeError: the port is taken, or a file lacks something.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        config = read_config(store_config)
        server = DashboardServer(
            compiled.read(site),
            Identity.in_folder(credentials, DASHBOARD),
            broker,
            state,
            lambda: open_store(config),
            SystemClock.from_environment(),
            version,
            address,
        )
        server.bind()
    except (ConnectionRefusedForGoodError, StoreError) as problem:
        raise CannotServeError(str(problem)) from problem
    except msgspec.DecodeError as problem:
        raise CannotServeError(f"{site} is no compiled site: {problem}") from problem
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise CannotServeError(
            f"port {address[1]} on {address[0]} is taken: end what uses it, or choose another with --port"
        ) from problem
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, server.stop)
    server.run()
