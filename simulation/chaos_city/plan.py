"""What happens to which part of a city, when and for how long. The same seed draws the same plan."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["kill", "freeze", "cut", "hang", "put_back"]
"""``kill`` is kill -9 and a start after some seconds; ``freeze`` is SIGSTOP and going on; a link is ``cut``
and refused, or ``hang``s with its connections open; ``put_back`` puts a site's journal back from a backup."""

KILL_EVERY_S: Final = 1.5
OTHERS_A_KILL: Final = 0.5

SERVER, RECORDER, FORWARDER, LINK, SITE = "server/", "recorder/", "forwarder/", "link/", "site/"
"""Begin the names of parts; a number or a site's name follows."""


class Fault(NamedTuple):
    """One fault; ``at_s`` counts from the begin of the load. Where its part is still down, it comes later."""

    at_s: float
    kind: Kind
    part: str
    seconds: float


def draw(seed: int, kills: int, servers: int, recorders: Sequence[str], sites: Sequence[str]) -> list[Fault]:
    """The faults in the order of their time: so many kills, and half as many others.

    Args:
        seed: the same one draws the same plan.
        kills: how many times a process is ended by kill -9.
        servers: how many the engine has.
        recorders: their names.
        sites: their names.
    """
    chance = random.Random(f"city {seed} {kills}")
    faults, at_s = list[Fault](), 1.0
    for _ in range(kills):
        at_s += chance.uniform(0.2, 2 * KILL_EVERY_S - 0.2)
        part = chance.choices(
            [
                f"{SERVER}{chance.randrange(servers)}",
                f"{RECORDER}{chance.choice(recorders)}",
                f"{FORWARDER}{chance.choice(sites)}",
            ],
            [5, 5, 3],
        )[0]
        faults.append(Fault(at_s, "kill", part, _pause_s(chance)))
    for _ in range(round(kills * OTHERS_A_KILL)):
        site, when_s = chance.choice(sites), chance.uniform(1.0, at_s)
        faults.append(
            chance.choices(
                [
                    Fault(when_s, "cut", LINK + site, chance.uniform(0.5, 8)),
                    Fault(when_s, "hang", LINK + site, chance.uniform(0.5, 8)),
                    Fault(when_s, "freeze", RECORDER + chance.choice(recorders), chance.uniform(1, 8)),
                    Fault(when_s, "freeze", f"{SERVER}{chance.randrange(servers)}", chance.uniform(0.5, 5)),
                    Fault(when_s, "put_back", SITE + site, _pause_s(chance)),
                ],
                [3, 3, 5, 2, 2],
            )[0]
        )
    return sorted(faults)


def _pause_s(chance: random.Random) -> float:
    """Mostly as quick as systemd, sometimes as slow as a person."""
    return chance.choice((0.2, 0.5, 1.0, 2.0, 5.0))
