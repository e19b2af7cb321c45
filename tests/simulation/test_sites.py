"""Each site description that is published: it is right, and people find their way in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
import simpy

from broker.clock import SECOND
from broker.contract import compiled
from broker.contract.site import load
from hall.measures import OccupancyMeasure, WaitMeasure
from hall.opening import Opening
from hall.store.interface import Store, Written
from simulation.days import SimulatedSite
from simulation.past import PastSite

SITES = sorted(
    path.parent for path in (Path(__file__).parents[2] / "firmware_configs" / "sites").glob("*/site.toml")
)
ROLLOUTS = {"extension", "double-mairie", "reamenagement"}
THURSDAY_S = datetime(2027, 6, 10, 14, 0, tzinfo=ZoneInfo("Europe/Paris")).timestamp()
OPEN_S = 50 * 60


class Collecting:
    """Stands where the store stands, and keeps what it is given."""

    def __init__(self) -> None:
        self.measures = []

    def write(self, measures) -> Written:
        self.measures += measures
        return Written(len(measures), 0, [])

    def close(self) -> None:
        pass


class Played:
    """A short opening of a site: what it gave the store, and the crowd that was there."""

    def __init__(self, site: compiled.Site, folder: Path) -> None:
        self.site = site
        collecting = Collecting()
        environment = simpy.Environment(initial_time=THURSDAY_S - 600)
        past = PastSite(site, environment, 10, folder, cast("Store", collecting))
        people = SimulatedSite(environment, past.tent, site, random.Random(8), 10)  # noqa: S311
        opening = Opening(int(THURSDAY_S) * SECOND, int(THURSDAY_S + OPEN_S) * SECOND)
        past.run_until(environment.process(people.day(opening)))
        past.feed()
        past.close()
        self.count = people.crowd.count
        self.measures = collecting.measures
        waits = [one for one in collecting.measures if isinstance(one, WaitMeasure)]
        self.waits = {one.visit: one for one in waits}


@pytest.fixture(scope="module", params=SITES, ids=lambda path: path.name)
def played(request, tmp_path_factory) -> Iterator[Played]:
    return Played(load(request.param), tmp_path_factory.mktemp(request.param.name))


def test_the_three_rollouts_of_the_project_sheet_are_described() -> None:
    assert {path.name for path in SITES} >= ROLLOUTS


def test_visitors_draw_tickets_and_are_served_at_every_service_they_come_for(played: Played) -> None:
    served = {wait.service for wait in played.waits.values() if wait.outcome == "served"}
    assert played.count.tickets > 15
    assert played.count.served >= 0.6 * played.count.tickets
    assert len(served) >= 4


def test_everybody_who_came_in_is_counted_at_the_doors(played: Played) -> None:
    counted = [one for one in played.measures if isinstance(one, OccupancyMeasure)]
    assert sum(one.entered for one in counted) == played.count.entered
    assert sum(one.left for one in counted) == played.count.went


@pytest.mark.parametrize("played", [path for path in SITES if path.name == "double-mairie"], indirect=True)
def test_a_desk_is_called_to_from_both_buildings(played: Played) -> None:
    crossed = [
        wait
        for wait in played.waits.values()
        if wait.desk
        and wait.walk_s is not None
        and played.site.desk(wait.desk).place is None
        and _building(played.site, wait.node) != played.site.building_of(played.site.desk(wait.desk).zone)
    ]
    assert crossed
    assert all(wait.walk_s and wait.walk_s > 0.7 * 180 for wait in crossed)


def _building(site: compiled.Site, node: str) -> str:
    return site.building_of(site.node(node).zone)
