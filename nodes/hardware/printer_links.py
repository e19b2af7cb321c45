"""How a printer is plugged in: network, serial line or USB, each through python-escpos' own class.

Their ``open`` is not used. Network's leaks the socket of a failed attempt, Usb's resets the printer, so that
it vanishes for a moment at every look, and all write to the log each time. Here whatever goes wrong is an
OSError: also what pyserial (SerialException) and pyusb (USBError) raise is one.
"""

from __future__ import annotations

import contextlib
import socket
import termios
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from nodes.errors import HardwareError
from nodes.hardware.escpos_library import printers

if TYPE_CHECKING:
    from broker.contract import compiled

SEND_S = 10.0
"""Longer no printer may take to accept a ticket: who drew it stands before it."""
READ_BYTES = 64
PRINTER_CLASS = 7
"""USB-IF, "Universal Serial Bus Device Class Definition for Printing Devices"."""
_STALE_MS = 20
_DRAIN_S = 0.005


class Link(Protocol):
    """An open connection to a printer."""

    def send(self, data: bytes) -> None:
        """Hand it over. Raises OSError when the printer does not take it."""
        ...

    def read(self, seconds: float) -> bytes:
        """What came, at least one byte. Raises OSError when nothing comes in time or the printer is gone."""
        ...

    def close(self) -> None:
        """Hang up; nothing is left waiting."""
        ...


Connect: TypeAlias = Callable[[float], Link]
"""Opens a connection, and waits at most so many seconds for it. Raises OSError."""


def connection(record: compiled.TicketPrinter) -> Connect:
    """How the printer of that description is reached. Raises HardwareError when a library is missing."""
    if record.usb is not None:
        return usb(record.usb)
    if record.serial is not None:
        return serial(record.serial, record.baud, record.flow)
    return network(record.host or "", record.port)


def network(host: str, port: int) -> Connect:
    """A printer on the network, by its name or address and its raw port."""
    return lambda seconds: _Network(host, port, seconds)


def serial(path: str, baud: int, flow: compiled.Flow = "none") -> Connect:
    """A printer on a serial line. Raises HardwareError when pyserial is missing."""
    try:
        import serial as _pyserial  # noqa: F401, PLC0415 - only nodes with such a printer
    except ImportError as missing:
        raise HardwareError("a serial printer needs pyserial: install preaccueil[node]") from missing
    return lambda _seconds: _Serial(path, baud, flow)


def usb(which: str, backend: Any = None) -> Connect:
    """A USB printer: ``auto`` for the only one, or ``vendor:product`` in hexadecimal.

    Raises HardwareError when pyusb is missing. ``backend`` is pyusb's, its own choice when not given.
    """
    try:
        import usb as _pyusb  # noqa: F401, PLC0415 - only nodes with such a printer
    except ImportError as missing:
        raise HardwareError("a USB printer needs pyusb: install preaccueil[node]") from missing
    return lambda _seconds: _Usb(which, backend)


class _Network:
    def __init__(self, host: str, port: int, seconds: float) -> None:
        self._printer = printers().Network(host, port)
        self._printer.device = socket.create_connection((host, port), timeout=seconds)
        self._printer.device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """See Link."""
        self._printer.device.settimeout(SEND_S)
        self._printer._raw(data)  # noqa: SLF001 - its own way in

    def read(self, seconds: float) -> bytes:
        """See Link."""
        self._printer.device.settimeout(seconds)
        return _heard(self._printer._read())  # noqa: SLF001

    def close(self) -> None:
        """See Link."""
        self._printer.device.close()
        self._printer.device = None


class _Serial:
    def __init__(self, path: str, baud: int, flow: compiled.Flow) -> None:
        import serial as pyserial  # noqa: PLC0415 - as in ``serial``

        self._printer = printers().Serial(path, baud)
        # Exclusive: a second program on the line would take the printer's answers.
        self._printer.device = pyserial.Serial(
            path,
            baud,
            write_timeout=SEND_S,
            xonxoff=flow == "xon_xoff",
            rtscts=flow == "rts_cts",
            exclusive=True,
        )
        self._line = self._printer.device

    def send(self, data: bytes) -> None:
        """See Link."""
        self._printer._raw(data)  # noqa: SLF001 - its own way in
        # What waits in the kernel is still on its way: patience for the answer must not begin before it
        # left. Not flush(): that waits for ever when the printer holds the line.
        ends = time.monotonic() + SEND_S
        while self._line.out_waiting:
            if time.monotonic() > ends:
                raise TimeoutError("the printer takes nothing")
            time.sleep(_DRAIN_S)

    def read(self, seconds: float) -> bytes:
        """See Link: its own read waits until sixteen bytes are there, and an answer has one."""
        self._line.timeout = seconds
        first: bytes = self._line.read(1)
        if not first:
            raise TimeoutError("timed out")
        return first + bytes(self._line.read(self._line.in_waiting))

    def close(self) -> None:
        """See Link: what a printer does not take would keep the line from closing."""
        with contextlib.suppress(OSError, termios.error):
            self._line.reset_output_buffer()
        with contextlib.suppress(OSError):
            self._line.close()
        self._printer.device = None


class _Usb:
    def __init__(self, which: str, backend: Any) -> None:
        import usb.core  # noqa: PLC0415 - as in ``usb``
        import usb.util  # noqa: PLC0415

        self._usb = usb
        device = self._find(which, backend)
        face, out_ep, in_ep = self._endpoints(device)
        self._printer = printers().Usb(
            device.idVendor, device.idProduct, timeout=round(SEND_S * 1000), in_ep=in_ep, out_ep=out_ep
        )
        try:
            with contextlib.suppress(NotImplementedError):
                # Linux gives every USB printer to usblp, which would take its answers.
                if device.is_kernel_driver_active(face):
                    device.detach_kernel_driver(face)
            usb.util.claim_interface(device, face)
        except OSError:
            usb.util.dispose_resources(device)
            raise
        self._printer.device = device
        self._forget_stale_answers()

    def send(self, data: bytes) -> None:
        """See Link."""
        self._printer._raw(data)  # noqa: SLF001 - its own way in

    def read(self, seconds: float) -> bytes:
        """See Link. A printer without an answer yet may send empty packets."""
        self._printer.device.default_timeout = max(round(seconds * 1000), 1)
        return bytes(self._printer.device.read(self._printer.in_ep, READ_BYTES))

    def close(self) -> None:
        """See Link."""
        with contextlib.suppress(OSError):
            self._usb.util.dispose_resources(self._printer.device)
        self._printer.device = None

    def _find(self, which: str, backend: Any) -> Any:
        wanted = {}
        if which != "auto":
            vendor, product = which.split(":")
            wanted = {"idVendor": int(vendor, 16), "idProduct": int(product, 16)}
        try:
            found = list(self._usb.core.find(find_all=True, backend=backend, **wanted))
        except self._usb.core.NoBackendError as missing:
            raise OSError("libusb is missing: install the package libusb-1.0-0") from missing
        printers = [device for device in found if _face(device) is not None]
        if not printers:
            raise OSError("no USB printer" if which == "auto" else f"no USB printer {which}")
        if len(printers) > 1:
            names = ", ".join(f"{one.idVendor:04x}:{one.idProduct:04x}" for one in printers)
            raise OSError(f"several USB printers, say which: {names}")
        return printers[0]

    def _endpoints(self, device: Any) -> tuple[int, int, int]:
        """The printer's interface, and where to write to it and read from it."""
        face = _face(device)
        ends = [end.bEndpointAddress for end in face or ()]
        out = [end for end in ends if not end & self._usb.util.ENDPOINT_IN]
        into = [end for end in ends if end & self._usb.util.ENDPOINT_IN]
        if face is None or not out or not into:
            raise OSError("the USB printer cannot be asked how it is: it has no way back")
        return face.bInterfaceNumber, out[0], into[0]

    def _forget_stale_answers(self) -> None:
        """What an earlier job asked and did not wait for is no answer to this one."""
        self._printer.device.default_timeout = _STALE_MS
        with contextlib.suppress(self._usb.core.USBTimeoutError):
            while self._printer.device.read(self._printer.in_ep, READ_BYTES):
                pass


def _face(device: Any) -> Any:
    """The device's printer interface; None where it has none."""
    faces = (face for configuration in device for face in configuration)
    return next((face for face in faces if face.bInterfaceClass == PRINTER_CLASS), None)


def _heard(answer: bytes) -> bytes:
    if not answer:
        raise ConnectionResetError("the printer hung up")
    return answer
