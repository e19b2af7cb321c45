"""What there is to try on a node, from its description: one step a button, beam, lamp, display, printer.

The plan is a value: it opens no pin, and is the same for a real node and its virtual twin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from broker.contract import compiled
from broker.contract.compiled import Text
from nodes.crossing import Direction


class Press(msgspec.Struct, frozen=True, kw_only=True):
    """Wait until a contact closes and opens again; a room's sensor only has to see somebody.

    ``pin`` and ``lamp`` are BCM numbers; the lamp, where there is one, blinks until the press.
    """

    kind: Literal["button", "seat", "room"] = "button"
    pin: int
    lamp: int | None = None
    active_high: bool = False


class Walk(msgspec.Struct, frozen=True):
    """Wait for one whole passage through two beams."""

    outer: int
    inner: int
    direction: Direction


class Near(msgspec.Struct, frozen=True):
    """Wait until a distance sensor sees that somebody comes near."""


class Shine(msgspec.Struct, frozen=True):
    """Light a lamp, and ask whether it is seen."""

    lamp: int


class Show(msgspec.Struct, frozen=True):
    """Let the device show what it can, as for the remote self-test; ask whether that is seen or heard."""


class Ask(msgspec.Struct, frozen=True):
    """Ask a printer how it is doing: needs no hands."""


class Print(msgspec.Struct, frozen=True):
    """Print the test ticket; once the printer confirms it, ask whether it can be read."""


Act: TypeAlias = Press | Walk | Near | Shine | Show | Ask | Print


class Step(msgspec.Struct, frozen=True):
    """One thing to try.

    Args:
        device: the id of the device it belongs to.
        part: what is tried, as the result sheet names it.
        words: what the technician is asked to do.
        act: how it is tried.
    """

    device: str
    part: Text
    words: Text
    act: Act


def plan(node: compiled.Node, site: compiled.Site) -> list[Step]:
    """Every step of a node, device by device in the order of its description."""
    return [step for record in node.devices for step in _steps(record, site)]


def _steps(record: compiled.Device, site: compiled.Site) -> Iterator[Step]:  # noqa: C901, PLR0912 - one case a type
    match record:
        case compiled.VotePanel():
            for vote in record.buttons:
                yield _button(record.id, str(vote.answer + 1), str(vote.answer + 1), vote.pin, vote.lamp)
        case compiled.TicketKiosk():
            yield from _kiosk(record, site)
        case compiled.DeskPanel():
            yield from _desk(record)
        case compiled.DoorCounter():
            yield from _door(record)
        case compiled.Presence():
            yield _presence(record)
        case compiled.TofCounter() | compiled.TofPresence():
            yield _distance(record)
        case compiled.HelpButton():
            yield _button(record.id, "d'aide", "help", record.pin, record.lamp)
        case compiled.RoomLight():
            yield _lamp(record.id, "verte (LIBRE)", "green (LIBRE)", record.green)
            yield _lamp(record.id, "rouge (OCCUPÉ)", "red (OCCUPÉ)", record.red)
        case compiled.Buzzer():
            yield Step(
                record.id,
                Text(fr=f"sonnerie, broche {record.pin}", en=f"buzzer, pin {record.pin}"),
                Text(fr="deux tons brefs : les entendez-vous ?", en="two short tones: do you hear them?"),
                Show(),
            )
        case compiled.LedDisplay():
            yield Step(
                record.id,
                Text(fr=f"{record.modules} modules", en=f"{record.modules} modules"),
                Text(
                    fr="tous les points clignotent, puis le nom du nœud : les voyez-vous ?",
                    en="every dot blinks, then the node's name: do you see them?",
                ),
                Show(),
            )
        case compiled.TicketPrinter():
            yield from _printer(record)
        case compiled.Anemometer():
            yield _anemometer(record)


def _kiosk(record: compiled.TicketKiosk, site: compiled.Site) -> Iterator[Step]:
    for button in record.buttons:
        name = site.service(button.service).name
        yield _button(record.id, f"« {name.fr} »", f'"{name.en}"', button.pin, button.lamp)
    others = (
        ("d'aide", "help", record.help, record.help_lamp),
        ("de langue", "language", record.language, None),
        ("du plan", "plan", record.plan, None),
        ("du questionnaire", "questionnaire", record.questionnaire, None),
    )
    for fr, en, pin, lamp in others:
        if pin is not None:
            yield _button(record.id, fr, en, pin, lamp)


def _desk(record: compiled.DeskPanel) -> Iterator[Step]:
    if record.lamp is not None:
        yield _lamp(record.id, "du pupitre", "panel", record.lamp)
    buttons = (
        ("« suivant »", '"next"', record.next),
        ("« rappel »", '"recall"', record.recall),
        ("« absent »", '"no-show"', record.no_show),
        ("« terminé »", '"done"', record.done),
        ("« arrivé »", '"arrived"', record.start),
    )
    for fr, en, pin in buttons:
        if pin is not None:
            yield _button(record.id, fr, en, pin, None)


def _door(record: compiled.DoorCounter) -> Iterator[Step]:
    yield Step(
        record.id,
        Text(fr="entrée", en="way in"),
        Text(fr="passer la porte en entrant", en="walk in through the door"),
        Walk(record.outer, record.inner, "in"),
    )
    yield Step(
        record.id,
        Text(fr="sortie", en="way out"),
        Text(fr="passer la porte en sortant", en="walk out through the door"),
        Walk(record.outer, record.inner, "out"),
    )


def _presence(record: compiled.Presence) -> Step:
    sensor = Press(kind=record.kind, pin=record.pin, active_high=record.drives_high)
    if record.kind == "seat":
        words = Text(fr="s'asseoir, puis se lever", en="sit down, then stand up")
        return Step(
            record.id, Text(fr=f"siège, broche {record.pin}", en=f"seat, pin {record.pin}"), words, sensor
        )
    words = Text(
        fr="sortir jusqu'à ce que le capteur s'éteigne, puis entrer",
        en="stay out until the sensor rests, then come in",
    )
    return Step(
        record.id, Text(fr=f"salon, broche {record.pin}", en=f"room, pin {record.pin}"), words, sensor
    )


def _anemometer(record: compiled.Anemometer) -> Step:
    return Step(
        record.id,
        Text(fr=f"anémomètre, broche {record.pin}", en=f"anemometer, pin {record.pin}"),
        Text(fr="faire tourner lentement les coupelles à la main", en="turn the cups slowly by hand"),
        Press(kind="seat", pin=record.pin),
    )


def _distance(record: compiled.TofSensor) -> Step:
    return Step(
        record.id,
        Text(
            fr=f"capteur de distance, adresse {record.address:#04x}",
            en=f"distance sensor, address {record.address:#04x}",
        ),
        Text(fr="laisser la place libre, puis s'approcher", en="leave the place free, then come near"),
        Near(),
    )


def _printer(record: compiled.TicketPrinter) -> Iterator[Step]:
    yield Step(
        record.id,
        Text(fr="état", en="state"),
        Text(fr=f"l'imprimante {record.place} est interrogée", en=f"the printer {record.place} is asked"),
        Ask(),
    )
    yield Step(
        record.id,
        Text(fr="ticket d'essai", en="test ticket"),
        Text(
            fr="un ticket s'imprime ; est-il coupé, lisible, accents compris ?",
            en="a ticket is printed; is it cut, and readable with its accents?",
        ),
        Print(),
    )


def _button(device: str, fr: str, en: str, pin: int, lamp: int | None) -> Step:
    """A button, ``fr`` and ``en`` being its name beside the word; its lamp says which one is meant."""
    if lamp is None:
        part = Text(fr=f"bouton {fr}, broche {pin}", en=f"{en} button, pin {pin}")
        words = Text(fr=f"appuyer sur le bouton {fr}", en=f"press the {en} button")
    else:
        part = Text(fr=f"bouton {fr}, broche {pin}, lampe {lamp}", en=f"{en} button, pin {pin}, lamp {lamp}")
        words = Text(fr=f"le bouton {fr} clignote : appuyer", en=f"the {en} button blinks: press it")
    return Step(device, part, words, Press(pin=pin, lamp=lamp))


def _lamp(device: str, fr: str, en: str, pin: int) -> Step:
    return Step(
        device,
        Text(fr=f"lampe {fr}, broche {pin}", en=f"{en} lamp, pin {pin}"),
        Text(fr=f"la lampe {fr} est allumée : la voyez-vous ?", en=f"the {en} lamp is lit: do you see it?"),
        Shine(pin),
    )
