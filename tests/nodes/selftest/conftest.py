"""Self-tests of the barnum's nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.nodes.selftest.session import Session, session


@pytest.fixture
def selftest(barnum) -> Iterator[Callable[..., Session]]:
    """Begins self-tests: ``selftest("borne-a", "imprimante")``; their hardware is freed at the end."""
    with ExitStack() as stack:

        def begin(node: str, *devices: str, **options: Any) -> Session:
            return stack.enter_context(session(barnum, node, *devices, **options))

        yield begin
