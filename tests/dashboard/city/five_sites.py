"""Five town halls as a feed leaves them: here, away, catching up, never heard, and one that is small."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from broker.clock import SECOND, ManualClock
from broker.contract import compiled
from broker.contract.topics import HALL
from city.description import CitySiteDescription
from city.seen import CitySeen, SiteSeen, write_seen
from hall.rollups.histogram import Histogram
from hall.rollups.kinds import AnyRollup, DeviceDay, OccupancyHalfHour, VoteDay, WaitDay
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Store
from hall.store.open import StoreConfig

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 6, 17, 14, 5, tzinfo=PARIS)
NOW_NS = round(NOW.timestamp()) * SECOND
MINUTE_NS = 60 * SECOND
NAMES = {
    "mairie-19": "Mairie du 19e",
    "mairie-10": "Mairie du 10e",
    "mairie-11": "Mairie du 11e",
    "mairie-12": "Mairie du 12e",
    "mairie-20": "Mairie du 20e",
}
MEANS_S = {"mairie-19": 500, "mairie-10": 900, "mairie-11": 700, "mairie-20": 600}
"""Mean waits. The 12th's was never heard."""
REFUSED = "Un autre barnum parle sous le nom mairie-10. / Another tent speaks as mairie-10."


class FiveSites:
    """What the page reads: descriptions, stores, and what the feed has seen."""

    def __init__(self, barnum: compiled.Site, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(NOW_NS, 10**15)
        self.described = [
            CitySiteDescription(
                msgspec.structs.replace(barnum, id=name, name=compiled.Text(fr=said, en=said)),
                StoreConfig(kind="embedded", path=folder / f"{name}.sqlite"),
            )
            for name, said in sorted(NAMES.items(), key=lambda item: item[1])
        ]
        self.stores: dict[str, Store] = {}
        for one in self.described:
            assert one.store.path is not None
            self.stores[one.id] = EmbeddedStore(one.store.path)
            if one.id in MEANS_S:
                self.stores[one.id].write(rollups(one.id))
        self.see()

    def see(self, **changed: SiteSeen) -> None:
        """What the feed knows now; ``changed`` by site."""
        counts = {"barometre": 120, "borne-a": 300}
        fine = SiteSeen(
            heard_ns=NOW_NS - 20 * SECOND,
            journal="j",
            upto_site=420,
            upto=420,
            fed=420,
            tallies=counts,
            tallies_upto=420,
            copied=counts,
        )
        sites = {
            "mairie-19": fine,
            "mairie-10": msgspec.structs.replace(fine, refused=REFUSED, refused_ns=NOW_NS - 5 * MINUTE_NS),
            "mairie-11": msgspec.structs.replace(fine, heard_ns=NOW_NS - 95 * MINUTE_NS),
            "mairie-12": SiteSeen(),
            "mairie-20": msgspec.structs.replace(
                fine, upto_site=9000, upto=700, fed=600, copied={**counts, "borne-a": 299}
            ),
            **{name.replace("_", "-"): seen for name, seen in changed.items()},
        }
        write_seen(CitySeen(written_ns=self.clock.civil_ns(), sites=sites), self.folder)

    def close(self) -> None:
        for store in self.stores.values():
            store.close()


def rollups(name: str) -> list[AnyRollup]:
    """Four weeks of weekdays; the 20th's are only two days with a handful of visitors."""
    chance = random.Random(name)  # noqa: S311 - made-up days
    small = name == "mairie-20"
    found: list[AnyRollup] = []
    for back in range(2 if small else 28):
        day = (NOW - timedelta(days=back)).replace(hour=0, minute=0)
        if day.weekday() < 5:
            found += _day(name, round(day.timestamp()) * SECOND, chance, 6 if small else 80)
    return found


def _day(name: str, at_ns: int, chance: random.Random, visits: int) -> list[AnyRollup]:
    mean_s = MEANS_S[name] * chance.uniform(0.6, 1.4)
    waits = sorted(chance.expovariate(1 / mean_s) for _ in range(visits))
    left = visits // 10
    good = round(visits * chance.uniform(0.5, 0.8))
    return [
        wait_day(at_ns, waits, left),
        *(
            VoteDay(
                at_ns=at_ns,
                node=HALL,
                barometer="barometre-19",
                question="a-l-aise",
                answer=answer,
                votes=votes,
                too_fast=0,
            )
            for answer, votes in (("tout-a-fait", good), ("pas-du-tout", visits - good))
        ),
        *(
            OccupancyHalfHour(
                at_ns=at_ns + half * 30 * MINUTE_NS,
                node=HALL,
                mean=chance.uniform(5, 15),
                maximum=18,
                uncertainty=1,
                entered=5,
                left=5,
                known_s=1800.0,
            )
            for half in range(18, 36)
        ),
        DeviceDay(
            at_ns=at_ns,
            node=HALL,
            device="",
            state="ok",
            changes=1,
            failed_s=360.0,
            known_s=36_000.0,
            failed_devices=1,
        ),
    ]


def wait_day(at_ns: int, waits: list[float], left: int) -> WaitDay:
    """All services together."""
    count = len(waits)
    return WaitDay(
        at_ns=at_ns,
        node=HALL,
        service="",
        drawn=count + left,
        served=count,
        left=left,
        no_show=0,
        called=count,
        median_s=waits[count // 2] if waits else None,
        p90_s=waits[9 * count // 10] if waits else None,
        waits=Histogram.of(waits).text,
        promised=0,
        waited=0,
        covered=0,
        error_s=0.0,
        pinball50_s=0.0,
        pinball90_s=0.0,
        censored=0,
        censored_beyond=0,
    )
