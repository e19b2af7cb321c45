"""The devices, one capability a file, and which of them drives which description."""

from __future__ import annotations

from broker.contract import compiled
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


def build(slot: Slot) -> Device:  # noqa: C901 - one line a type, nothing to simplify
    """The device that drives a slot's description."""
    match slot.description:
        case compiled.VotePanel() as record:
            return VotePanel(slot, record)
        case compiled.TicketKiosk() as record:
            return TicketKiosk(slot, record)
        case compiled.DeskPanel() as record:
            return DeskPanel(slot, record)
        case compiled.DoorCounter() as record:
            return DoorCounter(slot, record)
        case compiled.Presence() as record:
            return Presence(slot, record)
        case compiled.TofCounter() as record:
            return TofCounter(slot, record)
        case compiled.TofPresence() as record:
            return TofPresence(slot, record)
        case compiled.HelpButton() as record:
            return HelpButton(slot, record)
        case compiled.RoomLight() as record:
            return RoomLight(slot, record)
        case compiled.Buzzer() as record:
            return Buzzer(slot, record)
        case compiled.LedDisplay() as record:
            return LedDisplay(slot, record)
        case compiled.TicketPrinter() as record:
            return TicketPrinter(slot, record)
