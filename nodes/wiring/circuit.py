"""What is wired to one Raspberry Pi, derived from its description: wires, parts, currents, and overloads.

Each device's wiring is told in words in its own docstring (``nodes/devices/``); this is the same, as values.
Limits: 16 mA a pin and 50 mA over all pins (Raspberry Pi documentation, "GPIO pads control" and BCM2835
datasheet); the board's own need and its supply by model (Raspberry Pi documentation, "Power supply").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from broker.contract import compiled
from broker.contract.compiled import UART_PATHS
from nodes.wiring.header import BY_GPIO, Contact

Look: TypeAlias = Literal["button", "lamp", "transistor", "sensor", "contact", "bus"]
"""How a wire's end is drawn."""
Rail: TypeAlias = Literal["GND", "3V3", "5V"]

PIN_MA: Final = 16.0
PINS_MA: Final = 50.0
LED_V: Final = 2.0
BASE_V: Final = 0.7
BASE_OHMS: Final = 1000
SPI_BUS: Final = {0: (10, 11), 1: (20, 21)}
SPI_SELECT: Final = {0: (8, 7), 1: (18, 17, 16)}
I2C_BUS: Final = ((2, "SDA"), (3, "SCL"))
UART: Final = ((14, "TX"), (15, "RX"))
ONE_SMALL_PORT: Final = "Raspberry Pi Zero 2 W"
SUPPLY_V: Final = 3.3
SENSOR_RAILS: Final[tuple[Rail, ...]] = ("3V3", "5V", "GND")
TOF_MA: Final = 20.0
"""A VL53L1X while it measures, with its board's regulator, rounded up."""
RS232_MA: Final = 10.0
"""A MAX3232 board that drives a line (Texas Instruments, datasheet SLLS410)."""
ADAPTER_MA: Final = 30.0
"""A USB-to-serial adapter, rounded up."""
MODULE_MA: Final = 300.0
"""A MAX7219 module with every dot lit, at 5 V."""

BOARDS: Final[dict[str, tuple[int, int]]] = {
    "Raspberry Pi Zero 2 W": (600, 2500),
    "Raspberry Pi 3 B+": (1000, 2500),
    "Raspberry Pi 4 B": (1250, 3000),
    "Raspberry Pi 5": (2400, 5000),
}
"""What a board draws at most by itself, and what its supply gives, in mA at 5 V."""


@dataclass(frozen=True)
class Wire:
    """A conductor from a pin of the header.

    ``mark`` is what its label says, ``terminal`` where it ends (French), ``via`` the part on its way,
    ``rails`` what the far side of that part is joined to, ``milliamps`` what the pin gives.
    """

    mark: str
    contact: Contact
    device: str
    look: Look
    terminal: str
    via: str = ""
    rails: tuple[Rail, ...] = ("GND",)
    milliamps: float = 0.0


@dataclass(frozen=True)
class Part:
    """A line of the parts list: what, how many, and what one draws from the board's 5 V in mA."""

    name: str
    count: int
    milliamps: float = 0.0


@dataclass(frozen=True)
class Supply:
    """A supply of its own: what for, volts, and the amperes it has to give."""

    what: str
    volts: float
    amperes: float


@dataclass(frozen=True)
class Circuit:
    """Everything wired to one node; ``problems`` (French) are why it must not be built like this."""

    node: compiled.Node
    wires: Sequence[Wire]
    parts: Sequence[Part]
    supplies: Sequence[Supply]
    pins_ma: float
    board_ma: float
    supply_ma: float
    problems: Sequence[str] = ()

    def rails(self) -> Counter[Rail]:
        """How many conductors each rail's terminal block takes."""
        return Counter(rail for wire in self.wires for rail in wire.rails)


class _Builder:
    """Collects wires and parts of one node; marks count within their letter."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.wires: list[Wire] = []
        self.parts: Counter[tuple[str, float]] = Counter()
        self.supplies: list[Supply] = []
        self._marks: Counter[str] = Counter()

    def mark(self, letter: str) -> str:
        self._marks[letter] += 1
        return f"{letter}{self._marks[letter]}"

    def part(self, name: str, count: int = 1, milliamps: float = 0.0) -> None:
        self.parts[name, milliamps] += count

    def wire(
        self,
        letter: str,
        pin: int,
        device: str,
        look: Look,
        terminal: str,
        via: str = "",
        rails: tuple[Rail, ...] = ("GND",),
        milliamps: float = 0.0,
    ) -> None:
        mark = self.mark(letter)
        self.wires.append(Wire(mark, BY_GPIO[pin], device, look, terminal, via, rails, milliamps))

    def button(self, device: str, pin: int, terminal: str, part: str = "Bouton poussoir à fermeture") -> None:
        self.wire("B", pin, device, "button", terminal)
        self.part(part)

    def lamp(self, device: str, pin: int, terminal: str, ohms: int = 330) -> None:
        value = f"{ohms // 1000} kohm" if ohms % 1000 == 0 else f"{ohms} ohms"
        self.wire("L", pin, device, "lamp", terminal, value, ("GND",), led_ma(ohms))
        self.part("Voyant LED 3 V")
        self.part(f"Résistance {value}, 1/4 W")


def led_ma(ohms: int) -> float:
    """What a pin gives to a LED through a resistor."""
    return (SUPPLY_V - LED_V) / ohms * 1000


def circuit(node: compiled.Node, site: compiled.Site) -> Circuit:
    """The circuit of a node of that site."""
    builder = _Builder(node.model)
    for device in node.devices:
        _WIRING[type(device)](builder, device, site)
    own, gives = BOARDS[node.model]
    parts = [Part(name, count, milliamps) for (name, milliamps), count in builder.parts.items()]
    pins_ma = sum(wire.milliamps for wire in builder.wires)
    board_ma = own + sum(part.count * part.milliamps for part in parts) + pins_ma
    result = Circuit(
        node=node,
        wires=sorted(builder.wires, key=lambda wire: wire.contact.physical),
        parts=[
            Part(node.model, 1),
            Part(f"Alimentation 5 V {gives / 1000:g} A".replace(".", ","), 1),
            *parts,
        ],
        supplies=builder.supplies,
        pins_ma=pins_ma,
        board_ma=board_ma,
        supply_ma=gives,
    )
    return replace(result, problems=tuple(_problems(result)))


def _problems(made: Circuit) -> Iterator[str]:
    """Conflicts and overloads. Devices on one bus share data and clock, not chip selects and rails."""
    uses: dict[int, list[Wire]] = {}
    for wire in made.wires:
        uses.setdefault(wire.contact.physical, []).append(wire)
    for physical, wires in uses.items():
        if len(wires) > 1 and any(wire.look != "bus" or wire.rails for wire in wires):
            named = ", ".join(f"{wire.device} ({wire.terminal})" for wire in wires)
            yield f"broche {physical} utilisée {len(wires)} fois : {named}"
        given = sum(wire.milliamps for wire in wires)
        if given > PIN_MA:
            yield f"broche {physical} : {given:.0f} mA demandés, {PIN_MA:.0f} permis ; mettre un transistor"
    if made.pins_ma > PINS_MA:
        yield (
            f"{made.pins_ma:.0f} mA sur l'ensemble des broches, {PINS_MA:.0f} permis : "
            "voyants par ULN2803 ou résistances plus fortes"
        )
    if made.board_ma > made.supply_ma:
        yield f"{made.board_ma:.0f} mA demandés en 5 V, l'alimentation en donne {made.supply_ma:.0f}"


def _vote_panel(builder: _Builder, device: compiled.VotePanel, site: compiled.Site) -> None:
    questions = site.barometer(device.barometer).questions
    for button in device.buttons:
        place = f"réponse {button.answer + 1}"
        texts = " / ".join(question.answers[button.answer].text.fr for question in questions[:1])
        builder.button(device.id, button.pin, f"{place} « {texts} »", "Gros bouton d'arcade")
        builder.lamp(device.id, button.lamp, f"voyant de la {place}")


def _desk_panel(builder: _Builder, device: compiled.DeskPanel, _site: compiled.Site) -> None:
    buttons = (
        (device.next, "suivant"),
        (device.start, "arrivé"),
        (device.recall, "rappel"),
        (device.no_show, "absent"),
        (device.done, "terminé"),
    )
    for pin, terminal in buttons:
        if pin is not None:
            builder.button(device.id, pin, f"bouton « {terminal} »")
    if device.lamp is not None:
        builder.lamp(device.id, device.lamp, "voyant du pupitre")


def _door_counter(builder: _Builder, device: compiled.DoorCounter, _site: compiled.Site) -> None:
    for pin, terminal in ((device.outer, "faisceau extérieur"), (device.inner, "faisceau intérieur")):
        builder.wire("C", pin, device.id, "sensor", terminal, "4,7 kohms vers 3,3 V", SENSOR_RAILS)
    builder.part("Barrière infrarouge, émetteur 5 V, récepteur à collecteur ouvert", 2, 40)
    builder.part("Résistance 4,7 kohms, 1/4 W", 2)


def _help_button(builder: _Builder, device: compiled.HelpButton, site: compiled.Site) -> None:
    room = _room(site, device.room)
    builder.button(device.id, device.pin, f"aide, {room}", "Bouton discret sous la table")
    builder.lamp(device.id, device.lamp, f"voyant discret, {room}", ohms=1000)


def _room_light(builder: _Builder, device: compiled.RoomLight, site: compiled.Site) -> None:
    room = _room(site, device.room)
    builder.lamp(device.id, device.green, f"vert LIBRE, {room}")
    builder.lamp(device.id, device.red, f"rouge OCCUPÉ, {room}")


def _buzzer(builder: _Builder, device: compiled.Buzzer, _site: compiled.Site) -> None:
    base_ma = (SUPPLY_V - BASE_V) / BASE_OHMS * 1000
    builder.wire("T", device.pin, device.id, "transistor", "buzzer", "1 kohm, BC337", ("5V", "GND"), base_ma)
    builder.part("Buzzer actif 5 V", 1, 30)
    builder.part("Transistor BC337")
    builder.part("Résistance 1 kohm, 1/4 W")
    builder.part("Diode 1N4148")


def _printer(builder: _Builder, device: compiled.TicketPrinter, _site: compiled.Site) -> None:
    way = "USB" if device.usb else "série RS-232" if device.serial else "Ethernet"
    builder.part(f"Imprimante de tickets ESC/POS {device.width_mm} mm, {way}, avec son alimentation")
    if device.usb:
        builder.part("Cordon USB A-B")
    elif device.serial in UART_PATHS:
        for pin, signal in UART:
            rails: tuple[Rail, ...] = ("3V3", "GND") if signal == "RX" else ()
            builder.wire("A", pin, device.id, "bus", f"{device.id}, {signal}", "MAX3232", rails)
        builder.part("Convertisseur RS-232 MAX3232 sur carte, 3,3 V", 1, RS232_MA)
        builder.part("Cordon série DB9 croisé (null modem)")
    elif device.serial:
        builder.part("Adaptateur USB-série RS-232", 1, ADAPTER_MA)
        builder.part("Cordon série DB9 croisé (null modem)")
    else:
        builder.part("Cordon Ethernet RJ45")
    by_usb = device.usb or (device.serial and device.serial not in UART_PATHS)
    if by_usb and builder.model == ONE_SMALL_PORT:
        builder.part("Adaptateur micro-USB OTG vers USB A")
    builder.supplies.append(Supply(f"imprimante « {device.id} » (la sienne)", 24, 2.5))


def _ticket_kiosk(builder: _Builder, device: compiled.TicketKiosk, site: compiled.Site) -> None:
    for button in device.buttons:
        name = site.service(button.service).name.fr
        builder.button(device.id, button.pin, f"besoin « {name} »")
        builder.lamp(device.id, button.lamp, f"voyant « {name} »")
    others = (
        (device.help, "une personne m'aide"),
        (device.language, "langue"),
        (device.plan, "plan"),
        (device.questionnaire, "questionnaire"),
    )
    for pin, terminal in others:
        if pin is not None:
            builder.button(device.id, pin, f"bouton « {terminal} »")
    if device.help_lamp is not None:
        builder.lamp(device.id, device.help_lamp, "voyant « une personne m'aide »")


def _presence(builder: _Builder, device: compiled.Presence, site: compiled.Site) -> None:
    seat = device.kind == "seat"
    place = f"siège {device.subject}" if seat else f"présence, {_room(site, device.subject)}"
    match device.senses:
        case "contact":
            builder.wire("C", device.pin, device.id, "contact", place)
            builder.part(f"Tapis-contact ou microrupteur de {'siège' if seat else 'seuil'}")
        case "pir":
            builder.wire("C", device.pin, device.id, "sensor", place, "", ("5V", "GND"))
            builder.part("Détecteur infrarouge HC-SR501 (5 V, sortie 3,3 V)", 1, 1)
        case "radar":
            builder.wire("C", device.pin, device.id, "sensor", place, "", ("5V", "GND"))
            builder.part("Capteur de présence LD2410 (5 V, sortie 3,3 V)", 1, 80)


def _anemometer(builder: _Builder, device: compiled.Anemometer, _site: compiled.Site) -> None:
    builder.wire("C", device.pin, device.id, "contact", "anémomètre", "1 kohm, 100 nF vers masse")
    builder.part("Anémomètre à coupelles, contact reed, avec mât")
    builder.part("Résistance 1 kohm, 1/4 W")
    builder.part("Condensateur 100 nF")


def _tof_counter(builder: _Builder, device: compiled.TofCounter, _site: compiled.Site) -> None:
    _tof(builder, device, "au-dessus de la porte")


def _tof_presence(builder: _Builder, device: compiled.TofPresence, site: compiled.Site) -> None:
    seat = device.kind == "seat"
    _tof(builder, device, f"siège {device.subject}" if seat else f"présence, {_room(site, device.subject)}")


def _tof(builder: _Builder, device: compiled.TofSensor, place: str) -> None:
    """Pull-ups of SDA and SCL stand on the Pi's board. A sensor without XSHUT is alone on its bus."""
    alone = device.xshut is None
    for pin, terminal in I2C_BUS:
        rails: tuple[Rail, ...] = ("3V3", "GND") if alone and terminal == "SCL" else ()
        builder.wire("A", pin, device.id, "bus", f"{place}, {terminal}", "", rails)
    if device.xshut is not None:
        builder.wire("A", device.xshut, device.id, "bus", f"{place}, XSHUT", "", ("3V3", "GND"))
    builder.part("Capteur de distance VL53L1X sur carte (3,3 V, I²C)", 1, TOF_MA)


def _led_display(builder: _Builder, device: compiled.LedDisplay, _site: compiled.Site) -> None:
    data, clock = SPI_BUS[device.spi_port]
    select = SPI_SELECT[device.spi_port][device.spi_device]
    for pin, terminal in ((data, "DIN"), (clock, "CLK"), (select, "CS")):
        rails: tuple[Rail, ...] = ("GND",) if terminal == "CS" else ()
        builder.wire("A", pin, device.id, "bus", f"{device.id}, {terminal}", "", rails)
    builder.part(f"Afficheur MAX7219, {device.modules} modules de 8 × 8")
    builder.part("Traducteur de niveaux 74AHCT125")
    builder.supplies.append(Supply(f"afficheur « {device.id} »", 5, device.modules * MODULE_MA / 1000))


def _room(site: compiled.Site, room: str) -> str:
    return next((known.name.fr for known in site.rooms if known.id == room), room)


_WIRING: Final[dict[type[compiled.Device], Callable[[_Builder, Any, compiled.Site], None]]] = {
    compiled.VotePanel: _vote_panel,
    compiled.TicketKiosk: _ticket_kiosk,
    compiled.DeskPanel: _desk_panel,
    compiled.DoorCounter: _door_counter,
    compiled.Presence: _presence,
    compiled.TofCounter: _tof_counter,
    compiled.TofPresence: _tof_presence,
    compiled.HelpButton: _help_button,
    compiled.RoomLight: _room_light,
    compiled.Buzzer: _buzzer,
    compiled.LedDisplay: _led_display,
    compiled.TicketPrinter: _printer,
    compiled.Anemometer: _anemometer,
}
"""How each device is wired, as its docstring tells it."""
