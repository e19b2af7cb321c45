"""What devices and nodes say about themselves."""

from __future__ import annotations

from broker.contract import messages
from hall.decisions import Decision, DeviceNoted, NodeNoted
from hall.layout import Layout
from hall.recorded import Recorded
from hall.space import Device
from hall.state import State


def changed(_state: State, _layout: Layout, event: Recorded, body: messages.DeviceChanged) -> list[Decision]:
    """Note a device's state."""
    now = Device(state=body.state, since_ns=event.at_ns, detail=body.detail, fault=body.fault)
    return [DeviceNoted(node=event.node, device=body.device, now=now)]


def started(_state: State, _layout: Layout, event: Recorded, body: messages.NodeStarted) -> list[Decision]:
    """Note a new run of a node."""
    return [NodeNoted(node=event.node, version=body.version)]


def device_key(node: str, device: str) -> str:
    """Where the state keeps a device."""
    return f"{node}/{device}"


def apply_device(state: State, decision: DeviceNoted) -> None:
    """Keep troubles only: a device that is well needs no memory."""
    key = device_key(decision.node, decision.device)
    if decision.now.state == "ok":
        state.devices.pop(key, None)
    else:
        state.devices[key] = decision.now


def apply_node(state: State, decision: NodeNoted) -> None:
    """Forget what the node's devices said before it started: they speak again."""
    for key in [key for key in state.devices if key.startswith(f"{decision.node}/")]:
        del state.devices[key]
