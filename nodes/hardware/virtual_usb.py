"""A USB port that nobody plugged a printer into: a backend for pyusb, below everything that a node runs."""

from __future__ import annotations

import errno
import threading
from array import array
from collections import deque
from types import SimpleNamespace
from typing import Any, Final

from nodes.hardware.printer_links import PRINTER_CLASS, Connect, usb
from nodes.hardware.virtual_printer import Ear, VirtualPrinter

VENDOR: Final = 0x04B8
PRODUCT: Final = 0x0E15
"""An Epson TM-T20II's."""

_OUT, _IN = 0x01, 0x82
_BULK = 2

_DEVICE = {
    "bLength": 18, "bDescriptorType": 1, "bcdUSB": 0x0200, "bDeviceClass": 0, "bDeviceSubClass": 0,
    "bDeviceProtocol": 0, "bMaxPacketSize0": 64, "idVendor": VENDOR, "idProduct": PRODUCT,
    "bcdDevice": 0x0100, "iManufacturer": 0, "iProduct": 0, "iSerialNumber": 0, "bNumConfigurations": 1,
    "address": 1, "bus": 1, "port_number": 1, "port_numbers": (1,), "speed": 3,
}  # fmt: skip
_CONFIGURATION = {
    "bLength": 9, "bDescriptorType": 2, "wTotalLength": 32, "bNumInterfaces": 1, "bConfigurationValue": 1,
    "iConfiguration": 0, "bmAttributes": 0xC0, "bMaxPower": 1, "extra_descriptors": [],
}  # fmt: skip
_INTERFACE = {
    "bLength": 9, "bDescriptorType": 4, "bInterfaceNumber": 0, "bAlternateSetting": 0, "bNumEndpoints": 2,
    "bInterfaceClass": PRINTER_CLASS, "bInterfaceSubClass": 1, "bInterfaceProtocol": 2, "iInterface": 0,
    "extra_descriptors": [],
}  # fmt: skip


def _endpoint(address: int) -> dict[str, Any]:
    return {
        "bLength": 7, "bDescriptorType": 5, "bEndpointAddress": address, "bmAttributes": _BULK,
        "wMaxPacketSize": 64, "bInterval": 0, "bRefresh": 0, "bSynchAddress": 0, "extra_descriptors": [],
    }  # fmt: skip


class VirtualUsbPrinter(VirtualPrinter):
    """A printer at the node's only USB port.

    Args:
        width_mm: paper width, 58 or 80.
    """

    def __init__(self, width_mm: int = 80) -> None:
        super().__init__(width_mm)
        self._here = threading.Condition()
        self._answers: deque[bytes] = deque()
        self._ear: Ear | None = None
        self._owner = "usblp"
        self.plug_in()

    def connect(self) -> Connect:
        """See VirtualPrinter."""
        return usb("auto", backend=self)

    def plug_in(self) -> None:
        """See VirtualPrinter: the kernel gives it to usblp, as Linux does."""
        with self._here:
            self._answers.clear()
            self._owner = "usblp"
            self._ear = self.plugged(self._answers.append)

    def unplug(self) -> None:
        """See VirtualPrinter."""
        with self._here:
            self._ear = None
            self._here.notify_all()

    def close(self) -> None:
        """See VirtualPrinter."""
        self.unplug()

    # What pyusb asks its backend ----------------------------------------------------------------

    def enumerate_devices(self) -> list[object]:
        """What is plugged in: a thing per plugging."""
        with self._here:
            return [self._ear] if self._ear else []

    def get_device_descriptor(self, _device: object) -> SimpleNamespace:
        """See usb.backend.IBackend."""
        return SimpleNamespace(**_DEVICE)

    def get_configuration_descriptor(self, _device: object, _number: int) -> SimpleNamespace:
        """See usb.backend.IBackend."""
        return SimpleNamespace(**_CONFIGURATION)

    def get_interface_descriptor(
        self, _device: object, number: int, alternate: int, _configuration: int
    ) -> SimpleNamespace:
        """See usb.backend.IBackend: there is one."""
        if number or alternate:
            raise IndexError(number)
        return SimpleNamespace(**_INTERFACE)

    def get_endpoint_descriptor(
        self, _device: object, number: int, _face: int, _alternate: int, _configuration: int
    ) -> SimpleNamespace:
        """See usb.backend.IBackend: out and in."""
        return SimpleNamespace(**_endpoint((_OUT, _IN)[number]))

    def open_device(self, device: object) -> object:
        """See usb.backend.IBackend."""
        with self._here:
            self._must_be_here(device)
        return device

    def close_device(self, _device: object) -> None:
        """See usb.backend.IBackend."""

    def get_configuration(self, device: object) -> int:
        """See usb.backend.IBackend."""
        with self._here:
            self._must_be_here(device)
        return 1

    def is_kernel_driver_active(self, _device: object, _face: int) -> bool:
        """See usb.backend.IBackend."""
        return self._owner == "usblp"

    def detach_kernel_driver(self, device: object, _face: int) -> None:
        """See usb.backend.IBackend."""
        with self._here:
            self._must_be_here(device)
            self._owner = ""

    def claim_interface(self, device: object, _face: int) -> None:
        """See usb.backend.IBackend: not while the kernel's driver has it."""
        with self._here:
            self._must_be_here(device)
            if self._owner:
                raise _error("Resource busy", errno.EBUSY)
            self._owner = "node"

    def release_interface(self, device: object, _face: int) -> None:
        """See usb.backend.IBackend."""
        with self._here:
            if device is self._ear:
                self._owner = ""

    def bulk_write(self, device: object, _end: int, _face: int, data: array[int], _timeout: int) -> int:
        """See usb.backend.IBackend."""
        with self._here:
            ear = self._must_be_here(device)
            try:
                ear.hear(bytes(data))
            except ConnectionAbortedError:
                self._ear = None
                self._must_be_here(device)
            self._here.notify_all()
        return len(data)

    def bulk_read(self, device: object, _end: int, _face: int, data: array[int], timeout: int) -> int:
        """See usb.backend.IBackend."""
        with self._here:
            self._here.wait_for(lambda: self._answers or self._ear is not device, timeout / 1000)
            self._must_be_here(device)
            if not self._answers:
                raise _timeout()
            answer = self._answers.popleft()
        data[: len(answer)] = array("B", answer)
        return len(answer)

    intr_write = iso_write = bulk_write
    intr_read = iso_read = bulk_read
    """pyusb looks all of them up before it takes the endpoint's own."""

    def _must_be_here(self, device: object) -> Ear:
        if self._ear is None or device is not self._ear:
            raise _error("No such device (it may have been disconnected)", errno.ENODEV)
        return self._ear


def _error(words: str, number: int) -> OSError:
    from usb.core import USBError  # noqa: PLC0415 - only nodes with such a printer

    error: OSError = USBError(words, None, number)
    return error


def _timeout() -> OSError:
    from usb.core import USBTimeoutError  # noqa: PLC0415 - the same

    error: OSError = USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)
    return error
