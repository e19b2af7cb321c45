"""A table as Parquet, made by DuckDB in a process of its own: the dashboard's memory does not grow for it.

DuckDB is one wheel of 22 MB on 64-bit ARM and needs nothing else. It is installed only where Parquet is
wanted (``preaccueil[parquet]``), and ``is_there`` says whether it is.

    python -m dashboard.parquet COLUMNS < table.csv > table.parquet
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

TYPES: Final = {"date": "DATE", "string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
"""SQL's types of Table Schema's."""

_MEMORY: Final = "200MB"
_PATIENCE_S: Final = 60


class ParquetError(Exception):
    """The table could not be made; the text is the other process's."""


def is_there() -> bool:
    """Whether DuckDB is installed; it is not loaded for that."""
    return importlib.util.find_spec("duckdb") is not None


def parquet_of(csv: str, columns: Mapping[str, str]) -> bytes:
    """The CSV as Parquet.

    Args:
        csv: with a line of names.
        columns: the type of each, in the words of Table Schema.

    Raises:
        ParquetError: it could not be made.
    """
    command = [sys.executable, "-m", "dashboard.parquet", json.dumps(dict(columns))]
    try:
        made = subprocess.run(
            command, input=csv.encode(), capture_output=True, check=False, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise ParquetError(str(problem)) from problem
    if made.returncode:
        raise ParquetError(made.stderr.decode(errors="replace").strip())
    return made.stdout


def main() -> None:
    """See the module."""
    import duckdb  # noqa: PLC0415 - only here, where its memory is given back at once

    columns: dict[str, str] = json.loads(sys.argv[1])
    types = {name: TYPES[kind] for name, kind in columns.items()}
    with tempfile.TemporaryDirectory() as folder:
        table, made = Path(folder) / "table.csv", Path(folder) / "table.parquet"
        table.write_bytes(sys.stdin.buffer.read())
        with duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY}) as database:
            database.execute(
                "COPY (SELECT * FROM read_csv($table, header=true, columns=$types, nullstr=''))"
                " TO $made (FORMAT parquet)",
                {"table": str(table), "types": types, "made": str(made)},
            )
        sys.stdout.buffer.write(made.read_bytes())


if __name__ == "__main__":
    main()
