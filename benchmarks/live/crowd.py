"""Many live pages in a process of their own: each follows the space and dates what it hears.

``python -m benchmarks.live.crowd PORT CLIENTS STALLED OUT``: says ``ready`` once each has its first views;
is told how many passages there were in all, waits until every client knows, and writes for each every
(monotonic time, passages told) to OUT. STALLED more clients never take anything.
"""

from __future__ import annotations

import re
import select
import socket
import sys
import time
from pathlib import Path

import msgspec

REQUEST = b"GET /direct/espace HTTP/1.1\r\nHost: localhost\r\n\r\n"
PASSAGES = re.compile(rb'"passages_in":(\d+),"passages_out":(\d+)')
AT_ONCE = 50
OVERLAP = 60
"""A view can be split between two reads: so many bytes of the last one are looked at again."""


def connect(port: int) -> socket.socket:
    """A page that asked for its stream."""
    page = socket.create_connection(("127.0.0.1", port))
    page.sendall(REQUEST)
    page.setblocking(False)
    return page


def stall(port: int) -> socket.socket:
    """A page that never takes what it is sent."""
    page = socket.socket()
    page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    page.connect(("127.0.0.1", port))
    page.sendall(REQUEST)
    return page


def main(port: int, clients: int, stalled: int, out: Path) -> None:
    """Follow until all know what happened."""
    waiting = [stall(port) for _ in range(stalled)]
    poll = select.epoll()
    poll.register(sys.stdin.fileno(), select.EPOLLIN)
    pages: dict[int, socket.socket] = {}
    heard: dict[int, list[tuple[float, int]]] = {}
    tails: dict[int, bytes] = {}
    ready = False
    last: int | None = None
    while last is None or any(not mine or mine[-1][1] < last for mine in heard.values()):
        if len(pages) < clients and len(heard) >= len(pages) - AT_ONCE:
            page = connect(port)
            pages[page.fileno()] = page
            poll.register(page.fileno(), select.EPOLLIN)
        for number, _ in poll.poll(0.01 if len(pages) < clients else 1.0):
            if number == sys.stdin.fileno():
                last = int(sys.stdin.readline())
                poll.unregister(number)
                continue
            content = tails.get(number, b"") + pages[number].recv(1 << 18)
            tails[number] = content[-OVERLAP:]
            for told in PASSAGES.finditer(content):
                passages = int(told[1]) + int(told[2])
                mine = heard.setdefault(number, [])
                if not mine or passages > mine[-1][1]:
                    mine.append((time.monotonic(), passages))
        if not ready and len(heard) == clients:
            ready = True
            print("ready", flush=True)
    out.write_bytes(msgspec.msgpack.encode(list(heard.values())))
    for page in waiting:
        page.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
