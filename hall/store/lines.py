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
from typing import TypeAlias
from urllib.parse import unquote

from hall.measures import AnyMeasure
from hall.store.shape import SHAPES, Kind, Shape, Value

UNKNOWN = -1.0
"""A duration that is not known (yet). Real ones are never negative; queries ask for ``>= 0``."""

_AWKWARD = re.compile(r"[%\\\x00-\x1f\x7f]")
_TAG_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})
_TEXT_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\"})
_Writer: TypeAlias = Callable[[AnyMeasure], str]


def line_of(measure: AnyMeasure) -> str:
    """One line, without its line end. Raises UnfitError when no store would take the measure."""
    return _WRITERS[type(measure)](measure)


def _writer_of(shape: Shape) -> _Writer:
    """What writes the lines of one kind of measure: the order of its tags and fields is settled here."""
    keys = len(shape.tags)
    tags = [(f",{name}=", place) for name, place in sorted(zip(shape.tags, range(keys), strict=True))]
    columns = enumerate(shape.fields, keys + 1)
    fields = sorted((f"{column.name}=", place, _SPELLED[column.kind]) for place, column in columns)

    def line(measure: AnyMeasure) -> str:
        values = shape.row(measure)
        begins = "".join([f"{name}{_tag(values[place])}" for name, place in tags if values[place] != ""])
        fielded = ",".join([name + spelled(values[place]) for name, place, spelled in fields])
        return f"{shape.name}{begins} {fielded} {values[keys]}"

    return line


@lru_cache(maxsize=2_000)
def _tag(value: Value) -> str:
    """A tag, escaped. Tags are few and come back: nodes, services, questions."""
    return tag_text(str(value)).translate(_TAG_ESCAPES)


def _text(value: Value) -> str:
    text = str(value)
    return f'"{text.translate(_TEXT_ESCAPES)}"' if '"' in text or "\\" in text else f'"{text}"'


def _number(value: Value) -> str:
    return str(UNKNOWN if value is None else value).removesuffix(".0")


_SPELLED: dict[Kind, Callable[[Value], str]] = {
    "text": _text,
    "whole": lambda value: f"{value}i",
    "number": _number,
    "truth": lambda value: "true" if value else "false",
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
