"""A node's I²C bus: each sensor answers at an address of its own, and its distances are in order.

Every VL53L1X answers at 0x29 when it is switched on (ST, datasheet DS12385). Another address is given to
it while the others are held in reset by their XSHUT contacts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from broker.contract.compiled import HAND_MM, TOF_ADDRESS, Text
from broker.contract.site_description import Description
from broker.contract.site_problems import Item, Problem

TOF_TYPES = ("tof_counter", "tof_presence")
_GIVEN = range(0x2A, 0x78)
"""Addresses that may be given to one."""


def check(description: Description) -> Iterator[Problem]:
    """All problems with sensors on I²C buses."""
    for node in description.nodes:
        sensors = [device for device in node.each("devices") if device["type"].text in TOF_TYPES]
        yield from _addresses(sensors)
        for sensor in sensors:
            yield from _distances(sensor)


def _addresses(sensors: Sequence[Item]) -> Iterator[Problem]:
    """One address twice; an address that a sensor cannot have, or cannot keep beside others."""
    first: dict[int, Item] = {}
    free = [address for address in _GIVEN if address not in {_address(sensor) for sensor in sensors}]
    for sensor in sensors:
        item, address = sensor["address"], _address(sensor)
        if address is None:
            continue
        has_reset = sensor["xshut"].value is not None
        if address in first:
            other = first[address]
            problem = item.problem(
                f"adresse I²C {address:#04x} déjà prise : {other.place}, {other.field}",
                f"I²C address {address:#04x} already taken: {other.place}, {other.field}",
                allowed=Text(fr=f"libres : {_some(free)}", en=f"free: {_some(free)}"),
            )
            yield replace(problem, suggestion=f"{free[0]:#04x}")
        elif len(sensors) > 1 and address == TOF_ADDRESS:
            problem = item.problem(
                "0x29 est l'adresse de chaque capteur à sa mise sous tension : parmi plusieurs, une autre",
                "0x29 is every sensor's address when it is switched on: among several, another one",
                allowed=Text(fr=f"libres : {_some(free)}", en=f"free: {_some(free)}"),
            )
            yield replace(problem, suggestion=f"{free[0]:#04x}")
        elif not has_reset and len(sensors) == 1 and address != TOF_ADDRESS:
            problem = item.problem(
                "sans fil XSHUT (`xshut`), un capteur garde l'adresse de sa mise sous tension",
                "without an XSHUT wire (`xshut`) a sensor keeps the address it is switched on with",
                allowed=Text(fr="0x29", en="0x29"),
            )
            yield replace(problem, suggestion="0x29")
        first.setdefault(address, item)
        if not has_reset and len(sensors) > 1:
            yield sensor["xshut"].problem(
                "plusieurs capteurs sur un bus I²C : chacun a son fil XSHUT (`xshut`)",
                "several sensors on one I²C bus: each has its XSHUT wire (`xshut`)",
            )


def _distances(sensor: Item) -> Iterator[Problem]:
    """From near to far: a hand, somebody, nobody."""
    hand, near, far = sensor["hand_mm"], sensor["near_mm"], sensor["far_mm"]
    if sensor["type"].text == "tof_counter":
        yield from _in_order("hand_mm", hand, HAND_MM if hand.value is None else hand.number, near)
    yield from _in_order("near_mm", near, near.number, far)


def _in_order(name: str, nearer: Item, limit: int | None, farther: Item) -> Iterator[Problem]:
    if limit is not None and farther.number is not None and farther.number <= limit:
        yield farther.problem(
            f"pas plus loin que `{name}` ({limit}, {nearer.place})",
            f"not farther than `{name}` ({limit}, {nearer.place})",
            allowed=Text(fr=f"plus que {limit}", en=f"more than {limit}"),
        )


def _address(sensor: Item) -> int | None:
    """The address as written, or the one without any; None for what is no number."""
    item = sensor["address"]
    return TOF_ADDRESS if item.value is None else item.number


def _some(addresses: Sequence[int]) -> str:
    few = 8
    return ", ".join(f"{address:#04x}" for address in addresses[:few]) + (", …" if addresses[few:] else "")
