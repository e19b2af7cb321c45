"""Visitors' phones in a process of their own: each follows its ticket and dates the call it hears.

``python -m benchmarks.queueing.phones PORT``: reads one token a line, says ``ready`` once each has its
first page, then one JSON object a line for each call heard.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def follow(port: int, token: str, ready: asyncio.Queue[str]) -> None:
    """One phone, until its stream ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /t/{token}/direct?l=fr HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    first = True
    changes = 0
    while line := await reader.readline():
        if not line.startswith(b"data: <div"):
            continue
        changes += 1
        if first:
            first = False
            ready.put_nowait(token)
        if b'data-state="called"' in line:
            heard = {"token": token, "at_ms": time.time() * 1000, "changes": changes}
            print(json.dumps(heard), flush=True)
    writer.close()


async def main(port: int, tokens: list[str]) -> None:
    """All of them."""
    ready: asyncio.Queue[str] = asyncio.Queue()
    phones = [asyncio.create_task(follow(port, token, ready)) for token in tokens]
    for _ in tokens:
        await ready.get()
    print("ready", flush=True)
    await asyncio.gather(*phones)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.stdin.read().split()))
