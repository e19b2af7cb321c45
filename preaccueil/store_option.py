"""The option that says which store: for the hall, which writes, and the dashboard, which asks."""

from __future__ import annotations

from pathlib import Path

import click

from hall.store.interface import StoreError
from hall.store.open import StoreConfig, read_config


class StoreConfigFile(click.ParamType[StoreConfig]):
    """A JSON file that holds a StoreConfig."""

    name = "file"

    def convert(
        self, value: str | StoreConfig, param: click.Parameter | None, context: click.Context | None
    ) -> StoreConfig:
        """Read the file, or say what is wrong with it."""
        if isinstance(value, StoreConfig):
            return value
        try:
            return read_config(Path(value))
        except StoreError as problem:
            self.fail(str(problem), param, context)


store_config_option = click.option(
    "--store-config",
    required=True,
    type=StoreConfigFile(),
    help="JSON file: which store, and where (hall.store.open.StoreConfig).",
)
