"""The devices, one capability a file, and which of them drives which description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from broker.contract import compiled
from nodes.devices.anemometer import Anemometer
from nodes.devices.buzzer import Buzzer
from nodes.devices.desk_panel import DeskPanel
from nodes.devices.door_counter import DoorCounter
from nodes.devices.help_button import HelpButton
from nodes.devices.led_display import LedDisplay
from nodes.devices.presence import Presence
from nodes.devices.room_light import RoomLight
from nodes.devices.ticket_kiosk import TicketKiosk
from nodes.devices.ticket_printer import TicketPrinter
from nodes.devices.tof_counter import TofCounter
from nodes.devices.tof_presence import TofPresence
from nodes.devices.vote_panel import VotePanel
from nodes.slot import Device, Slot

DRIVERS: Final[dict[type[compiled.DeviceRecord], Callable[[Slot, Any], Device]]] = {
    compiled.VotePanel: VotePanel,
    compiled.TicketKiosk: TicketKiosk,
    compiled.DeskPanel: DeskPanel,
    compiled.DoorCounter: DoorCounter,
    compiled.Presence: Presence,
    compiled.TofCounter: TofCounter,
    compiled.TofPresence: TofPresence,
    compiled.HelpButton: HelpButton,
    compiled.RoomLight: RoomLight,
    compiled.Buzzer: Buzzer,
    compiled.LedDisplay: LedDisplay,
    compiled.TicketPrinter: TicketPrinter,
    compiled.Anemometer: Anemometer,
}
"""Which class drives which description."""


def build(slot: Slot) -> Device:
    """The device that drives a slot's description."""
    return DRIVERS[type(slot.description)](slot, slot.description)
