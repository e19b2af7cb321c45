"""A Thursday afternoon in the barnum, as the hall would publish it: what the pages are looked at with."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from broker.clock import SECOND, Clock
from broker.connection import Connected, Inbound
from broker.contract import compiled
from broker.contract.messages import DeviceHealth, NodeHealth, NodeStatus, RecorderStatus
from broker.contract.topics import Topics
from broker.contract.views import (
    Alert,
    AlertsView,
    AnswerShare,
    BarometerView,
    Call,
    CallsView,
    ConsoleView,
    DayFigures,
    DeskView,
    LedgerView,
    Quarantined,
    QuarantineView,
    RoomView,
    SeatNow,
    SeatsView,
    ServiceView,
    SpaceView,
    View,
    WaitingTicket,
    ZoneNow,
)
from dashboard.live import Live

PARIS = ZoneInfo("Europe/Paris")
NOW_NS = int(datetime(2027, 6, 17, 15, 42, tzinfo=PARIS).timestamp()) * SECOND
MINUTE = 60 * SECOND


def moment(hour: int, minute: int) -> int:
    return int(datetime(2027, 6, 17, hour, minute, tzinfo=PARIS).timestamp()) * SECOND


def space(**changed: object) -> SpaceView:
    view = SpaceView(
        at_ns=NOW_NS,
        day="2027-06-17",
        open=True,
        opens_ns=moment(8, 30),
        closes_ns=moment(19, 30),
        inside=46,
        inside_low=43,
        crowding="free",
        uncertainty=3,
        capacity=80,
        recounted_ns=moment(13, 55),
        passages_in=231,
        passages_out=185,
        wait_median_s=720,
        wait_p90_s=1260,
        figures=DayFigures(
            visits=187,
            served=158,
            left=6,
            no_show=3,
            waiting=14,
            serving=6,
            votes=81,
            within_target=143,
            waits=167,
        ),
        zones=[
            ZoneNow(zone=1, level="calm", waiting=2, seats_taken=0, seats=0),
            ZoneNow(zone=2, level="calm", waiting=0, seats_taken=0, seats=0),
            ZoneNow(zone=3, level="busy", waiting=3, seats_taken=5, seats=6),
            ZoneNow(zone=4, level="calm", waiting=0, seats_taken=0, seats=0),
            ZoneNow(zone=5, level="full", waiting=6, seats_taken=0, seats=0),
            ZoneNow(zone=6, level="calm", waiting=14, seats_taken=0, seats=0),
            ZoneNow(zone=7, level="calm", waiting=0, seats_taken=0, seats=0),
        ],
    )
    return msgspec.structs.replace(view, **changed)


def service(name: str, waiting: int, wait_min: int | None, level: str, state: str = "open") -> ServiceView:
    return ServiceView(
        at_ns=NOW_NS,
        service=name,
        state=state,  # type: ignore[arg-type]
        opens_ns=moment(17, 0) if state == "closed" else None,
        waiting=waiting,
        open_desks=1 if state == "open" else 0,
        wait_median_s=None if wait_min is None else wait_min * 60,
        wait_p90_s=None if wait_min is None else wait_min * 105,
        level=level,  # type: ignore[arg-type]
        served_today=31,
    )


def barometer(votes: tuple[int, int, int, int] = (34, 21, 18, 8)) -> BarometerView:
    total = sum(votes)
    enough = total >= 10
    answers = ("tout-a-fait", "plutot", "pas-vraiment", "pas-du-tout")
    return BarometerView(
        at_ns=NOW_NS,
        barometer="barometre-19",
        question="a-l-aise",
        answers=[
            AnswerShare(
                answer=answer,
                votes=count,
                share=count / total if enough else None,
                low=max(0.0, count / total - 0.1) if enough else None,
                high=count / total + 0.1 if enough else None,
            )
            for answer, count in zip(answers, votes, strict=True)
        ],
        votes=total,
        too_fast=4,
        visits=158,
        last_vote_ns=NOW_NS - 2 * MINUTE if total else None,
    )


def console(**changed: object) -> ConsoleView:
    view = ConsoleView(
        at_ns=NOW_NS,
        desk="numerique",
        state="called",
        since_ns=NOW_NS - MINUTE,
        call="call-7",
        ticket="borne-a:f00:12",
        number="E042",
        service="en-ligne",
        arrived_ns=NOW_NS - 13 * MINUTE,
        discreet=False,
        recalls=1,
        no_show_allowed_ns=NOW_NS + MINUTE // 2,
        waiting=[
            WaitingTicket(
                ticket=f"t{i}",
                number=f"E0{43 + i}",
                service="en-ligne",
                arrived_ns=NOW_NS - (11 - 3 * i) * MINUTE,
                late=i == 2,
            )
            for i in range(3)
        ],
    )
    return msgspec.structs.replace(view, **changed)


def views(site: compiled.Site) -> dict[str, View | NodeStatus | NodeHealth]:
    """Every topic of the afternoon, without the site's root."""
    desks = {
        "info": ("serving", "A031", 4),
        "numerique": ("called", "E042", 1),
        "multiservices": ("free", None, 3),
        "conciergerie": ("serving", None, 18),
        "etat-civil": ("serving", "N017", 6),
        "familles": ("paused", None, 9),
    }
    made: dict[str, View | NodeStatus | NodeHealth] = {
        "view/space/now": space(),
        "view/service/information": service("information", 2, 4, "calm"),
        "view/service/dossier": service("dossier", 1, 9, "calm"),
        "view/service/en-ligne": service("en-ligne", 3, 14, "busy"),
        "view/service/multiservices": service("multiservices", 0, 2, "calm"),
        "view/service/associations": service("associations", 0, None, "calm"),
        "view/service/conciergerie": service("conciergerie", 6, 31, "full"),
        "view/service/ecrivain-public": service("ecrivain-public", 0, None, "unknown", "closed"),
        "view/service/etat-civil": service("etat-civil", 2, 12, "calm"),
        "view/service/familles": service("familles", 1, None, "unknown", "no_desk"),
        "view/calls/latest": CallsView(
            at_ns=NOW_NS,
            calls=[
                Call(key="c4", number="E042", desk="numerique", at_ns=NOW_NS - MINUTE, recalls=1),
                Call(key="c3", number="A031", desk="info", at_ns=NOW_NS - 4 * MINUTE, recalls=0),
                Call(key="c2", number="N017", desk="etat-civil", at_ns=NOW_NS - 6 * MINUTE, recalls=0),
                Call(key="c1", number="M023", desk="multiservices", at_ns=NOW_NS - 9 * MINUTE, recalls=0),
            ],
        ),
        "view/barometer/barometre-19": barometer(),
        "view/seats/3": SeatsView(
            at_ns=NOW_NS,
            zone=3,
            seats=[SeatNow(seat=f"place-{i}", taken=i != 4) for i in range(1, 7)],
        ),
        "view/room/salon-1": RoomView(
            at_ns=NOW_NS, room="salon-1", taken=True, since_ns=NOW_NS - 18 * MINUTE
        ),
        "view/room/salon-2": RoomView(
            at_ns=NOW_NS, room="salon-2", taken=False, since_ns=NOW_NS - 40 * MINUTE
        ),
        "private/alerts/now": AlertsView(
            at_ns=NOW_NS,
            alerts=[
                Alert(
                    id="p1",
                    kind="printer",
                    since_ns=NOW_NS - 12 * MINUTE,
                    subject="borne-b/imprimante",
                    detail="paper nearly at its end",
                    fault="paper_low",
                )
            ],
        ),
        "private/desk/numerique": console(),
        "private/quarantine/latest": QuarantineView(
            at_ns=NOW_NS,
            total=2,
            latest=[
                Quarantined(
                    offset=1841,
                    node="borne-b",
                    at_ns=NOW_NS - 55 * MINUTE,
                    reason="unknown service 'piscine' - Expected `str` of the site, at `$.service`",
                ),
                Quarantined(
                    offset=907,
                    node="entree",
                    at_ns=NOW_NS - 260 * MINUTE,
                    reason="Object missing required field `direction`",
                ),
            ],
        ),
    }
    for desk, (state, number, since) in desks.items():
        made[f"view/desk/{desk}"] = DeskView(
            at_ns=NOW_NS,
            desk=desk,
            call="k",
            state=state,  # type: ignore[arg-type]
            since_ns=NOW_NS - since * MINUTE,
            number=number,
        )
    for place, node in enumerate(site.nodes):
        received = 40 + 97 * place % 311
        made[f"status/{node.id}"] = NodeStatus(state="online", run="3f9ac21b77de", version="0.1.0")
        made[f"health/{node.id}"] = health(node, recorded=received, pending=2 if node.id == "borne-b" else 0)
        made[f"view/ledger/{node.id}"] = LedgerView(
            at_ns=NOW_NS,
            node=node.id,
            recorded=received,
            received=received,
            stored=received - (2 if node.id == "borne-b" else 0),
            missing=0,
            duplicates=3 if node.id == "entree" else 0,
            quarantined=1 if node.id in {"borne-b", "entree"} else 0,
            alarms=0,
        )
    return made


def health(node: compiled.Node, *, recorded: int = 40, pending: int = 0) -> NodeHealth:
    tags = {device.id: str(device.__struct_config__.tag) for device in node.devices}
    return NodeHealth(
        node=node.id,
        run="3f9ac21b77de",
        at_ns=NOW_NS,
        uptime_s=23 * 3600 + 12 * 60,
        recorded=recorded,
        pending=pending,
        outbox_bytes=184_320,
        resident_bytes=38_400_000,
        pins="virtual",
        devices=[
            DeviceHealth(
                id=device,
                type=tag,
                state="degraded" if node.id == "borne-b" and tag == "ticket_printer" else "ok",
                detail="paper nearly at its end" if node.id == "borne-b" and tag == "ticket_printer" else "",
                fault="paper_low" if node.id == "borne-b" and tag == "ticket_printer" else "",
            )
            for device, tag in tags.items()
        ],
    )


class Afternoon:
    """Feeds a Live as the broker would: what the tests change, they publish."""

    def __init__(self, site: compiled.Site, clock: Clock) -> None:
        self.site, self.clock = site, clock
        self.topics = Topics(site.id)
        self.live = Live(self.topics, self.clock)

    def connect(self) -> None:
        self.live.take(Connected())

    def publish(self, topic: str, view: object, *, retained: bool = False) -> None:
        payload = view if isinstance(view, bytes) else msgspec.json.encode(view)
        self.live.take(Inbound(f"{self.topics.root}/{topic}", payload, retained))

    def recorder_speaks(
        self,
        *,
        retained: bool = False,
        civil_ns: int | None = None,
        state: str = "online",
        trouble: str = "",
    ) -> None:
        told = civil_ns if civil_ns is not None else self.clock.civil_ns()
        status = RecorderStatus(
            state=state,  # type: ignore[arg-type]
            journal="j",
            civil_ns=told,
            speed=self.clock.speed,
            trouble=trouble,
        )
        self.publish("status/recorder", status, retained=retained)

    def all_views(self, *, retained: bool = False) -> None:
        for topic, view in views(self.site).items():
            self.publish(topic, view, retained=retained)
