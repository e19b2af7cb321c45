"""Nodes of the barnum on test stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.nodes.stand import Stand


@pytest.fixture
def stand(barnum) -> Iterator[Callable[..., Stand]]:
    """Builds stands: ``stand("barometre")``; they are taken down at the end."""
    built: list[Stand] = []

    def build(node: str, **options: Any) -> Stand:
        built.append(Stand(options.pop("site", barnum), node, **options))
        return built[-1]

    yield build
    for each in built:
        each.close()
