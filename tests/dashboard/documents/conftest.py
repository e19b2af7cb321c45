"""The day counted by hand, as a report."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from hall.bilan.days import observe
from hall.bilan.figures import Bilan, bilan_of
from hall.store.embedded import EmbeddedStore
from tests.hall.bilan.small_day import AFTER, DAY, PERIOD
from tests.hall.small_site import small_site


@pytest.fixture
def bilan(tmp_path: Path) -> Bilan:
    """Of the day counted by hand."""
    with closing(EmbeddedStore(tmp_path / "measures.sqlite")) as store:
        store.write(DAY)
        return bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER))


@pytest.fixture
def empty_bilan(tmp_path: Path) -> Bilan:
    """Of days on which nothing was heard."""
    with closing(EmbeddedStore(tmp_path / "measures.sqlite")) as store:
        return bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER))
