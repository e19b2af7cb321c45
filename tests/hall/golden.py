"""Write the journal of one fixed day as this version decides it: ``python -m tests.hall.golden NAME``.

Later versions must fold it to the same state, so a new file is added when decisions gain something, and an
old one is never written again.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from broker.contract import messages
from broker.contract.settings import (
    AnySetting,
    DayQuestion,
    OpeningChange,
    OutsideMessage,
    PublicText,
    ServiceText,
)
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


def a_morning_of_agents() -> Tent:
    """All that agents do by hand, numbers called before they are heard of, and presses taken back."""
    chance = random.Random(7)  # noqa: S311 the same
    tent = Tent(small_site())
    tent.tick()
    for desk in DESKS:
        tent.ask(messages.OpenRequested, desk, by="camille")
    for _ in range(9):
        for by_hand in chance.sample(BY_HAND, len(BY_HAND)):
            tent.wait(chance.expovariate(1 / 40))
            tent.draw(chance.choice(SERVICES), chance.choice(["kiosk-a", "kiosk-b"]))
            if chance.random() < 0.4:
                desk = chance.choice(DESKS)
                tent.next(desk)
                tent.wait(2)
                by_hand(tent, chance, desk)
    return tent


def an_hour_of_votes() -> Tent:
    """Votes beside the hall's waits, and questionnaires on paper, one of them withdrawn."""
    chance = random.Random(3)  # noqa: S311 the same
    tent = Tent(small_site())
    tent.tick()
    for place in range(12):
        tent.draw("info")
        tent.wait(chance.expovariate(1 / 300))
        tent.next("one")
        vote = messages.VoteCast(device="p", barometer="mood", question="mood", answer=chance.randrange(3))
        tent.send("barometer", vote)
        ticked = messages.PaperAnswer(barometer="mood", question="mood", answer=chance.randrange(3))
        sheet = messages.PaperEntered(device="console", key=f"s{place}", answers=[ticked], by="zoe")
        tent.send(DASHBOARD, sheet)
    tent.send(DASHBOARD, messages.PaperWithdrawn(device="console", key="s11", by="zoe"))
    return tent


def three_days_of_settings() -> Tent:
    """Every kind of setting put in place, changed, ended and taken back, over two midnights, and recounts."""
    tent = Tent(small_site())
    tent.tick()
    line = PublicText(fr="Réunion", en="Meeting")
    friday = date(2016, 6, 10)
    said: list[AnySetting] = [
        OpeningChange(day=date(2016, 6, 9), closes=720, reason=line),
        OpeningChange(day=friday, opens=600, reason=line),
        OpeningChange(day=friday, service="civil", closed=True, reason=line),
        ServiceText(service="info", text=line, until=friday),
        DayQuestion(barometer="mood", day=friday, question="monday-mood"),
        OutsideMessage(text=line, until=friday, time=720),
        OpeningChange(day=friday, closed=True, reason=line),
    ]
    for place, setting in enumerate(said):
        tent.wait(600)
        known = [
            change.key for change in tent.hall.state.setting_changes if change.subject == setting.subject
        ]
        seen = known[-1] if known else ""
        request = messages.SettingRequested(
            device="console", key=f"s{place}", setting=setting, seen=seen, by="zoe"
        )
        tent.send(DASHBOARD, request)
        tent.send(DASHBOARD, messages.RecountRequested(device="console", key=f"r{place}", people=place))
    undo = messages.SettingUndoRequested(device="console", key="u", undoes="s6", by="camille")
    tent.send(DASHBOARD, undo)
    end = messages.SettingEndRequested(
        device="console", key="e", subject="service_text/info", seen="s3", by="zoe"
    )
    for _ in range(2):
        tent.wait(24 * 3600)
        tent.tick()
        tent.send(DASHBOARD, end)
    return tent


def two_half_hours_of_silence() -> Tent:
    """A node that is lost twice, once over a border between two half-hours."""
    tent = Tent(small_site())
    tent.tick()
    for minutes, silent in (
        (4, ["kiosk-a"]),
        (7, []),
        (5, ["kiosk-a", "kiosk-b"]),
        (20, ["kiosk-b"]),
        (40, []),
    ):
        tent.wait(60 * minutes)
        tent.tick()
        tent.send(HALL, messages.NodesHeard(device="", silent=silent))
    return tent


def _somebody(tent: Tent, chance: random.Random) -> str:
    return chance.choice([*tent.hall.state.visits] or [""])


def _undo(tent: Tent, _chance: random.Random, desk: str) -> None:
    kept = tent.hall.state.undos.get(desk)
    tent.ask(messages.UndoRequested, desk, undoes="" if kept is None else kept.key)


def _by_ticket(request: type[messages.TicketRequest], **fields: Any) -> Callable[..., object]:
    return lambda tent, chance, desk: tent.ask(request, desk, ticket=_somebody(tent, chance), **fields)


def _by_desk(request: type[messages.DeskRequest], **fields: Any) -> Callable[..., object]:
    return lambda tent, _chance, desk: tent.ask(request, desk, **fields)


DESKS = ("one", "two", "quiet", "inside")
SERVICES = ("info", "family", "care", "civil")
BY_HAND: list[Callable[..., object]] = [
    _undo,
    _undo,
    _by_desk(messages.StartRequested),
    _by_desk(messages.ParkRequested),
    _by_desk(messages.DoneRequested, outcome="papers"),
    _by_desk(messages.ServicesRequested, services=["family", "info"]),
    _by_desk(messages.AddRequested, service="info"),
    _by_desk(messages.TransferRequested, service="civil", note="suite du dossier"),
    _by_desk(messages.TransferRequested, service="info", to_desk="two"),
    _by_ticket(messages.ReinstateRequested),
    _by_ticket(messages.RemoveRequested),
    _by_ticket(messages.ChangeRequested, priority=True),
    _by_ticket(messages.ChangeRequested, step_free=True),
    lambda tent, chance, desk: tent.next(desk, number=f"A90{chance.randrange(3)}"),
    lambda tent, _chance, _desk: tent.send(
        "kiosk-a", messages.DeviceChanged(device="printer", state="failed", fault="no_paper")
    ),
]


DAYS = {
    "first": a_day_and_a_morning,
    "second": a_morning_of_agents,
    "third": a_day_and_a_morning,
    "votes": an_hour_of_votes,
    "space": a_day_and_a_morning,
    "settings": three_days_of_settings,
    "silence": two_half_hours_of_silence,
}


def main(name: str) -> None:
    """Write the journal and the state it gives."""
    tent = DAYS[name]()
    with (FOLDER / f"{name}.jsonl").open("xb") as lines:
        for event, decisions in tent.journal:
            for decision in decisions:
                lines.write(msgspec.json.encode((event.offset, decision)) + b"\n")
    state = msgspec.json.format(tent.hall.snapshot(), indent=1) + b"\n"
    (FOLDER / f"{name}.state.json").write_bytes(state)


if __name__ == "__main__":
    main(sys.argv[1])
