"""Slips of an author: each breaks one thing of the barnum, and its technician reads where and what."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from broker.contract.site import Problem, SiteError, load

BARNUM = Path(__file__).parents[3] / "firmware_configs" / "sites" / "barnum"


class Slip(NamedTuple):
    """In ``file``, ``old`` became ``new``.

    What is said has ``message`` about ``field``, on the line where ``at`` begins (in file ``where``,
    if that is another one), with ``meant`` as the suggestion and ``allowed`` among what is allowed.
    """

    file: str
    old: str
    new: str
    at: str
    field: str
    message: str
    meant: str = ""
    allowed: str = ""
    where: str = ""


FIELD_BY_FIELD = {
    "a field misspelt": Slip(
        "site.toml",
        "people = 80",
        "poeple = 80",
        "poeple",
        "capacity.poeple",
        "champ inconnu",
        "people",
        "people, source",
    ),
    "a field of a device misspelt": Slip(
        "nodes/entree.toml",
        "outer = 17",
        "outter = 17",
        "outter",
        "devices[porte].outter",
        "champ inconnu",
        "outer",
    ),
    "a field left out": Slip(
        "nodes/borne-a.toml",
        'printer = "imprimante"\n',
        "",
        '[[devices]]\ntype = "ticket_kiosk"',
        "devices[boutons].printer",
        "champ manquant",
    ),
    "a text where a number belongs": Slip(
        "site.toml",
        "people = 80",
        'people = "80"',
        'people = "80"',
        "capacity.people",
        "autre genre",
        allowed="nombre entier",
    ),
    "a number out of range": Slip(
        "nodes/borne-a.toml",
        "pin = 26",
        "pin = 28",
        "pin = 28",
        "devices[buzzer].pin",
        "hors limites",
        allowed="de 2 à 27",
    ),
    "a reserved pin": Slip(
        "nodes/borne-a.toml",
        "pin = 26",
        "pin = 1",
        "pin = 1\n",
        "devices[buzzer].pin",
        "hors limites",
        allowed="de 2 à 27",
    ),
    "a time as people write it": Slip(
        "site.toml",
        'opens = "08:30"\ncloses = "19:30"',
        'opens = "8h30"\ncloses = "19:30"',
        "8h30",
        "hours[2].opens",
        "mal formée",
        "08:30",
        "HH:MM",
    ),
    "an id with an accent and a space": Slip(
        "nodes/entree.toml",
        'id = "entree"',
        'id = "Entrée"',
        "Entrée",
        "id",
        "mal formée",
        "entree",
        "minuscules",
    ),
    "a weekday in French": Slip(
        "site.toml",
        'weekdays = ["thursday"]\nopens = "08:30"',
        'weekdays = ["thurday"]\nopens = "08:30"',
        "thurday",
        "hours[2].weekdays[1]",
        "valeur inconnue",
        "thursday",
        "monday",
    ),
    "a type of device misspelt": Slip(
        "nodes/entree.toml",
        '"door_counter"',
        '"door_conter"',
        "door_conter",
        "devices[porte].type",
        "type d'appareil inconnu",
        "door_counter",
        "ticket_kiosk",
    ),
    "a device without a type": Slip(
        "nodes/entree.toml",
        'type = "door_counter"\n',
        "",
        '[[devices]]\nid = "porte"',
        "devices[porte].type",
        "sans champ `type`",
    ),
    "a model that is no Raspberry Pi": Slip(
        "nodes/entree.toml",
        "Raspberry Pi Zero 2 W",
        "Raspberry Pi Zero W",
        "Zero W",
        "model",
        "valeur inconnue",
        "Raspberry Pi Zero 2 W",
    ),
    "a minimum that is none": Slip(
        "site.toml",
        "minimum_votes = 10",
        "minimum_votes = 0",
        "minimum_votes = 0",
        "barometers[barometre-19].minimum_votes",
        "hors limites",
        allowed="1 au moins",
    ),
}
FILES = {
    "a quote left open": Slip(
        "nodes/attente.toml", 'id = "attente"', 'id = "attente', 'id = "attente', "", "pas du TOML"
    ),
    "a key written twice": Slip(
        "nodes/attente.toml", "modules = 16", "modules = 16\nmodules = 8", "modules = 8", "", "pas du TOML"
    ),
}
NAMES = {
    "a service that no desk gives": Slip(
        "site.toml",
        'services = ["en-ligne"]',
        'services = ["information"]',
        'id = "en-ligne"',
        "services[en-ligne].id",
        "aucun guichet",
    ),
    "a desk that gives an unknown service": Slip(
        "site.toml",
        'services = ["multiservices", "associations"]',
        'services = ["multiservices", "associations", "asociation"]',
        "asociation",
        "desks[multiservices].services[3]",
        "service inconnu",
        "associations",
        "information, dossier",
    ),
    "a desk that gives a service twice": Slip(
        "site.toml",
        'services = ["multiservices", "associations"]',
        'services = ["multiservices", "associations", "associations"]',
        '"associations"]',
        "desks[multiservices].services[3]",
        "déjà donné",
    ),
    "a desk that is nowhere": Slip(
        "site.toml",
        "zone = 3\nservices",
        "services",
        '[[desks]]\nid = "numerique"',
        "desks[numerique]",
        "l'un des deux",
    ),
    "a display that no one feeds": Slip(
        "site.toml",
        '[[displays]]\nid = "attente"\nnode = "attente"\ndevice = "afficheur"\nshows = "calls"\n',
        "",
        'id = "afficheur"',
        "devices[afficheur].id",
        "rien n'alimente",
        where="nodes/attente.toml",
    ),
    "a display on an unknown node": Slip(
        "site.toml",
        'node = "guichet-info"',
        'node = "guichet-inf"',
        'guichet-inf"',
        "displays[guichet-info].node",
        "nœud inconnu",
        "guichet-info",
    ),
    "a display on an unknown device": Slip(
        "site.toml",
        'node = "attente"\ndevice = "afficheur"',
        'node = "attente"\ndevice = "aficheur"',
        "aficheur",
        "displays[attente].device",
        "afficheur (led_display) inconnu",
        "afficheur",
    ),
    "a display of an unknown desk": Slip(
        "site.toml",
        'subject = "numerique"',
        'subject = "numerik"',
        'numerik"',
        "displays[guichet-numerique].subject",
        "guichet inconnu",
        "numerique",
    ),
    "a display of an unknown barometer": Slip(
        "site.toml",
        'subject = "barometre-19"',
        'subject = "barometre"',
        'subject = "barometre"',
        "displays[barometre].subject",
        "baromètre inconnu",
        "barometre-19",
    ),
    "a desk's display that names no desk": Slip(
        "site.toml",
        'subject = "numerique"\n',
        "",
        '[[displays]]\nid = "guichet-numerique"',
        "displays[guichet-numerique].subject",
        "dire quel guichet",
    ),
    "a kiosk's display on a node that is none": Slip(
        "site.toml",
        'shows = "outside"',
        'shows = "kiosk"',
        'node = "entree"',
        "displays[dehors].node",
        "pas une borne",
    ),
    "a display fed twice": Slip(
        "site.toml",
        'node = "borne-b"\ndevice',
        'node = "borne-a"\ndevice',
        'device = "afficheur"\nshows = "kiosk"\n\n[[displays]]\nid = "attente"',
        "displays[borne-b].device",
        "déjà alimenté",
    ),
    "a node named twice": Slip(
        "nodes/borne-b.toml", 'id = "borne-b"', 'id = "borne-a"', 'id = "borne-a"', "id", "déjà donné"
    ),
    "a node whose file has another name": Slip(
        "nodes/attente.toml",
        'id = "attente"',
        'id = "attentes"',
        'id = "attentes"',
        "id",
        "diffèrent",
        "attente",
    ),
    "a node with the hall's name": Slip(
        "nodes/attente.toml", 'id = "attente"', 'id = "recorder"', 'id = "recorder"', "id", "réservé"
    ),
    "a node that is called like the self-test": Slip(
        "nodes/attente.toml", 'id = "attente"', 'id = "test"', 'id = "test"', "id", "réservé"
    ),
    "a display with a room light's name": Slip(
        "site.toml",
        '[[displays]]\nid = "dehors"',
        '[[displays]]\nid = "room-salon-1"',
        "room-salon-1",
        "displays[room-salon-1].id",
        "réservé",
    ),
    "a service twice": Slip(
        "site.toml",
        '[[services]]\nid = "dossier"',
        '[[services]]\nid = "information"',
        'id = "information"\nletter = "B"',
        "services[information].id",
        "déjà donné",
    ),
    "a letter twice": Slip(
        "site.toml",
        'letter = "B"',
        'letter = "A"',
        'letter = "A"\nname = { fr = "Vérifier',
        "services[dossier].letter",
        "déjà donné",
    ),
    "a ticket without a letter": Slip(
        "site.toml",
        'letter = "B"\n',
        "",
        '[[services]]\nid = "dossier"',
        "services[dossier].letter",
        "a une lettre",
    ),
    "a direction left out": Slip(
        "site.toml",
        'letter = "B"\n',
        "ticket = false\n",
        '[[services]]\nid = "dossier"',
        "services[dossier].instead",
        "dire au visiteur où aller",
    ),
    "a question twice": Slip(
        "site.toml",
        'id = "trouve"',
        'id = "a-l-aise"',
        'id = "a-l-aise"\ntext = { fr = "Avez-vous trouvé',
        "barometers[barometre-19].questions[a-l-aise].id",
        "déjà donné",
    ),
    "an answer twice": Slip(
        "site.toml",
        'id = "presque"',
        'id = "tout"',
        'id = "tout", pictogram = "most"',
        "barometers[barometre-19].questions[trouve].answers[tout].id",
        "déjà donné",
    ),
    "a seat with two sensors": Slip(
        "nodes/comptoir.toml",
        'subject = "place-6"',
        'subject = "place-5"',
        'subject = "place-5"\nkind = "seat"\npin = 21',
        "devices[place-6].subject",
        "déjà donné",
    ),
    "a device twice on a node": Slip(
        "nodes/comptoir.toml",
        'id = "place-2"',
        'id = "place-1"',
        'id = "place-1"\nsubject = "place-2"',
        "devices[place-1].id",
        "déjà donné",
    ),
    "a zone that is not on the plan": Slip(
        "site.toml",
        "id = 5\nname",
        "id = 2\nname",
        "zone = 5\n\n[[rooms]]",
        "rooms[salon-1].zone",
        "zone inconnue",
        allowed="1, 2, 3, 4",
    ),
    "a kiosk button for an unknown service": Slip(
        "nodes/borne-a.toml",
        'service = "familles"',
        'service = "famille"',
        'famille"',
        "devices[boutons].buttons[10].service",
        "service inconnu",
        "familles",
    ),
    "a kiosk with two buttons for one service": Slip(
        "nodes/borne-a.toml",
        'service = "familles"',
        'service = "etat-civil"',
        'service = "etat-civil", pin = 19',
        "devices[boutons].buttons[10].service",
        "déjà donné",
    ),
    "a kiosk without its printer": Slip(
        "nodes/borne-a.toml",
        'printer = "imprimante"',
        'printer = "imprimente"',
        "imprimente",
        "devices[boutons].printer",
        "imprimante (ticket_printer) de ce nœud inconnu",
        "imprimante",
    ),
    "a kiosk without its display": Slip(
        "nodes/borne-a.toml",
        'display = "afficheur"',
        'display = "buzzer"',
        'display = "buzzer"',
        "devices[boutons].display",
        "afficheur (led_display) de ce nœud inconnu",
    ),
    "a kiosk without its buzzer": Slip(
        "nodes/borne-a.toml",
        'buzzer = "buzzer"',
        'buzzer = "bip"',
        '"bip"',
        "devices[boutons].buzzer",
        "buzzer (buzzer) de ce nœud inconnu",
        allowed="buzzer",
    ),
    "a panel of an unknown desk": Slip(
        "nodes/guichet-info.toml",
        'desk = "info"',
        'desk = "infos"',
        "infos",
        "devices[pupitre].desk",
        "guichet inconnu",
        "info",
    ),
    "a vote panel of an unknown barometer": Slip(
        "nodes/barometre.toml",
        '"barometre-19"',
        '"barometre-91"',
        "barometre-91",
        "devices[boutons].barometer",
        "baromètre inconnu",
        "barometre-19",
    ),
    "a help button in an unknown room": Slip(
        "nodes/salons.toml",
        'id = "aide-1"\nroom = "salon-1"',
        'id = "aide-1"\nroom = "salon1"',
        '"salon1"',
        "devices[aide-1].room",
        "salon inconnu",
        "salon-1",
    ),
    "a light of an unknown room": Slip(
        "nodes/salons.toml",
        'id = "lumiere-2"\nroom = "salon-2"',
        'id = "lumiere-2"\nroom = "salon-22"',
        '"salon-22"',
        "devices[lumiere-2].room",
        "salon inconnu",
        "salon-2",
    ),
    "a sensor of an unknown seat": Slip(
        "nodes/comptoir.toml",
        'subject = "place-6"',
        'subject = "plaze-6"',
        "plaze-6",
        "devices[place-6].subject",
        "place inconnu",
        "place-6",
    ),
    "a seat without a sensor": Slip(
        "nodes/comptoir.toml",
        'subject = "place-6"',
        'subject = "place-5"',
        'id = "place-6"',
        "seats[place-6].id",
        "aucun capteur",
        where="site.toml",
    ),
    "a room without a sensor": Slip(
        "nodes/salons.toml",
        'subject = "salon-2"',
        'subject = "salon-1"',
        'id = "salon-2"',
        "rooms[salon-2].id",
        "aucun capteur",
        where="site.toml",
    ),
    "a barometer without buttons": Slip(
        "nodes/barometre.toml",
        '"barometre-19"',
        '"autre"',
        'id = "barometre-19"',
        "barometers[barometre-19].id",
        "aucun nœud ne porte les boutons",
        where="site.toml",
    ),
}
NUMBERS = {
    "two devices on one pin": Slip(
        "nodes/guichet-info.toml",
        "recall = 6",
        "recall = 5",
        "recall = 5",
        "devices[pupitre].recall",
        "broche 5 déjà prise",
        allowed="broches libres 2, 3, 4",
    ),
    "a button on the display's pin": Slip(
        "nodes/guichet-info.toml",
        "recall = 6",
        "recall = 10",
        '[[devices]]\ntype = "led_display"',
        "devices[afficheur]",
        "broche 10 déjà prise",
    ),
    "a kiosk lamp on another button's pin": Slip(
        "nodes/borne-a.toml",
        "pin = 19, lamp = 21",
        "pin = 19, lamp = 2",
        "lamp = 2 }",
        "devices[boutons].buttons[10].lamp",
        "broche 2 déjà prise : borne-a.toml:",
        allowed="broches libres 21",
    ),
    "a display on the other bus in a button's way": Slip(
        "nodes/borne-a.toml",
        "modules = 8",
        "modules = 8\nspi_port = 1",
        '[[devices]]\ntype = "led_display"',
        "devices[afficheur]",
        "broche 20 déjà prise",
    ),
    "a chip select that the bus lacks": Slip(
        "nodes/attente.toml",
        "modules = 16",
        "modules = 16\nspi_device = 2",
        "spi_device",
        "devices[afficheur].spi_device",
        "sélections",
        allowed="0, 1",
    ),
    "an answer without a button": Slip(
        "nodes/barometre.toml",
        "  { answer = 3, pin = 19, lamp = 21 },\n",
        "",
        '{ id = "penible"',
        "barometers[barometre-19].questions[attente].answers[penible]",
        "réponse sans bouton",
        where="site.toml",
    ),
    "a button without an answer": Slip(
        "nodes/barometre.toml",
        "  { answer = 3, pin = 19, lamp = 21 },\n",
        "  { answer = 3, pin = 19, lamp = 21 },\n  { answer = 4, pin = 26, lamp = 24 },\n",
        "  { answer = 4",
        "devices[boutons].buttons[5].answer",
        "bouton sans réponse",
        allowed="0, 1, 2, 3",
    ),
    "two buttons for one answer": Slip(
        "nodes/barometre.toml",
        "answer = 3",
        "answer = 2",
        "answer = 2, pin = 19",
        "devices[boutons].buttons[4].answer",
        "déjà donné",
    ),
    "reserve series that overlap": Slip(
        "nodes/borne-b.toml",
        "reserve_from = 800",
        "reserve_from = 750",
        "750",
        "devices[boutons].reserve_from",
        "chevauche",
    ),
}
SPACE_AND_TIME = {
    "zones that overlap": Slip(
        "site.toml", "x = 470, y = 800", "x = 470, y = 700", "y = 700", "zones[7].shape", "chevauche zones[6]"
    ),
    "a zone outside the tent": Slip(
        "site.toml",
        "x = 1030, y = 40",
        "x = 1200, y = 40",
        "x = 1200",
        "zones[5].shape",
        "dépasse du barnum",
        allowed="1500 cm sur 1000 cm",
    ),
    "an entrance outside the tent": Slip(
        "site.toml", "x = 110, y = 980", "x = 110, y = 990", "y = 990", "plan.entrance", "dépasse du barnum"
    ),
    "a zone twice": Slip(
        "site.toml", "id = 2\n", "id = 1\n", 'id = 1\nname = { fr = "Café"', "zones[1].id", "déjà donné"
    ),
    "an unknown timezone": Slip(
        "site.toml",
        "Europe/Paris",
        "Europe/Pari",
        'Europe/Pari"',
        "timezone",
        "fuseau horaire inconnu",
        "Europe/Paris",
    ),
    "closing before opening": Slip(
        "site.toml",
        'closes = "19:30"',
        'closes = "07:30"',
        "07:30",
        "hours[2].closes",
        "ferme avant d'ouvrir",
    ),
    "two opening spans at once": Slip(
        "site.toml",
        'weekdays = ["thursday"]\nopens = "08:30"',
        'weekdays = ["thursday", "friday"]\nopens = "08:30"',
        '[[hours]]\nweekdays = ["thursday", "friday"]',
        "hours[2]",
        "se chevauchent (friday)",
    ),
    "a permanence while the site is closed": Slip(
        "site.toml",
        'closes = "19:00"',
        'closes = "20:00"',
        '[[services.hours]]\nweekdays = ["thursday"]',
        "services[ecrivain-public].hours[2]",
        "hors des horaires",
        allowed="08:30-19:30",
    ),
    "an exception on a closed day": Slip(
        "site.toml",
        'weekday = "tuesday"',
        'weekday = "sunday"',
        '"13:00"',
        "exceptions[1].opens",
        "plus ouvert",
        allowed="aucun",
    ),
    "a day without a question": Slip(
        "site.toml",
        'weekdays = ["friday"]\nanswers',
        'weekdays = ["thursday"]\nanswers',
        '[[barometers.questions]]\nid = "a-l-aise"',
        "barometers[barometre-19].questions",
        "aucune question pour : friday",
    ),
    "two questions on one day": Slip(
        "site.toml",
        'weekdays = ["friday"]\nanswers',
        'weekdays = ["friday", "monday"]\nanswers',
        'weekdays = ["friday", "monday"]',
        "barometers[barometre-19].questions[revenir].weekdays",
        "deux questions",
    ),
    "a date that does not exist": Slip(
        "site.toml",
        'weekdays = ["friday"]\nanswers',
        'dates = ["2027-06-04", "2027-02-30"]\nanswers',
        'dates = ["2027-06-04"',
        "barometers[barometre-19].questions[revenir].dates[2]",
        "pas au calendrier",
    ),
    "a week that does not exist": Slip(
        "site.toml",
        'weekdays = ["friday"]\nanswers',
        'weeks = ["2027-W53"]\nanswers',
        "weeks = [",
        "barometers[barometre-19].questions[revenir].weeks[1]",
        "pas au calendrier",
    ),
    "a week as people write it": Slip(
        "site.toml",
        'weekdays = ["friday"]\nanswers',
        'weeks = ["S23"]\nanswers',
        "weeks = [",
        "barometers[barometre-19].questions[revenir].weeks[1]",
        "mal formée",
        allowed="2027-W25",
    ),
    "a question on a day when nobody comes": Slip(
        "site.toml",
        'weekdays = ["friday"]\nanswers',
        'dates = ["2027-06-06"]\nanswers',
        "dates = [",
        "barometers[barometre-19].questions[revenir].dates[1]",
        "fermé ce jour-là (sunday)",
    ),
    "dates and weekdays at once": Slip(
        "site.toml",
        'weekdays = ["friday"]\nanswers',
        'weekdays = ["friday"]\ndates = ["2027-06-04"]\nanswers',
        "dates = [",
        "barometers[barometre-19].questions[revenir].dates",
        "pas les deux",
    ),
    "a pictogram that nobody drew": Slip(
        "site.toml",
        'pictogram = "coffee"',
        'pictogram = "cofee"',
        '  { id = "cafe"',
        "barometers[barometre-19].questions[revenir].answers[cafe].pictogram",
        "pictogramme inconnu",
        "coffee",
        "heart",
    ),
}
SLIPS = FIELD_BY_FIELD | FILES | NAMES | NUMBERS | SPACE_AND_TIME


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A barnum to break."""
    return Path(shutil.copytree(BARNUM, tmp_path / "barnum"))


def edit(site: Path, file: str, old: str, new: str) -> None:
    """Make one change, and be sure that it is one."""
    text = (site / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (site / file).write_text(text.replace(old, new), encoding="utf-8")


def problems(site: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with a site that has something wrong."""
    with pytest.raises(SiteError) as raised:
        load(site)
    return raised.value.problems


def begins(path: Path, line: int, text: str) -> bool:
    """Whether ``text`` begins on that line of the file."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = "".join(lines[line - 1 :]).find(text)
    return 0 <= place < len(lines[line - 1])


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_is_told_with_its_place_and_what_was_meant(site: Path, slip: Slip) -> None:
    edit(site, slip.file, slip.old, slip.new)
    found = problems(site)
    everything = "\n".join(problem.describe() for problem in found)
    said = [
        problem for problem in found if problem.field == slip.field and slip.message in problem.message.fr
    ]
    assert said, everything
    assert said[0].path == site / (slip.where or slip.file), everything
    assert begins(said[0].path, said[0].line, slip.at), everything
    assert said[0].suggestion == slip.meant, everything
    assert slip.allowed in (said[0].allowed.fr if said[0].allowed else ""), everything


def test_several_errors_come_at_once_in_the_order_of_the_files(site: Path) -> None:
    edit(site, "site.toml", "people = 80", "poeple = 80")
    edit(site, "site.toml", "Europe/Paris", "Europe/Pari")
    edit(site, "site.toml", 'services = ["en-ligne"]', 'services = ["enligne"]')
    edit(site, "nodes/attente.toml", 'id = "attente"', 'id = "attente')
    edit(site, "nodes/borne-a.toml", "pin = 26", "pin = 19")
    edit(site, "nodes/entree.toml", "outer = 17", "outer = true")
    found = [(problem.path.name, problem.field) for problem in problems(site)]
    assert [name for name, _ in found] == sorted(name for name, _ in found)
    assert {
        ("attente.toml", ""),
        ("borne-a.toml", "devices[buzzer].pin"),
        ("entree.toml", "devices[porte].outer"),
        ("site.toml", "capacity.people"),
        ("site.toml", "capacity.poeple"),
        ("site.toml", "timezone"),
        ("site.toml", "desks[numerique].services[1]"),
        ("site.toml", "services[en-ligne].id"),
    } <= set(found)


def test_a_file_that_cannot_be_read_makes_no_name_unknown_elsewhere(site: Path) -> None:
    edit(site, "nodes/attente.toml", 'id = "attente"', 'id = "attente')
    assert [problem.path.name for problem in problems(site)] == ["attente.toml"]


def test_a_file_that_is_not_utf_8_is_told_with_its_line(site: Path) -> None:
    path = site / "nodes" / "attente.toml"
    path.write_bytes('id = "attente"\n# é\n'.encode("latin-1"))
    (problem,) = problems(site)
    assert (problem.path, problem.line) == (path, 2)


def test_a_missing_site_file_is_told(site: Path) -> None:
    (site / "site.toml").unlink()
    (problem,) = problems(site)
    assert problem.path == site / "site.toml"
    assert "illisible" in problem.message.fr


def test_a_site_without_nodes_is_told(site: Path) -> None:
    shutil.rmtree(site / "nodes")
    assert any("aucun nœud" in problem.message.fr for problem in problems(site))


def test_two_displays_share_a_bus_when_each_has_its_chip_select(site: Path) -> None:
    display = '\n[[devices]]\ntype = "led_display"\nid = "second"\nmodules = 4\nspi_device = 1\n'
    edit(site, "nodes/attente.toml", "modules = 16\n", "modules = 16\n" + display)
    shown = '[[displays]]\nid = "second"\nnode = "attente"\ndevice = "second"\nshows = "calls"\n\n[rules]'
    edit(site, "site.toml", "[rules]", shown)
    assert load(site).displays[-1].device == "second"


def test_a_problem_reads_in_french_and_in_english(site: Path) -> None:
    edit(site, "site.toml", "Europe/Paris", "Europe/Pari")
    (problem,) = problems(site)
    french, english = problem.describe("fr"), problem.describe("en")
    assert french.startswith(f"{site}/site.toml:{problem.line}: timezone\n")
    assert "fuseau horaire inconnu" in french
    assert 'trouvé\u00a0: "Europe/Pari"' in french
    assert "vouliez-vous dire Europe/Paris\u00a0?" in french
    assert "unknown timezone" in english
    assert 'found: "Europe/Pari"' in english
    assert "did you mean Europe/Paris?" in english
