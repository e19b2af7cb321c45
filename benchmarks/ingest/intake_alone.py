"""``preaccueil hall`` that decides nothing while it runs: to measure the recorder by itself."""

from __future__ import annotations

from hall.pipeline import Outgoing, Pipeline
from preaccueil.__main__ import main


def _nothing(_pipeline: Pipeline) -> list[Outgoing]:
    return []


def _never(_pipeline: Pipeline) -> int:
    return 2**62


if __name__ == "__main__":
    Pipeline.decide = Pipeline.tick = _nothing  # type: ignore[method-assign]  # what is left is the recorder
    Pipeline.next_tick_ns = _never  # type: ignore[method-assign]
    main()
