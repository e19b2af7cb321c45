"""The city's pages as a process: options in, pages out, and one clear line when it cannot start."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import gevent
from gevent.event import Event
from gevent.threadpool import ThreadPool

from broker.clock import SystemClock
from broker.folder import FolderInUseError, Hold
from broker.notify import notify
from city.description import CityError, read
from dashboard.accounts import Accounts
from dashboard.city.app import create_city_app
from dashboard.listening import PageServer
from dashboard.process import CannotServeError, refuse_unsafe
from hall.store.interface import StoreError
from hall.store.open import open_store

MOST_PAGES: Final = 500
"""Connections at once; pages here are asked for, not followed."""
GOODBYE_S: Final = 1.0


def serve(
    sites: Path,
    feed: Path,
    state: Path,
    address: tuple[str, int],
    release: str,
    *,
    target_min: int,
    demonstration: bool = False,
    proxied_as: Sequence[str] = (),
) -> None:
    """Serve a city's pages until SIGTERM or SIGINT. The standard library must be patched by gevent.

    Args:
        sites: the city's description.
        feed: the feed's folder.
        state: folder of the accounts; made when missing.
        address: host and port to serve on.
        release: what is deployed here.
        target_min: the wait, in minutes, that all sites are measured by.
        demonstration: anybody who reaches the pages may sign in, so only this machine may reach them.
        proxied_as: names by which a proxy on this machine serves the pages; empty without one.

    Raises:
        CannotServeError: the port or the folder is taken, or a file lacks something.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    refuse_unsafe(address[0], demonstration=demonstration, proxied_as=proxied_as)
    state.mkdir(parents=True, exist_ok=True)
    # Stores wait on disk and network: on one thread of their own, where they were also opened.
    pool = ThreadPool(1)

    def aside(ask: Callable[[], Any]) -> Any:
        return pool.apply(ask)

    try:
        hold = Hold(state)
        described = read(sites)
        stores = aside(lambda: {one.id: open_store(one.store) for one in described})
    except (CityError, StoreError, FolderInUseError) as problem:
        raise CannotServeError(str(problem)) from problem
    app = create_city_app(
        described,
        stores,
        feed,
        SystemClock.from_environment(),
        accounts=Accounts(state, demonstration=demonstration),
        aside=aside,
        release=release,
        target_min=target_min,
        proxied_as=proxied_as,
    )
    server, ends = PageServer(address, app, most_connections=MOST_PAGES), Event()
    try:
        server.init_socket()
    except OSError as problem:
        raise CannotServeError(f"port {address[1]} on {address[0]}: {problem.strerror}: --port") from problem
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, ends.set)
    server.start()
    notify("READY=1")
    ends.wait()
    notify("STOPPING=1")
    server.stop(GOODBYE_S)
    aside(lambda: [store.close() for store in stores.values()])
    hold.release()
