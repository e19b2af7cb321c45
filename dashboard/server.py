"""The dashboard process: pages on gevent, the broker's messages, and the console's own outbox.

gevent because every open page holds a connection: with a pool of threads, as many pages as threads
are served and the rest starve. The command patches the standard library before anything else is
imported, so that paho's network thread is a greenlet here; it only enqueues.
"""

from __future__ import annotations

import errno
import logging
import queue
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, cast

import gevent
from gevent.event import Event
from gevent.pywsgi import WSGIServer
from gevent.threadpool import ThreadPool

from broker.clock import Clock, boot_id
from broker.connection import Connection, Identity, Will
from broker.contract import compiled
from broker.contract.topics import Topics
from broker.delivery.outbox import Outbox
from broker.folder import Hold
from broker.notify import notify
from dashboard.accounts import Accounts
from dashboard.app import create_app
from dashboard.errand import Errand, Hasten, Item, Order, Stop, subscriptions, will
from dashboard.live import Live
from dashboard.phone import PhoneQueues, PhoneServer, create_phone_app
from dashboard.requests import Requests
from dashboard.speech import Speech
from hall.store.interface import Store

log = logging.getLogger(__name__)

GOODBYE_S: Final = 1.0


class PortTakenError(OSError):
    """Something else has a port that we want; the text says which, and what to do."""


class DashboardServer:
    """One site's pages.

    Args:
        site: the compiled description.
        identity: the dashboard's name and certificate.
        broker: the broker's host and TLS port.
        state: folder of the console's outbox and its accounts; made when missing.
        open_store: opens the store that history is asked of.
        clock: this process's clock.
        version: the program's release.
        address: host and port to serve on.
        demonstration: anybody who reaches the pages may sign in, without a PIN.
        phone: host and port of the phone page's own listener; None for none.
        proxied_as: names by which a proxy on this machine serves the pages; empty without one.
    """

    def __init__(
        self,
        site: compiled.Site,
        identity: Identity,
        broker: tuple[str, int],
        state: Path,
        open_store: Callable[[], Store],
        clock: Clock,
        version: str,
        address: tuple[str, int],
        *,
        demonstration: bool = False,
        phone: tuple[str, int] | None = None,
        proxied_as: Sequence[str] = (),
    ) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._hold = Hold(state)
        topics = Topics(site.id)
        self._items: queue.Queue[Item] = queue.Queue()
        self._live = Live(topics, clock)
        self._outbox = Outbox(state / "outbox.sqlite", boot=boot_id())
        self._connection = Connection(
            identity, *broker, subscriptions(topics), self._items.put, will=Will(*will(topics))
        )
        self._errand = Errand(site, self._live, self._outbox, self._connection, clock, version, self._items)
        # The store's libraries wait on disk and network: they do so on one thread of their own, where
        # they were also opened, and the live pages go on meanwhile.
        self._pool = ThreadPool(1)
        self._store = cast("Store", self._aside(open_store))
        requests = Requests(self._outbox, clock, hasten=lambda: self._items.put(Hasten()))
        accounts = Accounts(state, demonstration=demonstration)
        app = create_app(
            site,
            self._live,
            self._store,
            clock,
            requests=requests,
            accounts=accounts,
            aside=self._aside,
            speech=Speech.of_this_machine(),
            order=lambda node, command: self._items.put(Order(node, command)),
            release=version,
            proxied_as=proxied_as,
        )
        self._server = WSGIServer(address, app, log=None, error_log=log)
        self._phones = PhoneQueues(self._live, site)
        self._phone_server: WSGIServer | None = None
        if phone is not None:
            phone_app = create_phone_app(
                site, self._live, self._phones, clock, record=lambda left: requests.record(left, None)
            )
            self._phone_server = PhoneServer(phone, phone_app)
        self._ending = Event()

    def bind(self) -> None:
        """Take the ports. Raises PortTakenError when one is taken."""
        for option, server in (("--port", self._server), ("--phone", self._phone_server)):
            if server is None:
                continue
            try:
                server.init_socket()
            except OSError as problem:
                if problem.errno != errno.EADDRINUSE:
                    raise
                raise PortTakenError(
                    f"port {server.address[1]} on {server.address[0]} is taken: "
                    f"end what uses it, or choose another with {option}"
                ) from problem

    def run(self) -> None:
        """Serve until ``stop``."""
        self._connection.start()
        errand = gevent.spawn(self._errand.run)
        self._server.start()
        if self._phone_server is not None:
            self._phone_server.start()
        notify("READY=1")
        self._ending.wait()
        notify("STOPPING=1")
        self._live.close()
        self._phones.close()
        self._items.put(Stop())
        errand.join(GOODBYE_S)
        self._server.stop(GOODBYE_S)
        if self._phone_server is not None:
            self._phone_server.stop(GOODBYE_S)
        self._connection.stop()
        self._aside(self._store.close)
        self._outbox.close()
        self._hold.release()

    def stop(self) -> None:
        """End ``run``: pages are let go, the broker is told, files are closed."""
        self._ending.set()

    def _aside(self, ask: Callable[[], Any]) -> Any:
        return self._pool.apply(ask)
