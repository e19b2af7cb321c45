"""Links that can be cut: a proxy on loopback between a part and what it talks to.

TLS passes through: nothing is read, only held back, thrown away or let go.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Self, TypeVar

CHUNK = 65_536
T = TypeVar("T")


class Link:
    """One way to a service. All methods may be called from any thread.

    Args:
        links: whose loop it runs on.
        target_port: of the service, on loopback; may change when the service comes back elsewhere.
    """

    def __init__(self, links: Links, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self._links = links
        self._refuses = False
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._up.set()
        self._down.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """As a part is told to find it."""
        return f"localhost:{self.port}"

    def cut(self) -> None:
        """Break what is open, refuse what comes."""
        self._refuses = True
        self._links.call(self._break)

    def hold(self, *, up: bool = True, down: bool = True) -> None:
        """Let nothing through to the service (up) or from it (down), with connections staying open."""
        self._links.call(lambda: self._gate(up=not up, down=not down))

    def heal(self) -> None:
        """Let everything through, what was held back first."""
        self._refuses = False
        self._links.call(lambda: self._gate(up=True, down=True))

    async def serve(self) -> None:
        """Begin to listen on a free port."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no longer, and break what is open."""
        if self._server is not None:
            self._server.close()
        self._break()

    def _gate(self, *, up: bool, down: bool) -> None:
        for event, is_open in ((self._up, up), (self._down, down)):
            if is_open:
                event.set()
            else:
                event.clear()

    def _break(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        try:
            await asyncio.gather(self._pass(reader, back, self._up), self._pass(there, writer, self._down))
        finally:
            self._open -= {writer, back}

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, gate: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(CHUNK):
                await gate.wait()
                sink.write(chunk)
                await sink.drain()
        # Whoever ends, ends both ways: nobody here uses half a connection.
        sink.close()


class Bundle:
    """Links that share a way, as those of a building's nodes do: what happens to it happens to all."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links

    def cut(self) -> None:
        """See Link."""
        for link in self._links:
            link.cut()

    def hold(self, *, up: bool = True, down: bool = True) -> None:
        """See Link."""
        for link in self._links:
            link.hold(up=up, down=down)

    def heal(self) -> None:
        """See Link."""
        for link in self._links:
            link.heal()


class Links:
    """The thread and loop that all links of a run share; a context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="links", daemon=True)
        self._links: list[Link] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for link in self._links:
            self._wait_for(link.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def to(self, target_port: int) -> Link:
        """A new link to a service on loopback."""
        link = Link(self, target_port)
        self._wait_for(link.serve())
        self._links.append(link)
        return link

    def call(self, action: Callable[[], None]) -> None:
        """Do something on the loop, soon."""
        self._loop.call_soon_threadsafe(action)

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        calls = asyncio.all_tasks(self._loop)
        for call in calls:
            call.cancel()
        self._loop.run_until_complete(asyncio.gather(*calls, return_exceptions=True))
        self._loop.close()
