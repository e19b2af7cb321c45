"""A small town hall, described by hand: every rule of the hall has something to act on."""

from __future__ import annotations

from typing import Any

from broker.contract import compiled


def text(french: str) -> compiled.Text:
    return compiled.Text(fr=french, en=french)


def shape() -> compiled.Shape:
    return compiled.Shape(x=0, y=0, width=100, height=100)


def service(name: str, letter: str, zone: int, **changes: Any) -> compiled.Service:
    fields: dict[str, Any] = {
        "ticket": True,
        "discreet": False,
        "rate": 1.0,
        "mean_service_s": 300,
        "papers": [],
        "hours": [],
        "instead": None,
    }
    return compiled.Service(
        id=name,
        letter=letter,
        name=text(name.title()),
        description=text(name),
        zone=zone,
        **{**fields, **changes},
    )


def weekdays(opens: int, closes: int) -> list[compiled.Hours]:
    return [compiled.Hours(weekday=day, opens=opens, closes=closes) for day in compiled.WEEKDAYS[:5]]


def question(name: str, days: list[compiled.Weekday]) -> compiled.Question:
    answers = [
        compiled.Answer(id=answer, text=text(answer), pictogram="+", positive=answer == "yes")
        for answer in ("yes", "so-so", "no")
    ]
    return compiled.Question(id=name, text=text(f"{name} ?"), answers=answers, weekdays=days)


def kiosk(name: str) -> compiled.Node:
    buttons = [
        compiled.KioskButton(service=service, pin=pin, lamp=pin + 1)
        for pin, service in ((2, "info"), (4, "family"), (6, "care"), (8, "civil"), (10, "plan"))
    ]
    return compiled.Node(
        id=name,
        model="4B",
        zone=1,
        devices=[
            compiled.TicketKiosk(
                id="kiosk",
                buttons=buttons,
                printer="printer",
                display="display",
                buzzer=None,
                reserve_from=900,
            )
        ],
    )


def panel(node: str, desk: str) -> compiled.Node:
    device = compiled.DeskPanel(id="panel", desk=desk, next=2, recall=3, no_show=4, done=5, lamp=None)
    return compiled.Node(id=node, model="4B", zone=1, devices=[device])


def zone(number: int, comfortable: int) -> compiled.Zone:
    return compiled.Zone(id=number, name=text(f"Zone {number}"), shape=shape(), comfortable=comfortable)


def display(
    name: str, shows: compiled.Shows, subject: str = "", node: str = "hall-display"
) -> compiled.Display:
    return compiled.Display(id=name, node=node, device="display", shows=shows, subject=subject)


def small_site() -> compiled.Site:
    """Two kiosks; a desk for two services, a second one for one of them, a discreet desk, a desk inside."""
    place = compiled.Place(
        building="Mairie", floor="1er étage", door="porte 12", walk_s=240, way=text("Traversez le parvis")
    )
    return compiled.Site(
        id="small",
        name=text("Petite mairie"),
        timezone="Europe/Paris",
        outside_message=text("Votre futur espace accueil se prépare"),
        capacity=5,
        capacity_source="test",
        tent=shape(),
        entrance=shape(),
        hours=[*weekdays(510, 1020), compiled.Hours(weekday="saturday", opens=570, closes=720)],
        exceptions=[
            compiled.OpeningException(weekday="tuesday", week_of_month=1, opens=780, reason=text("réunion"))
        ],
        zones=[zone(1, 4), zone(3, 2), zone(5, 2), zone(6, 3), zone(7, 5)],
        services=[
            service("info", "A", 1),
            service("family", "F", 1, rate=3.0),
            service("care", "Z", 5, discreet=True),
            service("civil", "E", 1, mean_service_s=600),
            service("writer", "W", 5, hours=[compiled.Hours(weekday="thursday", opens=840, closes=1020)]),
            service("plan", "P", 1, ticket=False),
        ],
        desks=[
            compiled.Desk(id="one", name=text("Guichet 1"), zone=1, services=["info", "family"], place=None),
            compiled.Desk(id="two", name=text("Guichet 2"), zone=1, services=["info"], place=None),
            compiled.Desk(
                id="quiet", name=text("Guichet 3"), zone=5, services=["care", "writer"], place=None
            ),
            compiled.Desk(id="inside", name=text("État civil"), zone=None, services=["civil"], place=place),
        ],
        rooms=[compiled.Room(id="salon", name=text("Salon"), zone=5)],
        seats=[compiled.Seat(id="seat-1", zone=3), compiled.Seat(id="seat-2", zone=3)],
        displays=[
            display("outside", "outside"),
            display("calls", "calls"),
            display("led-one", "desk", "one"),
            display("led-quiet", "desk", "quiet"),
            display("led-barometer", "barometer", "mood"),
            display("led-kiosk", "kiosk", "kiosk-a"),
        ],
        barometers=[
            compiled.Barometer(
                id="mood",
                name=text("Baromètre"),
                zone=7,
                pause_s=5,
                minimum_votes=4,
                questions=[question("monday-mood", ["monday"]), question("mood", [])],
            )
        ],
        rules=compiled.Rules(
            recalls_before_no_show=2,
            recall_interval_s=30,
            late_ticket_s=300,
            request_age_s=10,
            help_escalation_s=120,
            minimum_services_for_promise=10,
            target_wait_min=20,
        ),
        nodes=[
            kiosk("kiosk-a"),
            kiosk("kiosk-b"),
            panel("panel-one", "one"),
            compiled.Node(id="hall-display", model="4B", zone=6, devices=[]),
        ],
    )
