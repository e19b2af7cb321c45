"""A network without a printer: a TCP server on the loopback, with a virtual one behind it."""

from __future__ import annotations

import contextlib
import socket
import threading

from nodes.hardware.printer_links import Connect, network
from nodes.hardware.virtual_printer import VirtualPrinter


class VirtualNetworkPrinter(VirtualPrinter):
    """Listens on the loopback.

    Args:
        width_mm: paper width, 58 or 80.
        port: 0 for a free one.
    """

    def __init__(self, width_mm: int = 80, port: int = 0) -> None:
        super().__init__(width_mm)
        self._open: set[socket.socket] = set()
        self._listen(port)

    def connect(self) -> Connect:
        """See VirtualPrinter."""
        return network(self.host, self.port)

    def plug_in(self) -> None:
        """See VirtualPrinter: at the same address."""
        self._listen(self.port)

    def unplug(self) -> None:
        """See VirtualPrinter: whoever connects is refused."""
        # Waking accept() needs a shutdown; close() alone leaves the thread in it.
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=2)

    def close(self) -> None:
        """See VirtualPrinter."""
        self.unplug()

    def _listen(self, port: int) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self.host, self.port = self._server.getsockname()
        self._thread = threading.Thread(target=self._serve, name=f"virtual printer {self.port}", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        server = self._server
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        ear = self.plugged(connection.sendall)
        with connection, contextlib.suppress(OSError):
            while chunk := connection.recv(65536):
                ear.hear(chunk)
        self._open.discard(connection)
