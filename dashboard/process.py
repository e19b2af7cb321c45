"""The dashboard as a process: options in, pages out, and one clear line when it cannot start."""

from __future__ import annotations

import logging
import signal
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import gevent
import msgspec

from broker.clock import SystemClock
from broker.connection import ConnectionRefusedForGoodError, Identity
from broker.contract import compiled
from broker.contract.topics import DASHBOARD
from broker.folder import FolderInUseError
from dashboard.server import DashboardServer, PortTakenError
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
    *,
    demonstration: bool = False,
    phone: tuple[str, int] | None = None,
    proxied_as: Sequence[str] = (),
) -> None:
    """Serve a site's pages until SIGTERM or SIGINT. The standard library must be patched by gevent.

    Args:
        site: the compiled description.
        broker: its host and TLS port.
        credentials: folder with ``ca.pem``, ``dashboard.pem`` and ``dashboard.key``.
        state: folder of the console's outbox and its accounts.
        store_config: JSON of a StoreConfig.
        address: host and port to serve on.
        version: the program's version, for the technician.
        demonstration: anybody who reaches the pages may sign in, so only this machine may reach them.
        phone: host and port of the phone page's own listener; None for none.
        proxied_as: names by which a proxy on this machine serves the pages; empty without one.

    Raises:
        CannotServeError: the port or the folder is taken, or a file lacks something.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    refuse_unsafe(address[0], demonstration=demonstration, proxied_as=proxied_as)
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
            demonstration=demonstration,
            phone=phone,
            proxied_as=proxied_as,
        )
        server.bind()
    except (ConnectionRefusedForGoodError, StoreError) as problem:
        raise CannotServeError(str(problem)) from problem
    except msgspec.DecodeError as problem:
        raise CannotServeError(f"{site} is no compiled site: {problem}") from problem
    except (PortTakenError, FolderInUseError) as problem:
        raise CannotServeError(str(problem)) from problem
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, server.stop)
    server.run()


def refuse_unsafe(host: str, *, demonstration: bool, proxied_as: Sequence[str]) -> None:
    """Raises CannotServeError for what would let in people who must not be."""
    if demonstration and not _is_this_machine(host):
        raise CannotServeError(
            f"--demonstration lets anybody in without a PIN: it is for 127.0.0.1 only, not {host}"
        )
    if proxied_as and not _is_this_machine(host):
        raise CannotServeError(
            f"--behind-proxy believes what the proxy says of visitors: serve on 127.0.0.1, not {host}"
        )
    if proxied_as and demonstration:
        raise CannotServeError("--demonstration lets anybody in without a PIN: not --behind-proxy")


def _is_this_machine(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
