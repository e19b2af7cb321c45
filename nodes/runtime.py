"""What the slots of a node's devices need of the node around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from broker.contract import compiled, messages, views
from nodes.followed import Followed
from nodes.hardware.interface import Hardware
from nodes.timers import Timer

if TYPE_CHECKING:
    from nodes.slot import Slot


class Edge:
    """A contact changed at ``at_ns`` of machine time; whatever was due before it comes first."""

    __slots__ = ("at_ns", "handle")

    def __init__(self, at_ns: int, handle: Callable[[], Any]) -> None:
        self.at_ns = at_ns
        self.handle = handle


class Runtime(Protocol):
    """What a slot needs of the node around it."""

    node: compiled.Node
    site: compiled.Site
    hardware: Hardware
    phone_url: str
    slots: Mapping[str, Slot]

    def now_ns(self) -> int:
        """Machine time of what is being handled."""
        ...

    def civil_ns(self) -> int | None:
        """Civil time, None while this boot has no ground for one."""
        ...

    def record(self, body: messages.Body, machine_ns: int) -> str:
        """Write an event, synced; returns its id. Raises OutboxFullError."""
        ...

    def remember(self, key: str, value: str) -> None:
        """Keep a small note on disk, synced."""
        ...

    def recall(self, key: str) -> str | None:
        """A note kept before."""
        ...

    def at(self, due_ns: int, action: Callable[[], None]) -> Timer:
        """Set a timer."""
        ...

    def put(self, item: Any) -> None:
        """Hand something to the node's thread, from any thread."""
        ...

    def follow(self, topic: str, followed: Followed[Any], kind: type[views.View]) -> None:
        """Keep a followed view up to date."""
        ...

    def unfollow(self, topic: str, followed: Followed[Any]) -> None:
        """No longer."""
        ...

    def health_changed(self) -> None:
        """Publish the health soon."""
        ...
