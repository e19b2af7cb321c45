"""The connection to the broker: the one place that knows paho.

Whatever arrives is handed to a sink as a value, never handled on paho's thread: an exception in
``on_message`` would end that thread while ``is_connected()`` stays true (paho-mqtt 2.2).
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

log = logging.getLogger(__name__)


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
    """A client's connection over TLS, kept up in the background.

    Args:
        identity: who we are; the name is also the client id.
        host: the broker's host name, checked against its certificate.
        port: its TLS port.
        subscriptions: filters subscribed to at every connect, at QoS 1.
        sink: called with every happening, on the network thread: it must only enqueue.
        will: the last will.
        receive_maximum: messages the broker may send unacknowledged (a recorder wants many).
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
        receive_maximum: int = 200,
    ) -> None:
        self._host, self._port = host, port
        self._subscriptions = list(subscriptions)
        self._sink = sink
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=identity.name, protocol=paho.MQTTv5)
        try:
            context = ssl.create_default_context(cafile=str(identity.authority))
            context.load_cert_chain(str(identity.certificate), str(identity.key))
        except (OSError, ssl.SSLError) as problem:
            raise ConnectionRefusedForGoodError(
                f"{identity.name}: cannot use {identity.certificate.parent}: {problem}"
            ) from problem
        self._client.tls_set_context(context)
        self._client.reconnect_delay_set(min_delay=1, max_delay=15)
        self._client.max_inflight_messages_set(200)
        self._connect_properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        self._connect_properties.ReceiveMaximum = receive_maximum
        if will:
            self._client.will_set(will.topic, will.payload, qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_socket_open = _no_delay

    def start(self) -> None:
        """Connect in the background, and again whenever the link is lost."""
        self._client.connect_async(self._host, self._port, keepalive=15, properties=self._connect_properties)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Send when connected; dropped otherwise (paho's own queue lives in memory and has no bound)."""
        if self._client.is_connected():
            self._client.publish(topic, payload, qos=qos, retain=retain)

    def stop(self) -> None:
        """Say goodbye (no last will) and end the network thread."""
        self._client.disconnect()
        self._client.loop_stop()

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
        if self._subscriptions:
            client.subscribe([(topic, 1) for topic in self._subscriptions])
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
