"""A TLS socket that reads ahead: paho asks byte by byte, and each would cost a call into OpenSSL.

Whatever has arrived is read at once and handed out from memory. ``pending`` says what is left there, as
OpenSSL does for a record half read: paho asks it before it waits.
"""

from __future__ import annotations

import ssl

_RECORD_BYTES = 16 * 1024
"""The most that one TLS record carries; OpenSSL gives one record a call."""
_AHEAD_BYTES = 256 * 1024


class RecordSocket(ssl.SSLSocket):
    """For ``SSLContext.sslsocket_class``. Only ``recv`` reads ahead: the one way in that may be used."""

    _ahead = b""
    _at = 0

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
