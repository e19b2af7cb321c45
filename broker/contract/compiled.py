"""The site as processes read it: what ``site.py`` validated, compiled to one file.

Nodes read this through msgspec, so that no node imports pydantic. Everything that can be
derived from the description (topics, access rights, the plan on the page, the simulation)
is derived from these structs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the compiled site."""


class Text(Record, frozen=True):
    """What people read: French first, English too, and ``more`` languages by their code (``ar``, ``zh``)."""

    fr: str
    en: str
    more: dict[str, str] = {}

    def in_language(self, language: str) -> str:
        """The text in that language; French where it was not given in it."""
        if language == "en":
            return self.en
        return self.more.get(language, self.fr)


class Language(Record, frozen=True):
    """A language that kiosks, tickets and phone pages offer besides French; ``name`` as it calls itself."""

    code: str
    name: str


class Outcome(Record, frozen=True):
    """What was done at a desk, for one press; ``served`` is false when the visitor could not be served."""

    id: str
    name: Text
    served: bool


class Hours(Record, frozen=True):
    """An opening span of one weekday; times are minutes after local midnight."""

    weekday: Weekday
    opens: int
    closes: int


class OpeningException(Record, frozen=True):
    """A rule that changes hours: on the n-th such weekday of each month, open only from ``opens`` on."""

    weekday: Weekday
    week_of_month: int
    opens: int
    reason: Text


class Shape(Record, frozen=True):
    """A rectangle on the plan, in centimetres from the tent's upper left corner."""

    x: int
    y: int
    width: int
    height: int


class Building(Record, frozen=True):
    """One of a site's several buildings; ``walk_s`` is the walk to it from another one, in seconds."""

    id: str
    name: Text
    walk_s: int
    way: Text


class Zone(Record, frozen=True):
    """An area of the tent, 1 to 7. ``comfortable`` is how many people wait or sit there at ease.

    ``building`` is where it lies, on a site with several; empty elsewhere.
    """

    id: int
    name: Text
    shape: Shape
    comfortable: int
    building: str = ""


class Service(Record, frozen=True):
    """What a visitor comes for.

    ``mean_service_s`` is the prior of the mean service time, in seconds, until the hall has
    learned its own. ``rate`` is the class's rate of accumulating priority (score = minutes
    waited times rate). ``public_letter`` differs from a neutral letter for discreet services.
    ``hours`` of a permanence replace the site's hours; empty means: as the site.
    ``seats_without_ticket``: while a seat of its zone is free, kiosks send visitors there without a ticket.
    """

    id: str
    letter: str
    name: Text
    description: Text
    zone: int
    ticket: bool
    discreet: bool
    rate: float
    mean_service_s: int
    papers: list[Text]
    hours: list[Hours]
    instead: Text | None
    seats_without_ticket: bool = False


class Place(Record, frozen=True):
    """Where a desk inside the building is; ``walk_s`` is the walk from the waiting area, in seconds.

    ``within`` is the id of its building, on a site with several.
    """

    building: str
    floor: str
    door: str
    walk_s: int
    way: Text
    within: str = ""

    @property
    def where(self) -> str:
        """As signs say it: ``Mairie · 1er étage · porte 12``."""
        return " · ".join(part for part in (self.building, self.floor, self.door) if part)


class Desk(Record, frozen=True):
    """Where one or more services are given. ``place`` is None for a desk in the tent.

    ``step_free``: it can be reached without a step.
    """

    id: str
    name: Text
    zone: int | None
    services: list[str]
    place: Place | None
    step_free: bool = True


class Room(Record, frozen=True):
    """A confidential space."""

    id: str
    name: Text
    zone: int


class Seat(Record, frozen=True):
    """A seat with a presence sensor."""

    id: str
    zone: int


PICTOGRAMS = (
    *("face-delighted", "face-happy", "face-neutral", "face-unhappy", "face-angry"),
    *("sun", "sun-cloud", "cloud", "rain", "storm"),
    *("all", "most", "half", "little", "none"),
    *("yes", "no", "perhaps", "heart", "coffee", "quick", "clock", "hourglass"),
    *("people", "signpost", "paper"),
)
"""What the dashboard's ``pictograms.svg`` draws: in families, each told apart without colour."""


class Answer(Record, frozen=True):
    """One answer of a barometer question; ``pictogram`` is one of ``PICTOGRAMS``, or one character."""

    id: str
    text: Text
    pictogram: str
    positive: bool


class Question(Record, frozen=True):
    """A question of the barometer, and the days it is asked on: ``questions.question_on`` reads them.

    ``dates`` are ISO dates, ``weeks`` ISO weeks (``2027-W23``).
    """

    id: str
    text: Text
    answers: list[Answer]
    weekdays: list[Weekday]
    weeks: list[str] = []
    dates: list[str] = []


class Barometer(Record, frozen=True):
    """A voting installation. ``pause_s`` is the pause between presses of one device, in seconds."""

    id: str
    name: Text
    zone: int
    pause_s: float
    minimum_votes: int
    questions: list[Question]


Shows = Literal["desk", "calls", "barometer", "outside", "kiosk"]


class Display(Record, frozen=True):
    """A LED display: which device it is and what it shows of ``subject`` (a desk, barometer or node id)."""

    id: str
    node: str
    device: str
    shows: Shows
    subject: str


class Rules(Record, frozen=True):
    """The hall's configured limits; seconds unless the name says otherwise.

    ``priority_rate`` multiplies the rate of a visit that was given priority. Above ``wind_limit_km_h`` and
    ``snow_limit_cm`` the tent is evacuated.
    """

    recalls_before_no_show: int
    recall_interval_s: int
    late_ticket_s: int
    request_age_s: int
    help_escalation_s: int
    minimum_services_for_promise: int
    target_wait_min: int
    priority_rate: float = 3.0
    undo_s: int = 10
    wind_limit_km_h: float = 100.0
    snow_limit_cm: float = 4.0


# Devices, one struct a type, as `nodes/devices/` drives them. Pins are BCM numbers.


class DeviceRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every device has: its id is unique within its node."""

    id: str


class VoteButton(Record, frozen=True):
    """One barometer button with its lamp; ``answer`` counts from 0 in the question's order."""

    answer: int
    pin: int
    lamp: int


class VotePanel(DeviceRecord, frozen=True, tag="vote_panel"):
    """The barometer's big buttons."""

    barometer: str
    buttons: list[VoteButton]


class KioskButton(Record, frozen=True):
    """One service button with its lamp."""

    service: str
    pin: int
    lamp: int


class TicketKiosk(DeviceRecord, frozen=True, tag="ticket_kiosk"):
    """Service buttons that draw tickets; ``printer``, ``display``, ``buzzer``: devices of the same node.

    ``reserve_from`` is the first number of the kiosk's reserve series, used when it is cut off.
    The other pins are None where there is no such button: ``help`` calls a person (``help_lamp`` confirms),
    ``language`` turns to the next language, ``plan`` and ``questionnaire`` print them.
    """

    buttons: list[KioskButton]
    printer: str
    display: str
    buzzer: str | None
    reserve_from: int
    help: int | None = None
    help_lamp: int | None = None
    language: int | None = None
    plan: int | None = None
    questionnaire: int | None = None


class DeskPanel(DeviceRecord, frozen=True, tag="desk_panel"):
    """The agent's panel: next, recall, no-show, done (held 2 s: pause); ``lamp`` lights while serving.

    ``start`` says that the visitor has come; None where there is no such button.
    """

    desk: str
    next: int
    recall: int
    no_show: int
    done: int
    lamp: int | None
    start: int | None = None


class DoorCounter(DeviceRecord, frozen=True, tag="door_counter"):
    """Two light beams across a door; their order of interruption gives the direction."""

    outer: int
    inner: int


Sensor = Literal["contact", "pir", "radar"]
"""What watches a seat or a room: a mat or switch that closes to ground, an infrared detector, a radar."""


class Presence(DeviceRecord, frozen=True, tag="presence"):
    """A seat's or a room's sensor: taken at once, free after ``hold_s`` without presence.

    ``sensor`` None: a contact for a seat, a radar for a room. ``active_high`` None: as such a sensor is.
    """

    subject: str
    kind: Literal["seat", "room"]
    pin: int
    hold_s: float
    sensor: Sensor | None = None
    active_high: bool | None = None

    @property
    def senses(self) -> Sensor:
        """What the sensor is."""
        return self.sensor or ("contact" if self.kind == "seat" else "radar")

    @property
    def drives_high(self) -> bool:
        """Whether its pin is high while it sees somebody; else low, with the Pi's own pull-up."""
        return self.senses != "contact" if self.active_high is None else self.active_high


TOF_ADDRESS: Final = 0x29
"""Where every VL53L1X answers when it is switched on."""

HAND_MM: Final = 100
"""Nearer to a sensor above a door than this is a hand, where the description says nothing else."""


class TofSensor(DeviceRecord, frozen=True, kw_only=True):
    """A VL53L1X time-of-flight sensor on the node's I²C bus, by its 7-bit ``address``; distances in mm.

    Somebody is there from ``near_mm`` on, nobody from ``far_mm`` on; between them it is as before.
    ``xshut`` is the pin that holds the sensor in reset; None where it is alone on its bus.
    """

    address: int
    near_mm: int
    far_mm: int
    xshut: int | None = None


class TofCounter(TofSensor, frozen=True, kw_only=True, tag="tof_counter"):
    """A sensor above a door that looks at two zones in turn; ``outside`` is the half that sees the outside.

    What is nearer than ``hand_mm`` is a hand before the sensor, and nobody's head.
    """

    outside: Literal["left", "right"]
    hand_mm: int = HAND_MM


class TofPresence(TofSensor, frozen=True, kw_only=True, tag="tof_presence"):
    """A seat's or a room's sensor by distance: taken at once, free after ``hold_s`` without presence."""

    subject: str
    kind: Literal["seat", "room"]
    hold_s: float


class HelpButton(DeviceRecord, frozen=True, tag="help_button"):
    """A silent button for agents in a room; ``lamp`` confirms discreetly that the hall has it."""

    room: str
    pin: int
    lamp: int


class Anemometer(DeviceRecord, frozen=True, tag="anemometer"):
    """A cup anemometer's pulses on a pin: one a second is ``km_h_per_hz`` of wind.

    A gust above one of ``limits_km_h`` is told at once.
    """

    pin: int
    km_h_per_hz: float
    limits_km_h: list[float]


class RoomLight(DeviceRecord, frozen=True, tag="room_light"):
    """The free (green) / taken (red) light at a room's door."""

    room: str
    green: int
    red: int


class Buzzer(DeviceRecord, frozen=True, tag="buzzer"):
    """An active buzzer."""

    pin: int


class LedDisplay(DeviceRecord, frozen=True, tag="led_display"):
    """A MAX7219 chain of ``modules`` matrices of 8 by 8 on an SPI chip select.

    ``brightness`` is in per cent; ``night_brightness`` holds from ``night_from`` to ``night_to``, minutes
    after local midnight, None for none.
    """

    modules: int
    spi_port: int
    spi_device: int
    brightness: int = 60
    night_brightness: int | None = None
    night_from: int = 21 * 60
    night_to: int = 7 * 60


UART_PATHS: Final = ("/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0")
"""The header's own serial line, on pins 14 and 15, by the names that its models give it."""

Flow = Literal["none", "rts_cts", "xon_xoff"]
"""How a serial printer says that it takes no more for now."""


class TicketPrinter(DeviceRecord, frozen=True, tag="ticket_printer"):
    """A thermal ESC/POS printer; ``width_mm`` is the paper's width, 58 or 80.

    One of ``host`` (with ``port``, over TCP), ``usb`` (``auto`` or ``vendor:product``) and ``serial`` (the
    line's path, at ``baud``, with that ``flow`` control) says how it is reached. ``picture``: everything is
    given to it as a picture, for clones that misprint accents. ``native_qr``: it draws QR codes itself.
    """

    host: str | None
    port: int
    width_mm: int
    picture: bool = False
    native_qr: bool = True
    usb: str | None = None
    serial: str | None = None
    baud: int = 38400
    flow: Flow = "none"

    @property
    def place(self) -> str:
        """Where it is plugged in, for the technician: host, USB id or serial line."""
        return self.host or (f"USB {self.usb}" if self.usb else self.serial or "")


Device: TypeAlias = (
    VotePanel
    | TicketKiosk
    | DeskPanel
    | DoorCounter
    | Presence
    | TofCounter
    | TofPresence
    | HelpButton
    | RoomLight
    | Buzzer
    | LedDisplay
    | TicketPrinter
    | Anemometer
)


class Node(Record, frozen=True):
    """One Raspberry Pi."""

    id: str
    model: str
    zone: int | None
    devices: list[Device]


class Site(Record, frozen=True):
    """A place with its own broker: the whole compiled description.

    ``phone_url`` begins the address of a ticket's phone page; empty where there is none. ``outcomes`` is
    what an agent may say was done. ``capacity_near`` is the share of the capacity that is
    near it.
    """

    id: str
    name: Text
    timezone: str
    outside_message: Text
    capacity: int
    capacity_source: str
    tent: Shape
    entrance: Shape
    hours: list[Hours]
    exceptions: list[OpeningException]
    zones: list[Zone]
    services: list[Service]
    desks: list[Desk]
    rooms: list[Room]
    seats: list[Seat]
    displays: list[Display]
    barometers: list[Barometer]
    rules: Rules
    nodes: list[Node]
    languages: list[Language] = []
    outcomes: list[Outcome] = []
    phone_url: str = ""
    buildings: list[Building] = []
    capacity_near: float = 0.9

    def node(self, node_id: str) -> Node:
        """The node of that name. Raises KeyError when the site has none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    def service(self, service_id: str) -> Service:
        """The service of that id. Raises KeyError when the site has none."""
        for service in self.services:
            if service.id == service_id:
                return service
        raise KeyError(service_id)

    def desk(self, desk_id: str) -> Desk:
        """The desk of that id. Raises KeyError when the site has none."""
        for desk in self.desks:
            if desk.id == desk_id:
                return desk
        raise KeyError(desk_id)

    def zone(self, zone_id: int | None) -> Zone | None:
        """The zone of that number; None for None, and when the site has none."""
        return next((zone for zone in self.zones if zone.id == zone_id), None)

    def building_of(self, zone_id: int | None) -> str:
        """The building that a zone lies in; empty on a site of one place, and for no zone."""
        zone = self.zone(zone_id)
        return "" if zone is None else zone.building

    def zone_of(self, service: Service, building: str = "") -> Zone | None:
        """Where a service is given for who waits in ``building``: there, where that has a desk for it."""
        usual = self.zone(service.zone)
        zones = [self.zone(desk.zone) for desk in self.desks if service.id in desk.services]
        return next((zone for zone in (usual, *zones) if zone and zone.building == building), usual)

    def waiting_zone(self, building: str = "") -> Zone | None:
        """Where people wait: the zone where the calls are shown, in their own building before any other."""
        callers = (self.node(display.node) for display in self.displays if display.shows == "calls")
        zones = [zone for node in callers if (zone := self.zone(node.zone)) is not None]
        return next((zone for zone in zones if zone.building == building), zones[0] if zones else None)

    def place_of(self, desk: Desk, building: str = "") -> Place | None:
        """Where somebody in ``building`` goes when that desk calls; None for a desk beside them.

        A desk in another building has a place for them: its zone, or its own place farther on, behind the
        walk between the buildings. Who may be in any building (empty) is told of it, and of no walk to it.
        """
        within = self.building_of(desk.zone) if desk.place is None else desk.place.within
        there = next((one for one in self.buildings if one.id == within), None)
        if there is None or there.id == building:
            return desk.place
        walk_s = there.walk_s if building else 0
        if desk.place is not None:
            way = _and_then(there.way, desk.place.way) if building else desk.place.way
            return msgspec.structs.replace(desk.place, walk_s=walk_s + desk.place.walk_s, way=way)
        zone = self.zone(desk.zone)
        if zone is None:
            return None
        return Place(
            building=there.name.fr,
            floor="",
            door=f"Zone {zone.id}",
            walk_s=walk_s,
            way=there.way if building else zone.name,
            within=there.id,
        )

    def place_inside(self, service_id: str, building: str = "") -> Place | None:
        """Where a service is given away from ``building``'s zones; None where a desk there gives it too."""
        desks = [desk for desk in self.desks if service_id in desk.services]
        places = [self.place_of(desk, building) if building else desk.place for desk in desks]
        return places[0] if places and all(places) else None

    def barometer(self, barometer_id: str) -> Barometer:
        """The barometer of that id. Raises KeyError when the site has none."""
        for barometer in self.barometers:
            if barometer.id == barometer_id:
                return barometer
        raise KeyError(barometer_id)


def _and_then(first: Text, then: Text) -> Text:
    """One way after another, in the languages that both are told in."""
    more = {code: f"{first.more[code]} · {then.more[code]}" for code in first.more if code in then.more}
    return Text(fr=f"{first.fr} · {then.fr}", en=f"{first.en} · {then.en}", more=more)


def short_name(name: str) -> str:
    """The part of a desk's name that fits on a screen: ``Guichet 1`` of ``Guichet 1 · Point info``."""
    return name.split(" · ", 1)[0]


def write(site: Site, path: Path) -> None:
    """Write the compiled site as JSON, replacing ``path`` in one step."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(site), indent=1))
    fresh.replace(path)


def read(path: Path) -> Site:
    """Read a compiled site.

    Raises:
        OSError: the file cannot be read.
        msgspec.ValidationError: the file is no compiled site of this version.
    """
    return msgspec.json.decode(path.read_bytes(), type=Site)
