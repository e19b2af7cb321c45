"""Sets the scene: every part of a site on loopback, each reached over a link that can be cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from broker.certificates import make_credentials
from broker.clock import Anchor
from broker.contract import compiled
from broker.mosquitto.run import Mosquitto
from hall.store.open import StoreConfig
from simulation.chaos.keeping import Disk
from simulation.chaos.links import Bundle, Link, Links
from simulation.chaos.log import Log
from simulation.chaos.parts import Part, Stage
from simulation.chaos.plan import BROKER, DASHBOARD, DISK, FEED, HALL, INFLUXD, LINK, Fault, Plan
from simulation.chaos.processes import (
    BrokerPart,
    DashboardPart,
    FeedPart,
    HallPart,
    InfluxdPart,
    NodePart,
    port_of,
)
from simulation.chaos.surroundings import DiskPart, LinkPart
from simulation.house import House
from simulation.influxd import Influxd, InfluxdError, find_influxd
from simulation.ledger import buttons_of

MOST_DESKS = 2

StoreChoice = Literal["influxdb", "embedded"]


class ChaosError(Exception):
    """Why a run cannot begin, or came to no verdict."""


class Told(NamedTuple):
    """Who hears of faults that were applied, and of what a part did by itself. See parts.Stage."""

    tell: Callable[[Fault, str], None]
    note: Callable[[str], None]


class Scene:
    """Everything that faults can hit, not yet running but for broker and store.

    Args:
        site: the compiled description.
        folder: for everything.
        stack: what has to end.

    Attributes:
        nodes: those that people press at.
        disk: the disk of the hall's journal, None where none may be mounted.
        config: the store, once it is set up.
    """

    def __init__(self, site: compiled.Site, folder: Path, stack: ExitStack) -> None:
        self.nodes = nodes_under_load(site)
        self.disk: Disk | None = None
        self.config = StoreConfig(kind="embedded", path=folder / "store.sqlite")
        self._site, self._folder, self._stack = site, folder, stack

    def mount_disk(self) -> None:
        """Give the hall's journal a small disk of its own. Raises OSError where that may not be."""
        self.disk = Disk(self._folder / f"state-{HALL}")
        self._stack.callback(self.disk.unmount)

    def kiosks(self) -> list[str]:
        """The nodes that give numbers."""
        return [
            node.id
            for node in self.nodes
            if any(isinstance(device, compiled.TicketKiosk) for device in node.devices)
        ]

    def buildings(self) -> dict[str, list[str]]:
        """The buildings that have nodes under load, with these."""
        found = {
            building.id: [node.id for node in self.nodes if self._site.building_of(node.zone) == building.id]
            for building in self._site.buildings
        }
        return {building: nodes for building, nodes in found.items() if nodes}

    def set_up(
        self, plan: Plan, store: StoreChoice, mechanism: str | None, anchor: Anchor, log: Log, told: Told
    ) -> list[Part]:
        """The parts with their faults, in the order in which they come up. Raises ChaosError."""
        folder = self._folder
        credentials = folder / "credentials"
        make_credentials(self._site, credentials)
        broker = Mosquitto(self._site, folder / "broker", credentials)
        broker.start()
        self._stack.callback(broker.kill)
        links = self._stack.enter_context(Links())
        influx = self._start_influxd(links) if store == "influxdb" else None
        ways = {name: links.to(broker.port) for name in [HALL, *(node.id for node in self.nodes)]}
        addresses = {name: link.address for name, link in ways.items()}
        house = House(
            self._site,
            folder,
            self.config,
            anchor,
            credentials=credentials,
            broker=broker,
            addresses=addresses,
        )
        self._stack.callback(house.end)
        copies = folder / "copies"
        copies.mkdir()
        stage = Stage(house, log, anchor, copies, mechanism, told.tell, told.note)
        return self._parts(plan, stage, ways, influx)

    def _parts(self, plan: Plan, stage: Stage, ways: dict[str, Link], influx: _Influx | None) -> list[Part]:
        of = plan.of
        parts: list[Part] = [BrokerPart(BROKER, stage, of(BROKER))]
        if influx is not None:
            running, again, way = influx
            parts.append(InfluxdPart(INFLUXD, stage, of(INFLUXD), running, again, way))
        hall = HallPart(HALL, stage, of(HALL))
        parts += [hall, FeedPart(FEED, stage, of(FEED), hall), DashboardPart(DASHBOARD, stage, of(DASHBOARD))]
        parts += [NodePart(node.id, stage, of(node.id)) for node in self.nodes]
        shared = {name: Bundle([ways[one] for one in nodes]) for name, nodes in self.buildings().items()}
        links: dict[str, Link | Bundle] = {**shared, **ways}
        parts += [LinkPart(LINK + name, stage, of(LINK + name), link) for name, link in links.items()]
        if self.disk is not None:
            parts.append(DiskPart(DISK, stage, of(DISK), self.disk))
        absent = {fault.part for fault in plan.faults} - {part.name for part in parts}
        if absent:
            raise ChaosError(f"the plan hits what is not there: {', '.join(sorted(absent))}")
        return parts

    def _start_influxd(self, links: Links) -> _Influx:
        folder = self._folder / "influxd"
        try:
            program = find_influxd(only_what_is_there=False)
            influxd = Influxd(program, folder)
        except InfluxdError as problem:
            raise ChaosError(str(problem)) from problem
        self._stack.callback(influxd.stop)
        way = links.to(port_of(influxd))
        config = influxd.bucket(self._site.id)
        self.config = msgspec.structs.replace(config, url=f"http://127.0.0.1:{way.port}")
        return _Influx(influxd, lambda: Influxd(program, folder), way)


class _Influx(NamedTuple):
    """A running influxd, how to start it again, and the way to it."""

    running: Influxd
    again: Callable[[], Influxd]
    way: Link


def nodes_under_load(site: compiled.Site) -> Sequence[compiled.Node]:
    """Every node that people can do something at; of the desks, which are all alike, two."""
    chosen: list[compiled.Node] = []
    desks = 0
    for node in site.nodes:
        is_desk = any(isinstance(device, compiled.DeskPanel) for device in node.devices)
        senses = any(isinstance(device, compiled.DoorCounter | compiled.Presence) for device in node.devices)
        if is_desk and desks == MOST_DESKS:
            continue
        desks += is_desk
        if senses or buttons_of(node):
            chosen.append(node)
    return chosen
