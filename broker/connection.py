"""The connection to the broker: the one place that knows paho.

Whatever arrives is handed to a sink as a value, never handled on paho's thread: an exception in
``on_message`` would end that thread while ``is_connected()`` stays true (paho-mqtt 2.2).
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from broker.contract.topics import MOST_BYTES
from broker.records import RecordSocket

log = logging.getLogger(__name__)

_PATIENCE_S = 5.0
"""How long one attempt to connect may take."""
_FIRST_DELAY_S, _LONGEST_DELAY_S = 1.0, 15.0
"""Between two attempts to connect."""
_PACKETS_AT_ONCE = 500
"""Read before the caller of ``serve`` has its turn again."""
_GOODBYE_S = 1.0


class Inbound(NamedTuple):
    """A message that arrived; ``retained`` when the broker gave it from its store on subscribing."""

    topic: str
    payload: bytes
    retained: bool


class Connected(NamedTuple):
    """The connection stands and the subscriptions are made."""


class Disconnected(NamedTuple):
    """The connection is gone; it comes back by itself."""

    reason: str


Happening: TypeAlias = Inbound | Connected | Disconnected
Sink: TypeAlias = Callable[[Happening], None]


class Link(Protocol):
    """Where messages go: the broker, or in the simulated history a hall in the same process."""

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Send; what the broker refuses or a cut link loses is the sender's to send again."""
        ...


AUTHORITY = "ca.pem"
"""The file of the site's certificate authority, in every folder of credentials."""

SERVER = "broker"
"""The name of the broker's own certificate there."""


class Identity(NamedTuple):
    """A client's name and its files in PEM: the site's authority, its own certificate and key."""

    name: str
    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def in_folder(cls, folder: Path, name: str) -> Identity:
        """The files of that name as certificates are laid out: ``ca.pem``, ``<name>.pem``, ``<name>.key``."""
        return cls(name, folder / AUTHORITY, folder / f"{name}.pem", folder / f"{name}.key")


class Will(NamedTuple):
    """What the broker says, retained, when the connection ends without a goodbye."""

    topic: str
    payload: bytes


class ConnectionRefusedForGoodError(ConnectionError):
    """The certificate files are missing or unreadable: no retry will help."""


class Connection:
    """A client's connection over TLS, kept up in the background (``start``) or by its caller (``serve``).

    Args:
        identity: who we are; the name is also the client id.
        host: the broker's host name, checked against its certificate.
        port: its TLS port.
        subscriptions: filters subscribed to at every connect.
        sink: called with every happening, on the thread that reads: it must only enqueue.
        will: the last will.
        qos: of the subscriptions. With 0 the broker waits for no acknowledgement: for one who gives receipts.
        version: of MQTT. 5 tells what the broker refuses; 3.1.1 costs less for each message.
        client_id: when it is not the name: two that connect with one throw each other out.
        most_bytes: the largest message that the broker takes.
    """

    def __init__(
        self,
        identity: Identity,
        host: str,
        port: int,
        subscriptions: Sequence[str],
        sink: Sink,
        *,
        will: Will | None = None,
        qos: int = 1,
        version: Literal["3.1.1", "5"] = "5",
        client_id: str | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._host, self._port = host, port
        self._subscriptions = list(subscriptions)
        self._sink = sink
        self._qos = qos
        self._most_bytes = most_bytes
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or identity.name,
            protocol=paho.MQTTv5 if version == "5" else paho.MQTTv311,
        )
        try:
            context = ssl.create_default_context(cafile=str(identity.authority))
            context.load_cert_chain(str(identity.certificate), str(identity.key))
        except (OSError, ssl.SSLError) as problem:
            raise ConnectionRefusedForGoodError(
                f"{identity.name}: cannot use {identity.certificate.parent}: {problem}"
            ) from problem
        context.sslsocket_class = RecordSocket
        self._client.tls_set_context(context)
        self._client.connect_timeout = _PATIENCE_S
        self._client.reconnect_delay_set(min_delay=int(_FIRST_DELAY_S), max_delay=int(_LONGEST_DELAY_S))
        self._client.max_inflight_messages_set(200)
        if will:
            self._client.will_set(will.topic, will.payload, qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_socket_open = _no_delay
        self._client.on_socket_register_write = _write_later
        self._client.connect_async(host, port, keepalive=15)
        self._is_in_background = False
        self._next_attempt_s = 0.0
        self._delay_s = _FIRST_DELAY_S
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)

    def start(self) -> None:
        """Connect in the background, and again whenever the link is lost."""
        self._is_in_background = True
        self._client.loop_start()

    def serve(self, timeout_s: float) -> None:
        """Connect when not connected; read and write what there is, waiting for it at most so long.

        Instead of ``start``, for a program that does all on one thread: a network thread would take the
        interpreter's lock away from it at each message. Returns early on ``wake``.
        """
        link = self._socket()
        if link is None:
            self._connect_when_due(timeout_s)
            return
        writes = [link] if self._client.want_write() or link.wants_write() else []
        readable, writable, _ = select.select(
            [link, self._ear], writes, [], 0 if link.pending() else max(0.0, timeout_s)
        )
        self._hear_bell(readable)
        if writable:
            with link.together():
                self._client.loop_write()
        if link in readable or link.pending():
            for _ in range(_PACKETS_AT_ONCE):
                self._client.loop_read()
                if self._socket() is not link or not link.pending():
                    break
        self._client.loop_misc()

    def wake(self) -> None:
        """Let ``serve`` return at once; from any thread or a signal handler."""
        with contextlib.suppress(OSError):  # it rings already, or there is nobody left to hear it
            self._bell.send(b"!")

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Send when connected; dropped otherwise (paho's own queue lives in memory and has no bound).

        What is larger than the broker takes is dropped too, and said.
        """
        if len(payload) > self._most_bytes:
            log.error("%s: %d bytes are not sent, the broker takes %d", topic, len(payload), self._most_bytes)
        elif self._client.is_connected():
            self._client.publish(topic, payload, qos=qos, retain=retain)

    def stop(self) -> None:
        """Say goodbye (no last will) and end."""
        self._client.disconnect()
        if self._is_in_background:
            self._client.loop_stop()
        else:
            self._say_the_rest()
        self._bell.close()
        self._ear.close()

    def _say_the_rest(self) -> None:
        deadline_s = time.monotonic() + _GOODBYE_S
        while (link := self._socket()) is not None and time.monotonic() < deadline_s:
            select.select([], [link], [], _GOODBYE_S)
            self._client.loop_write()

    def _connect_when_due(self, timeout_s: float) -> None:
        wait_s = self._next_attempt_s - time.monotonic()
        if wait_s > 0:
            readable, _, _ = select.select([self._ear], [], [], min(max(0.0, timeout_s), wait_s))
            self._hear_bell(readable)
            return
        try:
            self._client.reconnect()
        except OSError as problem:
            log.debug("no connection to %s:%d: %s", self._host, self._port, problem)
        self._next_attempt_s = time.monotonic() + self._delay_s
        self._delay_s = min(2 * self._delay_s, _LONGEST_DELAY_S)

    def _socket(self) -> RecordSocket | None:
        link = self._client.socket()
        return link if isinstance(link, RecordSocket) else None

    def _hear_bell(self, readable: Sequence[socket.socket]) -> None:
        if self._ear in readable:
            self._ear.recv(4096)

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._sink(Disconnected(str(reason)))
            return
        self._delay_s = _FIRST_DELAY_S
        if self._subscriptions:
            client.subscribe([(topic, self._qos) for topic in self._subscriptions])
        else:
            self._sink(Connected())

    def _on_subscribe(
        self,
        _client: paho.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        for topic, reason in zip(self._subscriptions, reasons, strict=False):
            if reason.is_failure:
                log.error("the broker refuses %s: %s", topic, reason)
        self._sink(Connected())

    def _on_disconnect(
        self,
        _client: paho.Client,
        _userdata: object,
        _flags: paho.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._sink(Disconnected(str(reason)))

    def _on_message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        self._sink(Inbound(message.topic, bytes(message.payload), message.retain))


def _no_delay(_client: paho.Client, _userdata: object, sock: object) -> None:
    """Without this the kernel holds small messages back for up to 40 ms."""
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _write_later(_client: paho.Client, _userdata: object, _sock: object) -> None:
    """There is something to write: ``serve`` asks for it itself, and writes it together."""
