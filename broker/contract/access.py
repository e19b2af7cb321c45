"""Who may read and write which topic: mosquitto's ACL is generated from this.

A node's name is its certificate's common name, its user name and its client id. It may write only
under its own name and read only what it needs.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from broker.contract import compiled
from broker.contract.topics import DASHBOARD, EXERCISE, RECORDER, Topics


class Right(NamedTuple):
    """One right: ``read`` or ``write`` on a topic or filter."""

    way: Literal["read", "write"]
    topic: str


def node_rights(site: compiled.Site, node: compiled.Node) -> list[Right]:
    """What one Raspberry Pi may do."""
    topics = Topics(site.id)
    rights = [
        Right("write", topics.of("event", node.id)),
        Right("write", topics.of("status", node.id)),
        Right("write", topics.of("health", node.id)),
        Right("write", topics.of("log", node.id)),
        Right("read", topics.of("receipt", node.id)),
        Right("read", topics.of("answer", node.id)),
        Right("read", topics.of("command", node.id)),
        Right("read", topics.of("status", RECORDER)),
    ]
    rights += [Right("read", topic) for topic in node_reads(site, node)]
    return rights


def node_reads(site: compiled.Site, node: compiled.Node) -> list[str]:
    """The views and displays that a node's devices need: it subscribes to exactly these."""
    topics = Topics(site.id)
    reads = [topics.of("display", display.id) for display in site.displays if display.node == node.id]
    for device in node.devices:
        match device:
            case compiled.TicketKiosk():
                reads.append(topics.of("view", "kiosk", node.id))
            case compiled.DeskPanel():
                reads.append(topics.of("view", "desk", device.desk))
            case compiled.VotePanel():
                reads.append(topics.of("view", "barometer", device.barometer))
            case compiled.RoomLight() | compiled.HelpButton():
                reads.append(topics.of("display", room_display(device.room)))
            case _:
                pass
    return sorted(set(reads))


def room_display(room: str) -> str:
    """The display id under which the hall publishes a room's light."""
    return f"room-{room}"


def recorder_rights(topics: Topics) -> list[Right]:
    """The hall process reads events, statuses and health, and writes everything else it makes."""
    return [
        Right("read", topics.every("event")),
        Right("read", topics.every("status")),
        Right("read", topics.every("health")),
        Right("write", topics.of("status", RECORDER)),
        Right("write", topics.every("receipt")),
        Right("write", topics.every("answer")),
        Right("write", topics.every("view")),
        Right("write", topics.every("private")),
        Right("write", topics.every("display")),
    ]


def dashboard_rights(topics: Topics) -> list[Right]:
    """The dashboard reads what people see and sends the console's requests as its own events."""
    return [
        Right("write", topics.of("event", DASHBOARD)),
        Right("write", topics.of("status", DASHBOARD)),
        Right("write", topics.of("health", DASHBOARD)),
        Right("read", topics.of("receipt", DASHBOARD)),
        Right("read", topics.of("answer", DASHBOARD)),
        Right("read", topics.every("status")),
        Right("read", topics.every("health")),
        Right("read", topics.every("view")),
        Right("read", topics.every("private")),
        Right("read", topics.every("display")),
        Right("read", topics.every("log")),
        Right("write", topics.every("command")),
    ]


def exercise_rights(topics: Topics) -> list[Right]:
    """A rehearsal sends its own events and sees what visitors see: the queues and the desks."""
    return [
        Right("write", topics.of("event", EXERCISE)),
        Right("write", topics.of("status", EXERCISE)),
        Right("read", topics.of("receipt", EXERCISE)),
        Right("read", topics.of("status", RECORDER)),
        Right("read", f"{topics.root}/view/service/+"),
        Right("read", f"{topics.root}/view/desk/+"),
    ]


def acl(site: compiled.Site) -> str:
    """The text of mosquitto's ``acl_file``. Whoever is not named gets nothing."""
    topics = Topics(site.id)
    everyone = {
        RECORDER: recorder_rights(topics),
        DASHBOARD: dashboard_rights(topics),
        EXERCISE: exercise_rights(topics),
    }
    everyone |= {node.id: node_rights(site, node) for node in site.nodes}
    lines = ["# Generated from broker/contract/access.py: do not edit."]
    for name, rights in everyone.items():
        lines += ["", f"user {name}", *(f"topic {right.way} {right.topic}" for right in rights)]
    return "\n".join(lines) + "\n"
