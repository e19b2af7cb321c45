"""Where bodies find things in the tent, derived from the site description."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from broker.contract import compiled
from broker.contract.questions import question_on
from simulation.tent import Button, Door, Sensor


class Kiosk(NamedTuple):
    """A ticket kiosk: one button a service; ``building`` is where it stands, on a site with several."""

    node: str
    buttons: dict[str, Button]
    building: str = ""


class DeskButtons(NamedTuple):
    """The panel before an agent, and the display above the desk (None: the desk has none)."""

    desk: compiled.Desk
    next: Button
    recall: Button
    no_show: Button
    done: Button
    display: str | None


class VotingPlace(NamedTuple):
    """A barometer: its buttons in the order of the answers."""

    barometer: compiled.Barometer
    buttons: list[Button]

    def lit(self, day: date) -> list[Button]:
        """The buttons that answer that day's question: nobody presses one that stays dark."""
        question = question_on(self.barometer.questions, day) or self.barometer.questions[0]
        return self.buttons[: len(question.answers)]


class Places:
    """Everything in reach, found once. A site may lack any of it: a tent without a barometer is a tent.

    Args:
        site: the compiled description.
    """

    def __init__(self, site: compiled.Site) -> None:
        self.kiosks: list[Kiosk] = []
        self.doors: list[Door] = []
        self.desks: list[DeskButtons] = []
        self.voting: list[VotingPlace] = []
        self.help: dict[str, Button] = {}
        self.seats: dict[str, Sensor] = {}
        self.rooms: dict[str, Sensor] = {}
        self._zones = {node.id: node.zone for node in site.nodes}
        self._site = site
        self.call_screens = [display.id for display in site.displays if display.shows == "calls"]
        self._hung_on = {display.id: display.node for display in site.displays}
        self._desk_screens = {
            display.subject: display.id for display in site.displays if display.shows == "desk"
        }
        for node in site.nodes:
            for device in node.devices:
                self._place(site, node.id, device)

    def building(self, node: str) -> str:
        """The building that a node stands in; empty on a site of one place."""
        return self._site.building_of(self._zones.get(node))

    def building_of_screen(self, display: str) -> str:
        """The building in which a display can be read."""
        return self.building(self._hung_on[display])

    def _place(self, site: compiled.Site, node: str, device: compiled.Device) -> None:
        match device:
            case compiled.TicketKiosk():
                buttons = {button.service: Button(node, device.id, button.pin) for button in device.buttons}
                self.kiosks.append(Kiosk(node, buttons, self.building(node)))
            case compiled.DoorCounter():
                self.doors.append(Door(node, device.id, device.outer, device.inner))
            case compiled.DeskPanel():
                self.desks.append(
                    DeskButtons(
                        site.desk(device.desk),
                        next=Button(node, device.id, device.next),
                        recall=Button(node, device.id, device.recall),
                        no_show=Button(node, device.id, device.no_show),
                        done=Button(node, device.id, device.done),
                        display=self._desk_screens.get(device.desk),
                    )
                )
            case compiled.VotePanel():
                ordered = sorted(device.buttons, key=lambda button: button.answer)
                self.voting.append(
                    VotingPlace(
                        site.barometer(device.barometer),
                        [Button(node, device.id, button.pin) for button in ordered],
                    )
                )
            case compiled.Presence():
                sensors = self.seats if device.kind == "seat" else self.rooms
                sensors[device.subject] = Sensor(node, device.id, device.subject, device.pin)
            case compiled.HelpButton():
                self.help[device.room] = Button(node, device.id, device.pin)
            case _:
                pass
