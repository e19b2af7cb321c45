"""Breaks one mechanism of the city's recorder in this process, so that the verdict can show itself.

python -m simulation.chaos_city.saboteur MECHANISM city recorder …
"""

from __future__ import annotations

import itertools
import runpy
import sys
from collections.abc import Callable
from typing import Final

from broker.contract import city
from broker.contract.city import CityBatch, Headers
from city.held import Held
from city.stream import CityStream

_EVERY: Final = 3


def break_receipt() -> None:
    """Every third batch is receipted without being in the city's journal."""
    append, count = CityStream.append, itertools.count(1)

    async def sometimes(self: CityStream, batch: CityBatch, payload: bytes, held: Held | None) -> Held:
        if held is not None and next(count) % _EVERY == 0:
            upto = batch.first + len(batch.entries) - 1
            return Held(batch.journal, upto, batch.entries[-1].digest(), held.sequence)
        return await append(self, batch, payload, held)

    CityStream.append = sometimes  # type: ignore[method-assign]  # the break


def break_follow() -> None:
    """Every third batch is appended twice, as by a recorder that asks neither what is held nor by whom."""
    append, count = CityStream.append, itertools.count(1)

    async def twice(self: CityStream, batch: CityBatch, payload: bytes, held: Held | None) -> Held:
        now = await append(self, batch, payload, held)
        if next(count) % _EVERY:
            return now
        headers = {
            Headers.JOURNAL: now.journal,
            Headers.FIRST: str(batch.first),
            Headers.UPTO: str(now.upto),
            Headers.DIGEST: now.digest,
        }
        engine = self._engine
        again = await engine.publish(city.journal_subject(batch.site), payload, headers=headers)
        return now._replace(sequence=again.seq)

    CityStream.append = twice  # type: ignore[method-assign]  # the break


BREAKS: Final[dict[str, Callable[[], None]]] = {"receipt": break_receipt, "follow": break_follow}
"""What ``BREAK=`` may name."""


if __name__ == "__main__":
    BREAKS[sys.argv.pop(1)]()
    runpy.run_module("preaccueil", run_name="__main__", alter_sys=True)
