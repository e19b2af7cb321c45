"""Publishes what it is given as fast as the broker takes it: the same for every contestant.

A few lines of MQTT 3.1.1 over TLS, one connection a node with its own certificate. paho publishes
8,000 messages a second; this must never be what is measured. The nodes' window is not respected.

Started by the benchmark: reads the messages from a file, says ``ready``, waits for a line, publishes, and
says ``began`` and ``done`` with the kernel's monotonic nanoseconds.
"""

from __future__ import annotations

import socket
import ssl
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.ingest.load import Message
from broker.connection import Identity

IN_FLIGHT = 2_000
"""Messages of one node without the broker's acknowledgement."""
CHUNK = 100
_CONNACK_BYTES, _PUBACK_BYTES = 4, 4


class Speaker:
    """One node's connection and what it has to say."""

    def __init__(self, identity: Identity, port: int, topic: str, payloads: list[bytes]) -> None:
        context = ssl.create_default_context(cafile=str(identity.authority))
        context.load_cert_chain(str(identity.certificate), str(identity.key))
        plain = socket.create_connection(("127.0.0.1", port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(plain, server_hostname="localhost")
        name = identity.name.encode()
        about = b"\x00\x04MQTT\x04\x02\x00\x00" + len(name).to_bytes(2, "big") + name
        self._socket.sendall(b"\x10" + _length(len(about)) + about)
        if self._socket.recv(_CONNACK_BYTES) != b"\x20\x02\x00\x00":
            raise ConnectionError(f"the broker refuses {identity.name}")
        self._packets = [_publish(topic, payload, 1 + i % 65_000) for i, payload in enumerate(payloads)]
        self._sent = self._acknowledged_bytes = 0

    @property
    def is_done(self) -> bool:
        """Whether the broker has acknowledged everything."""
        return self._acknowledged_bytes // _PUBACK_BYTES == len(self._packets)

    def go_on(self) -> None:
        """Send what may be sent, and read what was acknowledged."""
        room = IN_FLIGHT - (self._sent - self._acknowledged_bytes // _PUBACK_BYTES)
        if room >= CHUNK or self._sent + CHUNK >= len(self._packets):
            some = self._packets[self._sent : self._sent + CHUNK]
            self._socket.setblocking(True)
            self._socket.sendall(b"".join(some))
            self._sent += len(some)
        self._socket.setblocking(False)
        try:
            while more := self._socket.recv(65_536):
                self._acknowledged_bytes += len(more)
            raise ConnectionError("the broker has closed the connection")
        except ssl.SSLWantReadError:
            pass


def _length(count: int) -> bytes:
    found = bytearray()
    while True:
        count, digit = divmod(count, 128)
        found.append(digit | (0x80 if count else 0))
        if not count:
            return bytes(found)


def _publish(topic: str, payload: bytes, packet: int) -> bytes:
    name = topic.encode()
    rest = len(name).to_bytes(2, "big") + name + packet.to_bytes(2, "big") + payload
    return b"\x32" + _length(len(rest)) + rest


def main() -> None:
    """Publish what the file holds. Arguments: port, folder of certificates, topic root, file."""
    port, credentials, root, path = sys.argv[1:]
    said: dict[str, list[bytes]] = {}
    for message in msgspec.msgpack.decode(Path(path).read_bytes(), type=list[Message]):
        said.setdefault(message.node, []).append(message.payload)
    speakers = [
        Speaker(Identity.in_folder(Path(credentials), node), int(port), f"{root}/{node}", payloads)
        for node, payloads in said.items()
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    print("began", time.monotonic_ns(), flush=True)
    while speaking := [one for one in speakers if not one.is_done]:
        for speaker in speaking:
            speaker.go_on()
    print("done", time.monotonic_ns(), flush=True)


if __name__ == "__main__":
    main()
