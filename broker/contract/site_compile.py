"""From what authors wrote to what processes read: hours in minutes, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from broker.contract import compiled, site_model


def compile_site(site: site_model.SiteFile, nodes: Sequence[site_model.NodeFile]) -> compiled.Site:
    """The compiled site of a description that was found right. Nodes come in the order of their names."""
    tree = site.model_dump()
    capacity, plan = tree.pop("capacity"), tree.pop("plan")
    tree |= {
        "capacity": capacity["people"],
        "capacity_source": capacity["source"],
        "capacity_near": capacity["near"],
        "tent": {"x": 0, "y": 0, **plan["tent"]},
        "entrance": plan["entrance"],
        "hours": _spans(site.hours),
        "exceptions": [
            {**exception.model_dump(), "opens": minutes(exception.opens)} for exception in site.exceptions
        ],
        "zones": [zone.model_dump() | {"building": zone.building or ""} for zone in site.zones],
        "services": [_service(service) for service in site.services],
        "desks": [_desk(desk) for desk in site.desks],
        "displays": [_display(display) for display in site.displays],
        "nodes": [_node(node) for node in sorted(nodes, key=lambda node: node.id)],
    }
    return msgspec.convert(tree, compiled.Site)


def minutes(clock: str) -> int:
    """Minutes after local midnight of ``HH:MM``."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def _spans(written: Iterable[site_model.Hours]) -> list[compiled.Hours]:
    """One span a weekday, in the order of the week."""
    spans = [
        compiled.Hours(weekday=weekday, opens=minutes(hours.opens), closes=minutes(hours.closes))
        for hours in written
        for weekday in hours.weekdays
    ]
    return sorted(spans, key=lambda span: (compiled.WEEKDAYS.index(span.weekday), span.opens))


def _service(service: site_model.Service) -> dict[str, object]:
    return service.model_dump() | {
        "letter": service.letter or "",
        "hours": _spans(service.hours),
    }


def _desk(desk: site_model.Desk) -> dict[str, object]:
    place = desk.place
    if place is None:
        return desk.model_dump()
    return desk.model_dump() | {"place": place.model_dump() | {"within": place.within or ""}}


def _node(node: site_model.NodeFile) -> dict[str, object]:
    return node.model_dump() | {"devices": [_device(device) for device in node.devices]}


def _device(device: site_model.AnyDevice) -> dict[str, object]:
    tree = device.model_dump()
    if isinstance(device, site_model.LedDisplay):
        tree |= {"night_from": minutes(device.night_from), "night_to": minutes(device.night_to)}
    return tree


def _display(display: site_model.Display) -> dict[str, object]:
    return display.model_dump() | {"subject": display.subject or display.node}
