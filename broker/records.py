"""A TLS socket that reads ahead and writes together: each call into OpenSSL costs, and so does each record.

Paho asks byte by byte: whatever has arrived is read at once and handed out from memory. ``pending`` says what
is left there, as OpenSSL does for a record half read: paho asks it before it waits. Paho also writes packet
by packet: what it writes ``together`` leaves as few records.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

_RECORD_BYTES = 16 * 1024
"""The most that one TLS record carries; OpenSSL gives one record a call."""
_AHEAD_BYTES = 256 * 1024


class RecordSocket(ssl.SSLSocket):
    """For ``SSLContext.sslsocket_class``. ``recv`` and ``send`` are the one way in and the one way out."""

    _ahead = b""
    _at = 0
    _unsent = b""
    _gathered: bytearray | None = None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """At most ``buflen`` bytes. Raises ssl.SSLWantReadError when nothing is there and it may not wait."""
        at = self._at
        if at == len(self._ahead):
            self._ahead, at = self._records(buflen, flags), 0
        found = self._ahead[at : at + buflen]
        self._at = at + len(found)
        return found

    def pending(self) -> int:
        """Bytes that can be read without waiting."""
        return len(self._ahead) - self._at + super().pending()

    def send(self, data: bytes | bytearray, flags: int = 0) -> int:  # type: ignore[override]  # paho's two
        """The bytes taken of ``data``; all of them while they are gathered.

        Raises ssl.SSLWantWriteError when the network takes nothing now.
        """
        if self._gathered is not None:
            self._gathered += data
            return len(data)
        if self._unsent:
            self._unsent = self._rest_of(self._unsent)
            if self._unsent:
                raise ssl.SSLWantWriteError
        return super().send(data, flags)

    def close(self) -> None:
        """Close it, after what was gathered: a goodbye among it is meant to be heard."""
        if self._gathered:
            self._rest_of(bytes(self._gathered))
            self._gathered.clear()
        super().close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Gather what is sent within, and send it in the end; on a socket that may not wait."""
        self._gathered = bytearray(self._unsent)
        try:
            yield
        finally:
            gathered, self._gathered = bytes(self._gathered), None
            self._unsent = self._rest_of(gathered)

    def wants_write(self) -> bool:
        """Whether something gathered has not left, since the network would not take it."""
        return bool(self._unsent)

    def _rest_of(self, gathered: bytes) -> bytes:
        """Send, and return what cannot be sent now. A broken link is shut down, so that reading meets it."""
        at = 0
        try:
            while at < len(gathered):
                at += super().send(gathered[at : at + _RECORD_BYTES])
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError, BlockingIOError):
            return gathered[at:]
        except OSError:
            with contextlib.suppress(OSError):
                self.shutdown(socket.SHUT_RDWR)
        return b""

    def _records(self, buflen: int, flags: int) -> bytes:
        """All that has arrived; at least one record, or nothing at the stream's end."""
        first = super().recv(max(buflen, _RECORD_BYTES), flags)
        if not first or self.gettimeout() != 0:  # one that blocks would wait for a second record
            return first
        records, size = [first], len(first)
        while size < _AHEAD_BYTES:
            try:
                record = super().recv(_RECORD_BYTES, flags)
            except OSError:
                break  # nothing more yet, or a fault that the next call meets again
            if not record:
                break
            records.append(record)
            size += len(record)
        return b"".join(records)
