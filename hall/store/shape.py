"""The shape of each measure, and what no store takes: read once from the measure's own annotations.

A point's key is its tags, its node and its nanosecond; everything else is a field, and is rewritten
whole. Both stores build their points from the same checked row, so both refuse the same measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from hall.measures import MEASURES, Measure
from hall.rollups.kinds import ROLLUPS

Kind: TypeAlias = Literal["text", "whole", "number", "truth"]
Value: TypeAlias = str | int | float | bool | None
Check: TypeAlias = Callable[[Value], Value]
"""Answers the value as it is stored; raises UnfitError."""

LONGEST_TAG = 1_000
"""Characters of a tag. InfluxDB takes 65,535 bytes for all tags of a point together."""

LONGEST_TEXT = 10_000
"""Characters of a text field. InfluxDB takes a megabyte; nothing measured is a novel."""

_LARGEST = 2**63 - 2
"""InfluxDB's last nanosecond and nearly the largest whole number of either store."""


class UnfitError(ValueError):
    """No store takes this measure; the text says which value and why."""


class Column(NamedTuple):
    """One value of a measure. ``optional`` ones may be None, which overwrites an earlier value."""

    name: str
    kind: Kind
    optional: bool


class Shape:
    """How one kind of measure is stored.

    Args:
        measure: the kind; its annotations and ``TAGS`` decide.

    Raises:
        TypeError: a field's type cannot be stored.
    """

    def __init__(self, measure: type[Measure]) -> None:
        info = msgspec.inspect.type_info(measure)
        if not isinstance(info, msgspec.inspect.StructType):
            raise TypeError(f"{measure.__name__} is no struct")
        columns = {field.name: _column(measure, field) for field in info.fields}
        self.name = measure.NAME
        self.tags = (*measure.TAGS, "node")
        self.fields = tuple(columns[name] for name in columns if name not in {*self.tags, "at_ns"})
        self.columns = (*(columns[name] for name in self.tags), columns["at_ns"], *self.fields)
        """Tags, node, ``at_ns``, then fields: the order of ``row``."""
        self._values: Callable[[Measure], tuple[Value, ...]] = attrgetter(*(c.name for c in self.columns))
        self.checks = [_check_of(column, is_tag=column.name in self.tags) for column in self.columns]
        """What checks each value, in the order of ``columns``."""
        self._names = tuple(column.name for column in self.columns)
        self._optional = {column.name for column in self.columns if column.optional}
        self._read = [(column.name, _reader_of(column)) for column in self.columns if column.kind in _READ]

    def row(self, measure: Measure) -> list[Value]:
        """The measure's values in the order of ``columns``. Raises UnfitError."""
        return [check(value) for check, value in zip(self.checks, self._values(measure), strict=True)]

    def summed(self, fields: Sequence[str]) -> Sequence[str]:
        """These fields, each of them a number that every point has. Raises ValueError."""
        numbers = {column.name for column in self.fields if column.kind in {"whole", "number"}}
        if wrong := [field for field in fields if field not in numbers - self._optional]:
            raise ValueError(f"{self.name}: not a number of every point: {', '.join(wrong)}")
        return fields

    def values(self, stored: Sequence[Any]) -> dict[str, Any]:
        """A measure's values by name from what a store holds of them, in the order of ``columns``.

        What it holds nothing of, because a version before had no such value, is left out. A duration below
        zero is one that is not known.
        """
        values = dict(zip(self._names, stored, strict=True))
        for name, read in self._read:
            values[name] = read(values[name])
        if None in stored:
            return {
                name: value for name, value in values.items() if value is not None or name in self._optional
            }
        return values


def _column(measure: type[Measure], field: msgspec.inspect.Field) -> Column:
    kinds, optional = set[Kind](), False
    types = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
    for part in types:
        match part:
            case msgspec.inspect.NoneType():
                optional = True
            case msgspec.inspect.StrType() | msgspec.inspect.LiteralType():
                kinds.add("text")
            case msgspec.inspect.BoolType():
                kinds.add("truth")
            case msgspec.inspect.IntType():
                kinds.add("whole")
            case msgspec.inspect.FloatType():
                kinds.add("number")
            case _:
                raise TypeError(f"{measure.__name__}.{field.name}: {part!r} cannot be stored")
    if len(kinds) != 1 or (optional and kinds != {"number"}):
        raise TypeError(f"{measure.__name__}.{field.name}: one kind of value, and only a float may be None")
    return Column(field.name, kinds.pop(), optional)


def _check_of(column: Column, *, is_tag: bool) -> Check:
    match column.kind:
        case "text":
            return _text(column.name, LONGEST_TAG if is_tag else LONGEST_TEXT)
        case "whole":
            return _whole(column.name, 0 if column.name == "at_ns" else -_LARGEST)
        case "number":
            return _number(column.name, optional=column.optional)
        case "truth":
            return _truth(column.name)


def _text(name: str, longest: int) -> Check:
    def check(value: Value) -> Value:
        if not isinstance(value, str):
            raise UnfitError(f"{name} is {value!r}, not text")
        if len(value) > longest:
            raise UnfitError(f"{name} has {len(value)} characters; {longest} at most")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as problem:
                raise UnfitError(f"{name} is not valid Unicode: {value[:50]!a}") from problem
        return value

    return check


def _whole(name: str, smallest: int) -> Check:
    def check(value: Value) -> Value:
        if not isinstance(value, int) or isinstance(value, bool):
            raise UnfitError(f"{name} is {value!r}, not a whole number")
        if not smallest <= value <= _LARGEST:
            raise UnfitError(f"{name} is {value}, out of range")
        return value

    return check


def _number(name: str, *, optional: bool) -> Check:
    def check(value: Value) -> Value:
        if value is None and optional:
            return None
        if not isinstance(value, float | int) or isinstance(value, bool) or not math.isfinite(value):
            raise UnfitError(f"{name} is {value!r}, not a finite number")
        if optional and value < 0:
            raise UnfitError(f"{name} is {value}: a duration is never negative")
        return float(value)

    return check


def _truth(name: str) -> Check:
    def check(value: Value) -> Value:
        if not isinstance(value, bool):
            raise UnfitError(f"{name} is {value!r}, neither true nor false")
        return value

    return check


def _reader_of(column: Column) -> Callable[[Any], Value]:
    return _known if column.optional else _READ[column.kind]


def _known(stored: Any) -> float | None:
    return None if stored is None or stored < 0 else float(stored)


_READ: dict[Kind, Callable[[Any], Value]] = {
    "number": lambda stored: None if stored is None else float(stored),
    "truth": lambda stored: None if stored is None else bool(stored),
}
"""What stores do not answer as it was written: SQLite has no truth, and JSON writes 60.0 as 60."""

SHAPES: dict[type[Measure], Shape] = {measure: Shape(measure) for measure in (*MEASURES, *ROLLUPS)}
"""The shape of every kind of measure and rollup."""
