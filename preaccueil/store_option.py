"""The option that says which store: for the hall, which writes, and the dashboard, which asks."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from hall.store.open import StoreConfig


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
            return msgspec.json.decode(Path(value).read_bytes(), type=StoreConfig, dec_hook=_path)
        except (OSError, msgspec.MsgspecError) as problem:
            self.fail(f"{value}: {problem}", param, context)


def _path(kind: type, text: object) -> object:
    """What msgspec does not know to read: a path."""
    return kind(text)


store_config_option = click.option(
    "--store-config",
    required=True,
    type=StoreConfigFile(),
    help="JSON file: which store, and where (hall.store.open.StoreConfig).",
)
