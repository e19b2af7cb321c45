"""The store that a process is configured to use."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from hall.store.interface import Store, StoreError


class StoreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where measures go.

    ``influxdb`` needs ``url``, ``org``, ``bucket`` and ``token_file`` (a file that holds only the token,
    which may read and write that bucket); ``embedded`` needs ``path``, the SQLite file.
    """

    kind: Literal["influxdb", "embedded"]
    url: str = ""
    org: str = ""
    bucket: str = ""
    token_file: Path | None = None
    path: Path | None = None


def read_config(path: Path) -> StoreConfig:
    """The configuration in a JSON file. Raises StoreError saying what is wrong with it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=StoreConfig, dec_hook=_path)
    except (OSError, msgspec.MsgspecError) as problem:
        raise StoreError(f"{path} does not say which store: {problem}") from problem


def write_config(config: StoreConfig, path: Path) -> None:
    """Write the file that ``read_config`` reads."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(config, enc_hook=str), indent=1))


def _path(kind: type, text: object) -> object:
    """What msgspec does not know to read: a path."""
    return kind(text)


def open_store(config: StoreConfig) -> Store:
    """The store; nothing is reached for yet, so that a hall starts while InfluxDB is away.

    Raises:
        StoreError: the configuration lacks something, or the token cannot be read.
    """
    return _embedded(config) if config.kind == "embedded" else _influxdb(config)


def _embedded(config: StoreConfig) -> Store:
    from hall.store.embedded import EmbeddedStore  # noqa: PLC0415 - each process loads the store it uses

    if config.path is None:
        raise StoreError("the embedded store needs the path of its file")
    return EmbeddedStore(config.path)


def _influxdb(config: StoreConfig) -> Store:
    # influxdb-client takes long to import and some 30 MB: only those who use it pay.
    from hall.store.influx import InfluxStore  # noqa: PLC0415
    from hall.store.influxql import Bucket  # noqa: PLC0415

    if not (config.url and config.org and config.bucket and config.token_file):
        raise StoreError("InfluxDB needs url, org, bucket and token_file")
    try:
        token = config.token_file.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise StoreError(
            f"cannot read the InfluxDB token {config.token_file}: {problem.strerror}"
        ) from problem
    return InfluxStore(Bucket(config.url, config.org, config.bucket, token))
