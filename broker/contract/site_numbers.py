"""Numbers that must agree: pins of a node, buttons and answers, kiosks' reserve series."""

from __future__ import annotations

from collections.abc import Iterator

from broker.contract.compiled import UART_PATHS, Text
from broker.contract.numbers import RESERVE_SIZE
from broker.contract.site_bus import TOF_TYPES
from broker.contract.site_description import Description
from broker.contract.site_names import twice
from broker.contract.site_problems import Item, Problem

HEADER_PINS = range(2, 28)
"""BCM numbers on the 40-pin header that a device may use; 0 and 1 read the identity chip of add-on boards."""

_SPI_BUS: dict[int, dict[str, int]] = {0: {"MOSI": 10, "SCLK": 11}, 1: {"MOSI": 20, "SCLK": 21}}
_SPI_SELECT: dict[int, tuple[int, ...]] = {0: (8, 7), 1: (18, 17, 16)}
"""Chip selects of each bus by device number. MISO (9 and 19) stays free: a MAX7219 never answers
(``dtoverlay=spi0-1cs,no_miso``)."""

_I2C_BUS = {"SDA": 2, "SCL": 3}
_UART = {"TX": 14, "RX": 15}
_SHARED = (*("MOSI", "SCLK"), *_I2C_BUS)
"""What all devices of one bus share."""

_PIN_FIELDS = (
    *("pin", "lamp", "next", "recall", "no_show", "done", "start", "outer", "inner", "green", "red"),
    *("help", "help_lamp", "language", "plan", "questionnaire", "xshut"),
)


def check(description: Description) -> Iterator[Problem]:
    """All problems with numbers."""
    for node in description.nodes:
        yield from _pins(node)
    yield from _answers(description)
    yield from _reserves(description)


def _pins(node: Item) -> Iterator[Problem]:
    """Two uses of one pin. Devices on one bus share its data and clock, not chip selects and XSHUT."""
    used: dict[int, tuple[Item, str]] = {}
    for item, pin, role in _uses(node):
        if pin not in used:
            used[pin] = (item, role)
            continue
        first, first_role = used[pin]
        if role == first_role and role.endswith(_SHARED):
            continue
        free = [str(number) for number in HEADER_PINS if number not in {pin for _, pin, _ in _uses(node)}]
        yield item.problem(
            f"broche {pin} déjà prise : {first.place}, {first.field}{first_role and f' ({first_role})'}",
            f"pin {pin} already taken: {first.place}, {first.field}{first_role and f' ({first_role})'}",
            allowed=Text(fr=f"broches libres {', '.join(free)}", en=f"free pins {', '.join(free)}"),
        )
    for device in node.each("devices"):
        port, select = device["spi_port"], device["spi_device"]
        if (port.number or 0) in _SPI_SELECT and (select.number or 0) >= len(_SPI_SELECT[port.number or 0]):
            count = len(_SPI_SELECT[port.number or 0])
            yield select.problem(
                f"le bus SPI {port.number or 0} n'a que {count} sélections",
                f"SPI bus {port.number or 0} has only {count} chip selects",
                allowed=[str(number) for number in range(count)],
            )


def _uses(node: Item) -> Iterator[tuple[Item, int, str]]:
    """Each use of a pin: where it is written, the pin, and the bus and its signal or nothing."""
    for device in node.each("devices"):
        if device["type"].text == "led_display":
            port, select = device["spi_port"].number or 0, device["spi_device"].number or 0
            for signal, pin in _SPI_BUS.get(port, {}).items():
                yield device, pin, f"SPI{port} {signal}"
            if select in range(len(_SPI_SELECT.get(port, ()))):
                yield device, _SPI_SELECT[port][select], f"SPI{port} CE{select}"
            continue
        item, bus, signals = _bus(device)
        for signal, pin in signals.items():
            yield item, pin, f"{bus} {signal}"
        for table in (device, *device.each("buttons")):
            for field in _PIN_FIELDS:
                if (pin_number := table[field].number) is not None:
                    yield table[field], pin_number, ""


def _bus(device: Item) -> tuple[Item, str, dict[str, int]]:
    """The bus that a device takes by what it is: where that is written, its name, and its pins."""
    if device["type"].text in TOF_TYPES:
        return device, "I2C", _I2C_BUS
    if device["serial"].text in UART_PATHS:
        return device["serial"], "UART", _UART
    return device, "", {}


def _answers(description: Description) -> Iterator[Problem]:
    """Each answer has a button; each button has an answer in one question at least, and is dark in others."""
    for _, panel in description.devices("vote_panel"):
        buttons = [button["answer"] for button in panel.each("buttons")]
        yield from twice(buttons)
        barometer = description.named("barometers", panel["barometer"].text)
        if barometer is None:
            continue
        numbers = {button.number for button in buttons}
        most = 0
        for question in barometer.each("questions"):
            answers = list(question.each("answers"))
            most = max(most, len(answers))
            for index, answer in enumerate(answers):
                if index not in numbers:
                    yield answer.problem(
                        f"réponse sans bouton : {panel.place} n'a pas de bouton `answer = {index}`",
                        f"answer without a button: {panel.place} has no button `answer = {index}`",
                    )
        for button in buttons:
            if button.number is not None and button.number >= most > 0:
                yield button.problem(
                    "bouton sans réponse dans aucune question",
                    "button without an answer in any question",
                    allowed=[str(index) for index in range(most)],
                )


def _reserves(description: Description) -> Iterator[Problem]:
    """No number is given twice, also while kiosks are cut off: their own series lie apart."""
    seen: list[Item] = []
    for _, kiosk in description.devices("ticket_kiosk"):
        start = kiosk["reserve_from"]
        if start.number is None:
            continue
        for other in seen:
            if abs(start.number - (other.number or 0)) < RESERVE_SIZE:
                yield start.problem(
                    f"série de réserve ({RESERVE_SIZE} numéros) qui chevauche celle de {other.place}",
                    f"reserve series ({RESERVE_SIZE} numbers) that overlaps the one at {other.place}",
                )
        seen.append(start)
