"""What an open page holds once its garbage is gone, from Chromium's own heap snapshot.

What the script keeps is told apart from the machine code that the browser makes of it: that grows for hours,
in ever smaller steps, as the browser finds what is worth compiling, and is bounded by the script's size.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, NamedTuple

import msgspec
from playwright.sync_api import CDPSession

_COMPILED: Final = frozenset({"code", "object shape"})
_ROUNDS: Final = 5
"""Garbage of the page's tree goes in rounds: what one frees, the next finds."""


class Held(NamedTuple):
    """Bytes of the script's own data, and of code compiled from it; nodes of its documents; listeners."""

    data: int
    compiled: int
    nodes: int
    listeners: int


def held_by(session: CDPSession) -> Held:
    """What is held in the page of that session."""
    nodes = _collected(session)
    sizes = _sizes(_snapshot(session))
    compiled = sum(size for kind, size in sizes.items() if kind in _COMPILED)
    listeners = session.send("Memory.getDOMCounters")["jsEventListeners"]
    return Held(sum(sizes.values()) - compiled, compiled, nodes, listeners)


def _collected(session: CDPSession) -> int:
    """Collect until nothing more goes; the nodes that are left."""
    before = None
    for _ in range(_ROUNDS):
        session.send("HeapProfiler.collectGarbage")
        nodes: int = session.send("Memory.getDOMCounters")["nodes"]
        if nodes == before:
            break
        before = nodes
    return nodes


def _snapshot(session: CDPSession) -> dict[str, Any]:
    chunks: list[str] = []

    def keep(event: dict[str, str]) -> None:
        chunks.append(event["chunk"])

    session.on("HeapProfiler.addHeapSnapshotChunk", keep)
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
    return msgspec.json.decode("".join(chunks), type=dict[str, Any])


def _sizes(snapshot: dict[str, Any]) -> Counter[str]:
    """Bytes by kind of node; what is the browser's own (``native``) is left out."""
    fields = snapshot["snapshot"]["meta"]["node_fields"]
    kinds = snapshot["snapshot"]["meta"]["node_types"][0]
    nodes, width, size = snapshot["nodes"], len(fields), fields.index("self_size")
    found: Counter[str] = Counter()
    for at in range(0, len(nodes), width):
        found[kinds[nodes[at]]] += nodes[at + size]
    del found["native"]
    return found
