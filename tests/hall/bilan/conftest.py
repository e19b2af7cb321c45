"""Both stores, as the store's own tests open them."""

from __future__ import annotations

from tests.hall.store.conftest import config, influxd, store

__all__ = ["config", "influxd", "store"]
