"""What people do with each device, its wiring, and what it says, from the code: for ``docs/devices.md``.

A device's docstring begins with what it is, in one sentence. Its paragraphs begin with ``People:``,
``Wiring:`` and ``Cut off:``; others are notes. What it says is what the contract lets it say.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final, NamedTuple, get_args

from broker.contract import compiled
from broker.contract.origin import kind, says
from nodes.devices import DRIVERS

BEGIN: Final = "<!-- devices: written by `preaccueil devices`, do not edit -->\n"
END: Final = "<!-- /devices -->"
LABELS: Final = ("People", "Wiring", "Cut off")


class Told(NamedTuple):
    """What a device's docstring tells; empty where it does not."""

    what: str
    people: str
    wiring: str
    cut_off: str
    notes: list[str]


def told(record: type[compiled.DeviceRecord]) -> Told:
    """What is told of that type of device, in Markdown."""
    what, *paragraphs = (
        " ".join(paragraph.split()).replace("``", "`")
        for paragraph in re.split(r"\n\s*\n", _docstring(record).strip())
    )
    parts = dict.fromkeys(LABELS, "")
    notes = []
    for paragraph in paragraphs:
        label, _, text = paragraph.partition(": ")
        if label in parts:
            parts[label] = text
        else:
            notes.append(paragraph)
    return Told(what, parts["People"], parts["Wiring"], parts["Cut off"], notes)


def guide() -> str:
    """The part of the document that is made from the code."""
    records: list[type[compiled.DeviceRecord]] = list(get_args(compiled.Device))
    lines = ["| `type` | what people do with it | it says | when cut off |", "|---|---|---|---|"]
    for record in records:
        part = told(record)
        people, cut_off = part.people.removesuffix("."), part.cut_off.removesuffix(".")
        lines.append(f"| `{kind(record)}` | {people} | {_events(record)} | {cut_off} |")
    for record in records:
        part = told(record)
        wiring = part.wiring[:1].upper() + part.wiring[1:]
        lines += ["", f"### {kind(record)}", part.what, "", f"**Wiring.** {wiring}"]
        for note in part.notes:
            lines += ["", note]
    return "\n".join(lines)


def put_into(document: str) -> str:
    """The document with the guide renewed between its marks. Raises ValueError when they are missing."""
    if BEGIN not in document or END not in document:
        raise ValueError(f"the document has no lines {BEGIN.strip()!r} and {END!r}")
    head, rest = document.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    return f"{head}{BEGIN}{guide()}\n{END}{tail}"


def _docstring(record: type[compiled.DeviceRecord]) -> str:
    return import_module(DRIVERS[record].__module__).__doc__ or ""


def _events(record: type[compiled.DeviceRecord]) -> str:
    return ", ".join(f"`{name}`" if "." in name else name for name in says(record)) or "–"
