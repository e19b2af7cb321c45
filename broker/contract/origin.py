"""Which device may say what: an event that its device cannot have made is quarantined."""

from __future__ import annotations

from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD, EXERCISE, HALL

CONSOLE = "console"
"""The device of the dashboard's that asks: its agents' console."""

PHONE = "phone"
"""The device of the dashboard's that tells what visitors do on their own phones."""

_SAYS: dict[type[compiled.DeviceRecord], tuple[type[messages.Body], ...]] = {
    compiled.VotePanel: (messages.VoteCast,),
    compiled.TicketKiosk: (
        messages.TicketDrawn,
        messages.TicketPrinted,
        messages.SheetPrinted,
        messages.DirectionGiven,
        messages.HelpRequested,
    ),
    compiled.DeskPanel: (messages.DeskRequest,),
    compiled.DoorCounter: (messages.PassageCounted,),
    compiled.Presence: (messages.PresenceChanged,),
    compiled.TofCounter: (messages.PassageCounted,),
    compiled.TofPresence: (messages.PresenceChanged,),
    compiled.HelpButton: (messages.HelpRequested,),
    compiled.Anemometer: (messages.WindMeasured,),
}
_HALL_ONLY = (messages.TimePassed, messages.NodesHeard, messages.SiteChanged, messages.JournalRenewed)


def objection(site: compiled.Site, node_name: str, said: type[messages.Body], device_id: str) -> str | None:
    """Why that device of that node cannot say events of that type, in a few words; None when it can."""
    if node_name == HALL:
        return None if issubclass(said, _HALL_ONLY) else f"{kind(said)} is not the hall's to say"
    if issubclass(said, _HALL_ONLY):
        return f"{kind(said)} is the hall's alone to say"
    if issubclass(said, messages.NodeStarted):
        return None
    if node_name == DASHBOARD:
        return _objection_to_dashboard(said, device_id)
    if node_name == EXERCISE:
        allowed = issubclass(said, (messages.TicketDrawn, messages.VisitorLeft))
        return None if allowed else f"a rehearsal does not say {kind(said)}"
    try:
        node = site.node(node_name)
    except KeyError:
        return f"the site has no node {node_name!r}"
    device = next((device for device in node.devices if device.id == device_id), None)
    if device is None:
        return f"node {node_name} has no device {device_id!r}"
    if issubclass(said, (messages.DeviceChanged, *_SAYS.get(type(device), ()))):
        return None
    return f"device {device_id!r} of {node_name} is a {kind(type(device))} and cannot say {kind(said)}"


def says(device: type[compiled.DeviceRecord]) -> list[str]:
    """What such a device says besides its own state: events by name, ``requests`` for a family of them."""
    names = [kind(said) for said in _SAYS.get(device, ())]
    return [name if "." in name else "requests" for name in names]


def mismarked(node_name: str, body: messages.AnyBody) -> str | None:
    """Why a ticket is marked as exercise, or is not, where it should be the other way; else None.

    A rehearsal's ticket without its mark would be in the figures, a kiosk's with one in none of them.
    """
    if not isinstance(body, messages.TicketDrawn) or body.exercise == (node_name == EXERCISE):
        return None
    return (
        "a rehearsal's ticket is not marked as exercise"
        if node_name == EXERCISE
        else (f"{node_name} marks a ticket as exercise, which only a rehearsal does")
    )


def _objection_to_dashboard(said: type[messages.Body], device_id: str) -> str | None:
    said_by: dict[str, tuple[type[messages.Body], ...]] = {
        CONSOLE: (
            messages.Request,
            messages.PaperEntered,
            messages.PaperWithdrawn,
            messages.ChangesTold,
        ),
        PHONE: (messages.VisitorLeft,),
    }
    if device_id not in said_by:
        return f"the dashboard has no device {device_id!r}"
    return None if issubclass(said, said_by[device_id]) else f"a {device_id} does not say {kind(said)}"


def kind(of: type[messages.Body | compiled.DeviceRecord]) -> str:
    """The type tag of an event or device, as the wire and the site description name it."""
    return str(of.__struct_config__.tag)
