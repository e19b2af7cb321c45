"""What an author may write in ``site.toml`` and ``nodes/<node>.toml``: one pydantic model a table.

These models say what each field is and which values it takes; what only the whole site can tell
(references, pins, the plan) is in ``site_checks.py``. The published JSON Schema is made from them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from broker.contract.compiled import HAND_MM, TOF_ADDRESS, Flow, Sensor, Shows, Weekday
from broker.contract.topics import LEVEL

Id = Annotated[str, Field(pattern=f"^{LEVEL.pattern}$")]
ZoneId = Annotated[int, Field(ge=1, le=7)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:30"])]
Pin = Annotated[int, Field(ge=2, le=27)]
"""A BCM number; 0 and 1 read the identity chip of add-on boards."""

Address = Annotated[int, Field(ge=0x08, le=0x77)]
"""A 7-bit I²C address; those below and above are reserved (NXP UM10204, 3.1.12)."""

Millimetres = Annotated[int, Field(ge=40, le=3600)]
"""What a VL53L1X measures (ST, datasheet DS12385)."""

UsbPrinter = Annotated[str, Field(pattern="^(auto|[0-9a-f]{4}:[0-9a-f]{4})$", examples=["04b8:0e15"])]
DevicePath = Annotated[str, Field(pattern="^/dev/[A-Za-z0-9/_.:-]+$", examples=["/dev/ttyUSB0"])]
LanguageCode = Annotated[str, Field(pattern="^[a-z]{2}$", examples=["ar"])]
IsoDate = Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2027-06-21"])]
IsoWeek = Annotated[str, Field(pattern="^[0-9]{4}-W[0-9]{2}$", examples=["2027-W25"])]
Words = Annotated[str, Field(min_length=1)]
Centimetres = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(gt=0)]
Percent = Annotated[int, Field(ge=1, le=100)]


class Authored(BaseModel):
    """A table as its author writes it: a field that is not known here is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Text(Authored):
    """What people read, in both languages, and in more where the site offers them."""

    fr: Words
    """French, shown first."""
    en: Words
    """English."""
    more: dict[LanguageCode, Words] = {}
    """Further languages by their code (``ar``, ``zh``); French stands in for those not given."""


class Language(Authored):
    """A language that kiosks, tickets and phone pages offer besides French."""

    code: LanguageCode
    """Its ISO 639-1 code."""
    name: Words
    """As it calls itself."""


class Outcome(Authored):
    """What was done at a desk: one press when a visit ends."""

    id: Id
    """Its name in figures."""
    name: Text
    """What the console's button says."""
    served: bool = True
    """False: the visitor could not be served."""


class Capacity(Authored):
    """The permitted number of people: declared with its source, never computed from the area."""

    people: Annotated[int, Field(gt=0)]
    """People allowed inside at once."""
    source: Words
    """The document that says so."""
    near: Annotated[float, Field(gt=0, le=1)] = 0.9
    """The share of it from which agents are warned and the outside display advises a quieter hour."""


class Tent(Authored):
    """The tent's ground, in centimetres."""

    width: Size
    """From left to right, seen from the entrance."""
    height: Size
    """From the far side to the entrance's side."""


class Shape(Authored):
    """A rectangle on the plan, in centimetres from the tent's far left corner, seen from the entrance."""

    x: Centimetres
    """Distance from the left side."""
    y: Centimetres
    """Distance from the far side."""
    width: Size
    """From left to right."""
    height: Size
    """From far to near."""


class Plan(Authored):
    """The ground that zones are drawn on."""

    tent: Tent
    """The tent's size."""
    entrance: Shape
    """Where people come in."""


class Hours(Authored):
    """One opening span, the same on each of the weekdays."""

    weekdays: Annotated[list[Weekday], Field(min_length=1)]
    """The days it holds on."""
    opens: Clock
    """Local opening time."""
    closes: Clock
    """Local closing time, after the opening."""


class OpeningException(Authored):
    """On the n-th given weekday of each month, opening is later."""

    weekday: Weekday
    """The day it holds on."""
    week_of_month: Annotated[int, Field(ge=1, le=5)]
    """1 for each month's first such day."""
    opens: Clock
    """Local opening time on that day."""
    reason: Text
    """What visitors are told."""


class Building(Authored):
    """One of several buildings that share one queue."""

    id: Id
    """Its name in this description."""
    name: Text
    """What signs and calls say."""
    walk_s: Annotated[int, Field(gt=0, le=1800)]
    """The walk to it from another building in seconds: its desks call those who come from there earlier."""
    way: Text
    """How to get there from another building."""


class Zone(Authored):
    """An area of the tent."""

    id: ZoneId
    """Its number on the project sheet."""
    name: Text
    """What signs say."""
    shape: Shape
    """Where it lies; zones do not overlap, the gaps are aisles."""
    comfortable: Annotated[int, Field(gt=0)]
    """How many people wait or sit there at ease."""
    building: Id | None = None
    """The building it lies in; needed where the site has several."""


class Service(Authored):
    """What a visitor comes for."""

    id: Id
    """Its name in topics and figures."""
    letter: Annotated[str, Field(pattern="^[A-Z]$")] | None = None
    """Begins its ticket numbers; a discreet service's letter says nothing about it. Needed for a ticket."""
    name: Text
    """What buttons and displays say."""
    description: Text
    """One sentence for the kiosk and the page."""
    zone: ZoneId
    """Where it is given; for a desk inside the building, where to wait."""
    ticket: bool = True
    """False: the kiosk gives a direction instead of a ticket."""
    discreet: bool = False
    """True: its calls never appear on public displays."""
    rate: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Rate of accumulating priority: score = minutes waited times rate."""
    mean_service_s: Annotated[int, Field(ge=10, le=14400)]
    """First guess of the mean service time in seconds, until the hall has learned its own."""
    papers: list[Text] = []
    """Papers to bring, printed on the ticket."""
    hours: list[Hours] = []
    """A permanence's own hours, within the site's; empty: as the site."""
    instead: Text | None = None
    """What a visitor is told instead of a ticket. Needed when ``ticket`` is false."""
    seats_without_ticket: bool = False
    """True: while a seat of its zone is known to be free, kiosks send visitors there without a ticket."""


class Place(Authored):
    """Where a desk inside the building is."""

    building: Words
    """The building's name."""
    floor: Words
    """The floor, as the signs say it."""
    door: Words
    """The door, as the signs say it."""
    walk_s: Annotated[int, Field(gt=0, le=1800)]
    """The walk from the waiting area in seconds: the desk calls that much earlier."""
    way: Text
    """How to get there."""
    within: Id | None = None
    """The building it is in, by its id; needed where the site has several."""


class Desk(Authored):
    """Where one or more services are given: in a zone of the tent, or at a place in the building."""

    id: Id
    """Its name in topics and figures."""
    name: Text
    """What displays call it."""
    zone: ZoneId | None = None
    """Its zone in the tent; either this or ``place``."""
    services: Annotated[list[Id], Field(min_length=1)]
    """The services given here."""
    place: Place | None = None
    """Its place in the building; either this or ``zone``."""
    step_free: bool = True
    """False: it cannot be reached without a step."""


class Room(Authored):
    """A confidential space."""

    id: Id
    """Its name in topics and figures."""
    name: Text
    """What signs say."""
    zone: ZoneId
    """Where it is."""


class Seat(Authored):
    """A seat with a presence sensor."""

    id: Id
    """Its name in topics and figures."""
    zone: ZoneId
    """Where it is."""


class Answer(Authored):
    """One answer of a question."""

    id: Id
    """Its name in figures."""
    text: Text
    """What the screen and the button's plate say."""
    pictogram: Words
    """Shown beside the text: a name of the set (docs/barometre.md shows them), or one character."""
    positive: bool = False
    """True: counts as a good answer in the headline share."""


class Question(Authored):
    """A question of the barometer."""

    id: Id
    """Its name in figures."""
    text: Text
    """The question."""
    weekdays: list[Weekday] = []
    """The days it is asked on; empty, and no date or week either: every day that no other question names."""
    weeks: list[IsoWeek] = []
    """The ISO weeks it is asked in, on ``weekdays`` where those are given; they go before other weekdays."""
    dates: list[IsoDate] = []
    """The dates it is asked on; they go before all others."""
    answers: Annotated[list[Answer], Field(min_length=2, max_length=6)]
    """In the order of the buttons, from left to right."""


class Barometer(Authored):
    """A voting installation."""

    id: Id
    """Its name in topics and figures."""
    name: Text
    """What signs say."""
    zone: ZoneId
    """Where it stands."""
    pause_s: Annotated[float, Field(ge=0, le=60)] = 5.0
    """Pause between presses in seconds; faster presses are counted apart."""
    minimum_votes: Annotated[int, Field(ge=1)] = 10
    """Shares are shown from this many votes on."""
    questions: Annotated[list[Question], Field(min_length=1)]
    """One is asked each open day."""


class Display(Authored):
    """What a LED display shows."""

    id: Id
    """Its topic level."""
    node: Id
    """The Raspberry Pi it hangs on."""
    device: Id
    """The led_display device of that node."""
    shows: Shows
    """What it shows."""
    subject: Id | None = None
    """The desk (``desk``) or barometer (``barometer``) shown; not needed for the others."""


class Rules(Authored):
    """The hall's limits."""

    recalls_before_no_show: Annotated[int, Field(ge=0, le=5)] = 2
    """How often a visitor is called again before a no-show is allowed."""
    recall_interval_s: Annotated[int, Field(ge=0, le=300)] = 30
    """Seconds between two calls of one visitor."""
    late_ticket_s: Annotated[int, Field(ge=60, le=3600)] = 300
    """A ticket that reaches the hall later than this many seconds is not called by itself."""
    request_age_s: Annotated[int, Field(ge=2, le=60)] = 3
    """An agent's request older than this many seconds changes nothing."""
    help_escalation_s: Annotated[int, Field(ge=10, le=600)] = 60
    """Seconds until an unanswered help button alarms everybody on duty."""
    minimum_services_for_promise: Annotated[int, Field(ge=1)] = 5
    """Services finished today before a wait is announced from them."""
    target_wait_min: Annotated[int, Field(ge=1, le=240)] = 20
    """The wait in minutes that the figures measure against."""
    priority_rate: Annotated[float, Field(ge=1, le=10)] = 3.0
    """Multiplies the rate of a visit that an agent gave priority."""
    undo_s: Annotated[int, Field(ge=0, le=60)] = 10
    """Seconds in which an agent's press can be taken back."""
    wind_limit_km_h: Annotated[float, Field(ge=20, le=200)] = 100
    """Above this wind the tent is evacuated (CTS 7 § 2); more only by the tent's stability calculation."""
    snow_limit_cm: Annotated[float, Field(ge=0, le=50)] = 4
    """Above this snow on the roof the tent is evacuated (CTS 7 § 2)."""


class SiteFile(Authored):
    """``site.toml``: a place with its own broker."""

    id: Id
    """Its topic level, below ``preaccueil/1/``."""
    name: Text
    """What pages say at the top."""
    timezone: Words
    """An IANA name, such as Europe/Paris."""
    outside_message: Text
    """Shown on the outside display."""
    capacity: Capacity
    """The permitted number of people."""
    plan: Plan
    """The tent's ground and entrance."""
    hours: Annotated[list[Hours], Field(min_length=1)]
    """When the site is open."""
    exceptions: list[OpeningException] = []
    """Days with a later opening."""
    buildings: list[Building] = []
    """The buildings of a site that has several; left out for one place."""
    zones: Annotated[list[Zone], Field(min_length=1)]
    """The areas of the tent."""
    services: Annotated[list[Service], Field(min_length=1)]
    """What visitors come for."""
    desks: Annotated[list[Desk], Field(min_length=1)]
    """Where services are given."""
    rooms: list[Room] = []
    """Confidential spaces."""
    seats: list[Seat] = []
    """Seats with a sensor."""
    barometers: list[Barometer] = []
    """Voting installations."""
    displays: list[Display] = []
    """What each LED display shows."""
    rules: Rules = Rules()
    """What the hall is held to."""
    languages: list[Language] = []
    """Languages offered besides French, in the order of the kiosk's language button."""
    outcomes: list[Outcome] = []
    """What an agent may say was done."""
    phone_url: Annotated[str, Field(pattern="^(|https?://[^ ?#]+/)$")] = ""
    """Begins the address on a ticket's QR code, with a slash at its end; empty: tickets carry none."""


class Device(Authored):
    """A device of a node."""

    id: Id
    """Unique within the node."""


class VoteButton(Authored):
    """One barometer button with its lamp."""

    answer: Annotated[int, Field(ge=0)]
    """The answer's place in the question, from 0."""
    pin: Pin
    """The button, to ground."""
    lamp: Pin
    """The lamp's transistor."""


class VotePanel(Device):
    """The barometer's big buttons."""

    type: Literal["vote_panel"]
    """Vote panel."""
    barometer: Id
    """The barometer it belongs to."""
    buttons: Annotated[list[VoteButton], Field(min_length=1)]
    """One for each answer."""


class KioskButton(Authored):
    """One service button with its lamp."""

    service: Id
    """The service it asks for."""
    pin: Pin
    """The button, to ground."""
    lamp: Pin
    """The lamp's transistor."""


class TicketKiosk(Device):
    """Service buttons that draw tickets."""

    type: Literal["ticket_kiosk"]
    """Ticket kiosk."""
    printer: Id
    """A ticket_printer of this node."""
    display: Id
    """A led_display of this node."""
    buzzer: Id | None = None
    """A buzzer of this node."""
    reserve_from: Annotated[int, Field(ge=100, le=900)]
    """First of the hundred numbers this kiosk gives by itself when it is cut off."""
    buttons: Annotated[list[KioskButton], Field(min_length=1, max_length=10)]
    """One for each need, up to ten."""
    help: Pin | None = None
    """Button: a person helps me."""
    help_lamp: Pin | None = None
    """Lights when an agent knows, blinks when nobody could be told."""
    language: Pin | None = None
    """Button: the next language."""
    plan: Pin | None = None
    """Button: print the plan."""
    questionnaire: Pin | None = None
    """Button: print the paper questionnaire."""


class DeskPanel(Device):
    """The agent's panel."""

    type: Literal["desk_panel"]
    """Desk panel."""
    desk: Id
    """The desk it stands on."""
    next: Pin
    """Button: call the next visitor."""
    recall: Pin
    """Button: call again."""
    no_show: Pin
    """Button: the visitor did not come."""
    done: Pin
    """Button: service ended; held 2 s: pause."""
    lamp: Pin | None = None
    """Lights while serving."""
    start: Pin | None = None
    """Button: the visitor has come."""


class DoorCounter(Device):
    """Two light beams across a door."""

    type: Literal["door_counter"]
    """Door counter."""
    outer: Pin
    """The beam on the outside."""
    inner: Pin
    """The beam on the inside."""


class Presence(Device):
    """A seat switch or a room's presence sensor."""

    type: Literal["presence"]
    """Presence sensor."""
    subject: Id
    """The seat or room it watches."""
    kind: Literal["seat", "room"]
    """What the subject is."""
    pin: Pin
    """The sensor's output."""
    hold_s: Annotated[float, Field(ge=0, le=900)]
    """Seconds without presence before it counts as free; 60 at least for a ``pir``, which sees who moves."""
    sensor: Sensor | None = None
    """``contact``: mat or switch to ground; ``pir``: infrared detector; ``radar``. None: by ``kind``."""
    active_high: bool | None = None
    """A ``pir`` or ``radar`` with another output: false when it pulls its pin low on seeing somebody."""


class TofCounter(Device):
    """A time-of-flight sensor (VL53L1X) above a door."""

    type: Literal["tof_counter"]
    """Door counter by distance."""
    address: Address = TOF_ADDRESS
    """Its I²C address, 0x08 to 0x77; 0x29 is what a sensor has by itself, others need ``xshut``."""
    xshut: Pin | None = None
    """The pin at its XSHUT contact; needed where the node has several such sensors."""
    outside: Literal["left", "right"]
    """Which half of the sensor sees the outside: walk in once, and change it when that counts out."""
    near_mm: Millimetres
    """Somebody passes from this distance on: lower than the smallest visitor's head."""
    far_mm: Millimetres
    """Nobody passes from this distance on: well above the ground and luggage."""
    hand_mm: Annotated[int, Field(ge=0, le=1000)] = HAND_MM
    """What is nearer is a hand before the sensor, and nobody's head."""


class TofPresence(Device):
    """A time-of-flight sensor (VL53L1X) before a seat or in a room."""

    type: Literal["tof_presence"]
    """Presence sensor by distance."""
    address: Address = TOF_ADDRESS
    """Its I²C address, 0x08 to 0x77; 0x29 is what a sensor has by itself, others need ``xshut``."""
    xshut: Pin | None = None
    """The pin at its XSHUT contact; needed where the node has several such sensors."""
    subject: Id
    """The seat or room it watches."""
    kind: Literal["seat", "room"]
    """What the subject is."""
    near_mm: Millimetres
    """Somebody is there from this distance on."""
    far_mm: Millimetres
    """Nobody is there from this distance on; between both it stays as it was."""
    hold_s: Annotated[float, Field(ge=0, le=900)]
    """Seconds without presence before it counts as free."""


class HelpButton(Device):
    """A silent button for agents."""

    type: Literal["help_button"]
    """Help button."""
    room: Id
    """The room it is in."""
    pin: Pin
    """The button, to ground."""
    lamp: Pin
    """Confirms discreetly that the hall has it."""


class Anemometer(Device):
    """A cup anemometer on a mast above the tent: a reed contact that closes as it turns."""

    type: Literal["anemometer"]
    """Anemometer."""
    pin: Pin
    """The contact, to ground."""
    km_h_per_hz: Annotated[float, Field(gt=0, le=20)] = 2.4
    """Wind in km/h at one pulse a second: the maker's calibration factor."""
    limits_km_h: list[Annotated[float, Field(gt=0, le=300)]] = []
    """Gusts above one of these are told at once, not only at the end of their minute."""


class RoomLight(Device):
    """The free/taken light at a room's door."""

    type: Literal["room_light"]
    """Room light."""
    room: Id
    """The room it tells of."""
    green: Pin
    """Free."""
    red: Pin
    """Taken."""


class Buzzer(Device):
    """An active buzzer."""

    type: Literal["buzzer"]
    """Buzzer."""
    pin: Pin
    """Its transistor."""


class LedDisplay(Device):
    """A MAX7219 chain of 8 by 8 matrices."""

    type: Literal["led_display"]
    """LED display."""
    modules: Annotated[int, Field(ge=1, le=32)]
    """8 by 8 matrices in the chain."""
    spi_port: Literal[0, 1] = 0
    """The SPI bus: 0 takes pins 10 and 11, 1 takes 20 and 21, and the chip select's pin."""
    spi_device: Annotated[int, Field(ge=0, le=2)] = 0
    """The chip select: on bus 0 pin 8 or 7; on bus 1 pin 18, 17 or 16."""
    brightness: Percent = 60
    """How bright it is, in per cent; a module draws up to 0.3 A at 100."""
    night_brightness: Percent | None = None
    """How bright it is at night; left out when that is the same."""
    night_from: Clock = "21:00"
    """Local time at which the night's brightness begins."""
    night_to: Clock = "07:00"
    """Local time at which it ends, on the next day when that is earlier."""


class TicketPrinter(Device):
    """A thermal ESC/POS printer: ``host``, ``usb`` or ``serial`` says how it is reached."""

    type: Literal["ticket_printer"]
    """Ticket printer."""
    host: Words | None = None
    """On the network: its name or address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 9100
    """On the network: its TCP port."""
    usb: UsbPrinter | None = None
    """On USB: ``auto`` for the node's only USB printer, else ``vendor:product`` as ``lsusb`` shows it."""
    serial: DevicePath | None = None
    """On a serial line: its path; ``/dev/serial0`` is the header's own, pins 14 and 15."""
    baud: Literal[4800, 9600, 19200, 38400, 57600, 115200] = 38400
    """On a serial line: bits a second, as its own self-test sheet says."""
    flow: Flow = "none"
    """On a serial line: how the printer says that it takes no more, by wire, by characters, or not at all."""
    width_mm: Literal[58, 80] = 80
    """The paper's width in millimetres."""
    picture: bool = False
    """True: everything is given to it as a picture, for clones that misprint accents."""
    native_qr: bool = True
    """False: QR codes are given to it as pictures, for printers that draw none (``GS ( k``)."""


AnyDevice = Annotated[
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
    | Anemometer,
    Field(discriminator="type"),
]


class NodeFile(Authored):
    """``nodes/<node>.toml``: one Raspberry Pi."""

    id: Id
    """The file's name, the certificate's name, and a topic level."""
    model: Literal[
        "Raspberry Pi Zero 2 W",
        "Raspberry Pi 3 B+",
        "Raspberry Pi 4 B",
        "Raspberry Pi 5",
    ]
    """Which Raspberry Pi it is: all have the 40-pin header."""
    zone: ZoneId | None = None
    """Where it stands; left out when that is outside the tent."""
    devices: Annotated[list[AnyDevice], Field(min_length=1)]
    """What hangs on it."""
