"""The embedded store's tables, made from the measures' shapes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from hall.store.interface import StoreError
from hall.store.shape import SHAPES, Kind, Shape

_TYPES: dict[Kind, str] = {"text": "TEXT", "whole": "INTEGER", "number": "REAL", "truth": "INTEGER"}


def create_tables(connection: sqlite3.Connection) -> None:
    """Make what is missing: tables, and columns that a newer version has.

    Raises:
        StoreError: a table has another key, because a measure's tags are not what they were.
    """
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        for shape in SHAPES.values():
            connection.execute(_creation(shape))
            there = _columns(connection, shape)
            for column in shape.fields:
                if column.name not in there:
                    connection.execute(
                        f'ALTER TABLE "{shape.name}" ADD COLUMN "{column.name}" {_TYPES[column.kind]}'
                    )
            if {name for name, key in there.items() if key} != _key(shape):
                raise StoreError(
                    f"table {shape.name} has another key ({', '.join(there)}): move the file away"
                )


def tables_are_there(connection: sqlite3.Connection) -> bool:
    """Whether every table and column that questions need has been made."""
    return all(
        {column.name for column in shape.columns} <= _columns(connection, shape).keys()
        for shape in SHAPES.values()
    )


def insertion(shape: Shape) -> str:
    """The statement that writes a row in the order of ``shape.columns``, over an earlier one of its key."""
    names = ", ".join(f'"{column.name}"' for column in shape.columns)
    places = ", ".join("?" for _ in shape.columns)
    return f'INSERT OR REPLACE INTO "{shape.name}" ({names}) VALUES ({places})'  # noqa: S608 - names are ours


def selection(shape: Shape, tags: Iterable[str]) -> str:
    """The question for rows in the order of ``shape.columns`` that carry these tags, each a parameter."""
    names = ", ".join(f'"{column.name}"' for column in shape.columns)
    conditions = "".join(f' AND "{tag}" = :{tag}' for tag in tags)
    order = ", ".join(f'"{name}"' for name in ("at_ns", *shape.tags))
    return (
        f'SELECT {names} FROM "{shape.name}" WHERE at_ns >= :start AND at_ns < :end{conditions} '  # noqa: S608 - names are ours
        f"ORDER BY {order}"
    )


def summation(shape: Shape, fields: Sequence[str]) -> str:
    """The question for these number fields added up by tags and node, in the tags' order."""
    keys = ", ".join(f'"{name}"' for name in shape.tags)
    sums = ", ".join(f'coalesce(sum("{field}"), 0)' for field in shape.summed(fields))
    return (
        f'SELECT {keys}, {sums} FROM "{shape.name}" WHERE at_ns >= :start AND at_ns < :end '  # noqa: S608 - names are ours
        f"GROUP BY {keys} ORDER BY {keys}"
    )


def _creation(shape: Shape) -> str:
    keys = _key(shape)
    columns = [
        f'"{column.name}" {_TYPES[column.kind]}' + (" NOT NULL" if column.name in keys else "")
        for column in shape.columns
    ]
    key = ", ".join(f'"{name}"' for name in ("at_ns", *shape.tags))
    return (
        f'CREATE TABLE IF NOT EXISTS "{shape.name}" ({", ".join(columns)}, PRIMARY KEY ({key})) '
        "STRICT, WITHOUT ROWID"
    )


def _key(shape: Shape) -> set[str]:
    return {"at_ns", *shape.tags}


def _columns(connection: sqlite3.Connection, shape: Shape) -> dict[str, bool]:
    """The table's columns, each with whether it belongs to the key; empty when there is no table."""
    found = connection.execute("SELECT name, pk FROM pragma_table_info(?)", (shape.name,))
    return {name: bool(place) for name, place in found}
