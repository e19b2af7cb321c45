"""Which device may say what: an event that its device cannot have made is quarantined."""

from __future__ import annotations

from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD, HALL

CONSOLE = "console"
"""The device of the dashboard's that asks: its agents' console."""

PHONE = "phone"
"""The device of the dashboard's that tells what visitors do on their own phones."""

_SAYS: dict[type[compiled.Device], tuple[type[messages.Body], ...]] = {
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
    compiled.HelpButton: (messages.HelpRequested,),
}
_HALL_ONLY = (messages.TimePassed, messages.SiteChanged, messages.JournalRenewed)


def objection(site: compiled.Site, node_name: str, body: messages.AnyBody) -> str | None:
    """Why this event cannot come from that node, in a few words; None when it can."""
    if node_name == HALL:
        return None if isinstance(body, _HALL_ONLY) else f"{kind(body)} is not the hall's to say"
    if isinstance(body, _HALL_ONLY):
        return f"{kind(body)} is the hall's alone to say"
    if isinstance(body, messages.NodeStarted):
        return None
    if node_name == DASHBOARD:
        return _objection_to_dashboard(body)
    try:
        node = site.node(node_name)
    except KeyError:
        return f"the site has no node {node_name!r}"
    device = next((device for device in node.devices if device.id == body.device), None)
    if device is None:
        return f"node {node_name} has no device {body.device!r}"
    if isinstance(body, (messages.DeviceChanged, *_SAYS.get(type(device), ()))):
        return None
    return f"device {body.device!r} of {node_name} is a {kind(device)} and cannot say {kind(body)}"


def _objection_to_dashboard(body: messages.AnyBody) -> str | None:
    said_by = {CONSOLE: messages.Request, PHONE: messages.VisitorLeft}.get(body.device)
    if said_by is None:
        return f"the dashboard has no device {body.device!r}"
    return None if isinstance(body, said_by) else f"a {body.device} does not say {kind(body)}"


def kind(value: messages.Body | compiled.DeviceRecord) -> str:
    """The type tag of an event or device, as the wire and the site description name it."""
    return str(type(value).__struct_config__.tag)
