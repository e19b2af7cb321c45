"""A measure as InfluxDB's line protocol.

InfluxDB stores no None, and a field that is left out keeps its earlier value: an unknown duration
is written as ``UNKNOWN``. Tags cannot hold a line break nor end in a backslash: these characters
are percent-encoded on the way in and decoded on the way out. An empty tag is left out, which
InfluxDB answers as the empty tag that it is.

influxdb-client's ``Point`` makes the same lines, at a fifth of the speed: that was a quarter of what
an event costs from its message to the store. The tests hold these lines against its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import TypeAlias
from urllib.parse import unquote

from hall.rollups.kinds import AnyPoint
from hall.store.shape import SHAPES, Check, Kind, Shape, Value

UNKNOWN = -1.0
"""A duration that is not known (yet). Real ones are never negative; queries ask for ``>= 0``."""

_AWKWARD = re.compile(r"[%\\\x00-\x1f\x7f]")
_TAG_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})
_TEXT_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\"})
_SHORT = 200
_MANY = 2**53
"""What is shorter and smaller passes every check of ``shape``: nearly everything, so it is not asked."""
_Writer: TypeAlias = Callable[[AnyPoint], str]
_Spell: TypeAlias = Callable[[Value], str]


def line_of(measure: AnyPoint) -> str:
    """One line, without its line end. Raises UnfitError when no store would take the measure."""
    return _WRITERS[type(measure)](measure)


def _writer_of(shape: Shape) -> _Writer:
    """What writes the lines of one kind of measure: the order of its tags and fields is settled here."""
    keys = len(shape.tags)
    named = [(column.name, column, check) for column, check in zip(shape.columns, shape.checks, strict=True)]
    (_, _, check_date), tags = named[keys], sorted(named[:keys], key=itemgetter(0))
    fields = sorted(named[keys + 1 :], key=itemgetter(0))
    values = attrgetter(*(name for name, _, _ in [*tags, *fields]), "at_ns")
    spells = [
        *(_tag(name, check) for name, _, check in tags),
        *(_FIELDS[column.kind](check) for _, column, check in fields),
        _date(check_date),
    ]
    line = f"{shape.name}{'%s' * keys} {','.join(f'{name}=%s' for name, _, _ in fields)} %s"

    def write(measure: AnyPoint) -> str:
        return line % tuple([spell(value) for spell, value in zip(spells, values(measure), strict=True)])

    return write


def _tag(name: str, check: Check) -> _Spell:
    """A tag with its name, or nothing for an empty one. Tags are few and come back: nodes, services."""

    @lru_cache(maxsize=2_000, typed=True)
    def spell(value: Value) -> str:
        text = str(check(value))
        return f",{name}={tag_text(text).translate(_TAG_ESCAPES)}" if text else ""

    return spell


def _text(check: Check) -> _Spell:
    def spell(value: Value) -> str:
        text = value if type(value) is str and len(value) < _SHORT and value.isascii() else str(check(value))
        return f'"{text.translate(_TEXT_ESCAPES)}"' if '"' in text or "\\" in text else f'"{text}"'

    return spell


def _whole(check: Check) -> _Spell:
    def spell(value: Value) -> str:
        return f"{value}i" if type(value) is int and 0 <= value < _MANY else f"{check(value)}i"

    return spell


def _number(check: Check) -> _Spell:
    def spell(value: Value) -> str:
        checked = check(value)
        return str(UNKNOWN if checked is None else checked).removesuffix(".0")

    return spell


def _truth(check: Check) -> _Spell:
    def spell(value: Value) -> str:
        return "true" if check(value) else "false"

    return spell


def _date(check: Check) -> _Spell:
    def spell(value: Value) -> str:
        return str(check(value))

    return spell


_FIELDS: dict[Kind, Callable[[Check], _Spell]] = {
    "text": _text,
    "whole": _whole,
    "number": _number,
    "truth": _truth,
}


def tag_text(tag: str) -> str:
    """The tag as InfluxDB holds it, and as a query must compare it."""
    if _AWKWARD.search(tag) is None:
        return tag
    return _AWKWARD.sub(lambda found: f"%{ord(found[0]):02X}", tag)


def tag_of(text: str) -> str:
    """The tag that ``tag_text`` made ``text`` of."""
    return unquote(text) if "%" in text else text


_WRITERS: dict[type, _Writer] = {kind: _writer_of(shape) for kind, shape in SHAPES.items()}
