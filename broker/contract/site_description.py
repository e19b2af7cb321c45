"""A whole site description as it was written, right or wrong: what cross-checks look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broker.contract.site_problems import Item


@dataclass(frozen=True)
class Description:
    """The root of ``site.toml``, and the root of each node's file."""

    site: Item
    nodes: Sequence[Item]
    unread: frozenset[str] = frozenset()
    """Names of nodes whose files could not be read: nothing is said to be missing that may stand there."""

    def ids(self, table: str) -> list[str]:
        """The ids in a list of ``site.toml``."""
        return [item["id"].text for item in self.site.each(table) if item["id"].text is not None]

    def named(self, table: str, name: str | None) -> Item | None:
        """The entry of a list of ``site.toml`` with that id."""
        return next(
            (item for item in self.site.each(table) if name is not None and item["id"].text == name), None
        )

    def node_ids(self) -> list[str]:
        """The names of the nodes, also of those whose files could not be read."""
        return [
            *(node["id"].text for node in self.nodes if node["id"].text is not None),
            *sorted(self.unread),
        ]

    def node(self, name: str | None) -> Item | None:
        """The node of that name."""
        return next((node for node in self.nodes if name is not None and node["id"].text == name), None)

    def devices(self, *types: str) -> Iterator[tuple[Item, Item]]:
        """Each device of those types, after its node."""
        for node in self.nodes:
            for device in node.each("devices"):
                if device["type"].text in types:
                    yield node, device


def device_ids(node: Item, *types: str) -> list[str]:
    """The ids of a node's devices of those types."""
    return [
        device["id"].text
        for device in node.each("devices")
        if device["type"].text in types and device["id"].text is not None
    ]
