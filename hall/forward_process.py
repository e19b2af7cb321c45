"""The forwarder's own process: what the hall has decided goes to the city, at no cost to a press.

    python -m hall.forward_process ORDER

It belongs to the hall that started it (``hall.forwarder``) and reads the journal's file: the hall tells it
nothing while it runs but to end (``hall.lifeline``). It speaks plain MQTT 3.1.1 to any of the city's servers.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from broker.clock import Clock, SystemClock
from broker.connection import Connected, Connection, Disconnected, Happening, Identity, Inbound
from broker.contract import city
from broker.delivery.journal import Journal
from hall.backlog import JournalHoleError
from hall.forwarding import Forwarding
from hall.lifeline import asked_to_end, hold, ignore_signals, tell

log = logging.getLogger("hall.forward")

LOOK_S: Final = 0.2
"""Machine seconds between two looks into the journal: what is decided in them travels together."""
REPORT_S: Final = 2.0
"""Machine seconds between two reports."""
TROUBLE_S: Final = 10.0
"""Machine seconds before the journal is read again, when it could not be."""
PATIENCE_S: Final = 4.0
"""Machine seconds without a connection before another of the city's servers is tried."""
_SENDER_BYTES: Final = 3


class CityLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where the city is: ``servers`` (HOST, TLS port), and the folder of this site's certificate there."""

    servers: list[tuple[str, int]]
    credentials: Path


class ForwardOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a forwarder is to do: ``state`` is the hall's folder."""

    site: str
    state: Path
    link: CityLink


class ForwardReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a forwarder tells its hall.

    ``upto`` of ``decided`` events are at the city; None while it has not said. ``refused`` is the city's
    reason to take nothing, ``fault`` its name; ``trouble`` is what keeps us from sending.
    """

    connected: bool = False
    upto: int | None = None
    decided: int = 0
    refused: str = ""
    fault: str = ""
    trouble: str = ""


def main() -> None:
    """See the module."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    ignore_signals()
    order = msgspec.json.decode(sys.argv[1], type=ForwardOrder, dec_hook=lambda kind, text: kind(text))
    hold(order.state / "forward.lock", _wait_for_another)
    ForwardProcess(order, SystemClock.from_environment()).run()


def _wait_for_another() -> bool:
    """A forwarder that outlived its hall ends within a look."""
    tell(ForwardReport())
    return asked_to_end(LOOK_S)


class ForwardProcess:
    """Keeps a connection to one of the city's servers, and the forwarding going over it.

    Args:
        order: what to forward, and whereto.
        clock: the site's time.

    Raises:
        ConnectionRefusedForGoodError: the certificate files are missing or unreadable.
    """

    def __init__(self, order: ForwardOrder, clock: Clock) -> None:
        self._order = order
        self._identity = Identity.in_folder(order.link.credentials, order.site)
        self._topic = city.batch_topic(order.site)
        self._happenings: list[Happening] = []
        # Spread over the servers, so that not all sites speak to the first.
        self._server = secrets.randbelow(len(order.link.servers))
        self._connection = self._connect()
        self._is_connected = False
        self._lost_at = time.monotonic()
        journal = Journal(order.state / "journal.sqlite")
        self._forwarding = Forwarding(order.site, journal, self._send, clock)
        self._trouble = self._reason = ""
        self._rests_until = self._report_due = 0.0

    def run(self) -> None:
        """Until it is asked to end, however much is left: the next one goes on from the city's receipt."""
        while not asked_to_end(0):
            self._connection.serve(LOOK_S)
            self._take_happenings()
            if time.monotonic() >= self._rests_until:
                self._pump()
            self._report()
        self._connection.stop()

    def _pump(self) -> None:
        try:
            self._forwarding.pump()
        except (JournalHoleError, sqlite3.Error) as problem:
            log.error("the journal cannot be forwarded: %s", problem)
            self._trouble = str(problem)
            self._rests_until = time.monotonic() + TROUBLE_S
        else:
            self._trouble = ""

    def _take_happenings(self) -> None:
        happenings, self._happenings[:] = self._happenings.copy(), []
        for happening in happenings:
            match happening:
                case Connected():
                    self._is_connected = True
                    self._forwarding.connected()
                case Disconnected(reason):
                    if self._is_connected:
                        log.warning("the city is away: %s", reason)
                        self._lost_at = time.monotonic()
                    self._is_connected = False
                    self._reason = reason
                    self._forwarding.disconnected()
                case Inbound():
                    self._forwarding.receive(happening.payload)
        if not self._is_connected and time.monotonic() > self._lost_at + PATIENCE_S:
            self._try_another()

    def _try_another(self) -> None:
        self._connection.stop()
        self._happenings.clear()
        self._server = (self._server + 1) % len(self._order.link.servers)
        self._connection = self._connect()
        self._lost_at = time.monotonic()

    def _connect(self) -> Connection:
        host, port = self._order.link.servers[self._server]
        return Connection(
            self._identity,
            host,
            port,
            [city.receipt_topic(self._order.site)],
            self._happenings.append,
            qos=0,
            version="3.1.1",
            # Of two tents with one name neither throws the other out: the city says which one is refused.
            client_id=f"{self._order.site}-{secrets.token_hex(_SENDER_BYTES)}",
            most_bytes=city.MOST_BYTES,
        )

    def _send(self, payload: bytes) -> None:
        self._connection.publish(self._topic, payload, qos=0, retain=False)

    def _why_away(self) -> str:
        """Why there is no connection, as far as it is known; empty while there is one."""
        if self._is_connected:
            return ""
        host, port = self._order.link.servers[self._server]
        return f"{host}:{port} : {self._reason or 'pas de réponse / no answer'}"

    def _report(self) -> None:
        if time.monotonic() < self._report_due:
            return
        self._report_due = time.monotonic() + REPORT_S
        state = self._forwarding.state()
        tell(
            ForwardReport(
                connected=state.is_connected,
                upto=state.upto,
                decided=state.decided,
                refused=state.refused,
                fault=state.fault,
                trouble=self._trouble or self._why_away(),
            )
        )


if __name__ == "__main__":
    main()
