"""Write the journal of one fixed day as this version decides it: ``python -m tests.hall.golden NAME``.

Later versions must fold it to the same state, so a new file is added when decisions gain something, and an
old one is never written again.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import msgspec

from broker.contract import messages
from broker.contract.topics import DASHBOARD, HALL
from tests.hall.hall_tent import Tent
from tests.hall.small_site import small_site

FOLDER = Path(__file__).parent / "journals"


def a_day_and_a_morning() -> Tent:
    """Everything that can happen, over a midnight."""
    chance = random.Random(19)  # noqa: S311 the same day each time is the point
    tent = Tent(small_site())
    raw = msgspec.Raw(msgspec.json.encode(tent.site))
    tent.tick()
    tent.send(HALL, messages.SiteChanged(device="", site=raw))
    for _ in range(240):
        tent.wait(chance.expovariate(1 / 330))
        service, kiosk = (
            chance.choice(["info", "family", "care", "civil"]),
            chance.choice(["kiosk-a", "kiosk-b"]),
        )
        desk = chance.choice(["one", "two", "quiet", "inside"])
        match chance.randrange(9):
            case 0 | 1:
                tent.draw(service, kiosk)
            case 2 | 3:
                tent.next(desk)
            case 4:
                request = chance.choice(
                    [
                        messages.RecallRequested,
                        messages.StartRequested,
                        messages.NoShowRequested,
                        messages.DoneRequested,
                    ]
                )
                tent.ask(request, desk)
            case 5:
                direction = chance.choice(["in", "in", "out"])
                tent.send("door", messages.PassageCounted(device="door", direction=direction))  # type: ignore[arg-type]  # a literal
            case 6:
                vote = messages.VoteCast(
                    device="p", barometer="mood", question="mood", answer=chance.randrange(3)
                )
                tent.send("barometer", vote)
            case 7:
                tent.tick()
            case _:
                _rarer(tent, chance)
    return tent


def _rarer(tent: Tent, chance: random.Random) -> None:
    match chance.randrange(4):
        case 0:
            taken = chance.random() < 0.5
            body = messages.PresenceChanged(device="s", subject="seat-1", kind="seat", taken=taken)
            tent.send("seats", body)
        case 1:
            tent.send("salon", messages.HelpRequested(device="h", key=tent.key(), room="salon"))
        case 2:
            people = chance.randrange(8)
            tent.send(DASHBOARD, messages.RecountRequested(device="c", key=tent.key(), people=people))
        case _:
            tent.send("kiosk-a", messages.DeviceChanged(device="printer", state="failed", detail="papier"))


def main(name: str) -> None:
    """Write the journal and the state it gives."""
    tent = a_day_and_a_morning()
    with (FOLDER / f"{name}.jsonl").open("xb") as lines:
        for event, decisions in tent.journal:
            for decision in decisions:
                lines.write(msgspec.json.encode((event.offset, decision)) + b"\n")
    state = msgspec.json.format(tent.hall.snapshot(), indent=1) + b"\n"
    (FOLDER / f"{name}.state.json").write_bytes(state)


if __name__ == "__main__":
    main(sys.argv[1])
