"""The file that says which store, and where: written by the runner, read by whoever uses the store."""

from __future__ import annotations

from pathlib import Path

import msgspec

from hall.store.interface import Store
from hall.store.open import StoreConfig, open_store


def write_store(config: StoreConfig, path: Path) -> None:
    """Write the configuration for ``--store-config``."""
    path.write_bytes(msgspec.json.encode(config, enc_hook=str))


def read_store(path: Path) -> Store:
    """Open the store that the file names. Raises StoreError when it lacks something."""
    config = msgspec.json.decode(path.read_bytes(), type=StoreConfig, dec_hook=lambda kind, text: kind(text))
    return open_store(config)
