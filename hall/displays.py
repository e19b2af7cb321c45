"""What each LED display shows, in French, within what a 8×8 matrix font can draw."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from functools import lru_cache

from broker.clock import SECOND
from broker.contract.access import room_display
from broker.contract.compiled import Display, short_name
from broker.contract.views import DisplayView, Frame, RoomLightView, View
from hall import barometer, settings, weather
from hall.layout import Layout
from hall.public import Outlook, call_key, desk_view
from hall.state import State
from hall.visit import PublicCall

BLINKING_NS = 30 * SECOND
"""How long a call blinks after it rang (civil)."""

ALERT_VALID_S = 24 * 3600
"""Machine seconds for which displays show a weather alert without another word of the hall."""

_ALERTS = {"wind": "ALERTE VENT", "snow": "ALERTE NEIGE"}
_SPELLED = str.maketrans(
    {"’": "'", "–": "-", "—": "-", "…": "...", "→": ">", "œ": "oe", "Œ": "OE", "€": "EUR"}
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def views(state: State, layout: Layout, now: Outlook, now_ns: int) -> dict[tuple[str, ...], View]:
    """Every display's content and every room's light, by topic."""
    found: dict[tuple[str, ...], View] = {
        ("display", display.id): _display(state, layout, now, display, now_ns)
        for display in layout.site.displays
    }
    for room in layout.rooms:
        presence = state.rooms.get(room)
        known = state.helps.get(room)
        found["display", room_display(room)] = RoomLightView(
            room=room,
            taken=None if presence is None else presence.taken,
            help="none" if known is None else known.state,
        )
    return found


def _display(state: State, layout: Layout, now: Outlook, display: Display, now_ns: int) -> DisplayView:
    if state.weather_alerts:
        return _evacuation(state, display)
    match display.shows:
        case "desk":
            return _desk(state, layout, display)
        case "calls":
            return _calls(state, layout, now, display, now_ns)
        case "barometer":
            return _barometer(state, layout, display, now_ns)
        case "outside":
            return _outside(state, layout, now, display, now_ns)
        case "kiosk":
            return _kiosk(state, layout, now, display, now_ns)


def _evacuation(state: State, display: Display) -> DisplayView:
    """A weather alert, before all else. A hall that falls silent does not end it."""
    frames = [frame(_ALERTS[alert.kind], seconds=3.0, blink=True) for alert in weather.alerts(state)]
    todo = "N'entrez pas : évacuation" if display.shows == "outside" else "Évacuation : suivez les agents"
    return DisplayView(display=display.id, frames=[*frames, frame(todo)], valid_s=ALERT_VALID_S)


def _desk(state: State, layout: Layout, display: Display) -> DisplayView:
    """The number called or served; the desk's name while it is free or the visit is discreet."""
    view = desk_view(state, layout, display.subject)
    known = layout.desks.get(display.subject)
    name = display.subject if known is None else known.name.fr
    if view.state == "closed":
        frames = [frame("Fermé")]
    elif view.state == "paused":
        frames = [frame("Pause"), frame("Merci de patienter")]
    elif view.number is None:
        frames = [frame(short_name(name))]
    else:
        frames = [frame(view.number, blink=view.state == "called")]
    return DisplayView(display=display.id, frames=frames)


def _calls(state: State, layout: Layout, now: Outlook, display: Display, now_ns: int) -> DisplayView:
    """The latest call, blinking at first and said to be a recall where it is one; then those before it."""
    if not state.calls:
        frames = _closed(layout, now, now_ns) or [frame("Espace d'attente"), *_wait(now)]
        return DisplayView(display=display.id, frames=frames)
    latest, *before = state.calls
    blink = now_ns - latest.rang_ns < BLINKING_NS
    frames = [frame("Rappel", seconds=1.5)] if latest.recalls and blink else []
    building = layout.building(display.node)
    frames += [frame(_calling(layout, latest), seconds=6.0, blink=blink), *_way(layout, latest, building)]
    frames += [frame(_calling(layout, call), seconds=3.0) for call in before]
    return DisplayView(display=display.id, frames=frames, chime=call_key(latest))


def _calling(layout: Layout, call: PublicCall) -> str:
    """``E042 > Guichet 2``: short, so that the number stands still and is seen whole."""
    desk = layout.desks.get(call.desk)
    return f"{call.number} > {call.desk if desk is None else short_name(desk.name.fr)}"


def _way(layout: Layout, call: PublicCall, building: str) -> list[Frame]:
    """``Mairie, 1er étage, porte 12``, where those who read this in ``building`` walk to the desk."""
    desk = layout.desks.get(call.desk)
    place = None if desk is None else layout.site.place_of(desk, building)
    if place is None:
        return []
    return [frame(", ".join(part for part in (place.building, place.floor, place.door) if part), seconds=6.0)]


def _barometer(state: State, layout: Layout, display: Display, now_ns: int) -> DisplayView:
    """The question in both languages; columns once enough people voted."""
    known = layout.barometers.get(display.subject)
    question = None if known is None else barometer.question_of_the_day(state, known, layout, now_ns)
    if known is None or question is None:
        return DisplayView(display=display.id, frames=[frame("Baromètre")])
    view = barometer.view(state, layout, known, now_ns)
    shares = [answer.share for answer in view.answers if answer.share is not None]
    frames = [frame(question.text.fr, seconds=8.0), frame(question.text.en, seconds=8.0), frame("Votez !")]
    return DisplayView(display=display.id, frames=frames, bars=shares)


def _outside(state: State, layout: Layout, now: Outlook, display: Display, now_ns: int) -> DisplayView:
    """The site's message, a supervisor's, then the wait and the hours; a crowded tent first of all."""
    crowded = _crowded(state, layout, now, now_ns)
    if state.crowd.level == "full":
        return DisplayView(display=display.id, frames=crowded)
    frames = [*crowded, frame(layout.site.outside_message.fr, seconds=8.0)]
    said = settings.outside_message(state, layout, now_ns)
    frames += [] if said is None else [frame(text, seconds=8.0) for text in (said.fr, said.en)]
    frames += _closed(layout, now, now_ns)
    if now.is_open and now.opening is not None:
        frames += [*_wait(now), frame(f"Ouvert jusqu'à {hour(layout, now.opening.closes_ns)}"), *_notice(now)]
    return DisplayView(display=display.id, frames=frames)


def _crowded(state: State, layout: Layout, now: Outlook, now_ns: int) -> list[Frame]:
    """That it is crowded, what to do, and a quieter half-hour where one is known; nothing while it is not."""
    match state.crowd.level:
        case "full":
            frames = [frame("Espace complet", seconds=6.0), frame("Merci d'attendre ici, à l'entrée")]
        case "near":
            frames = [frame("Beaucoup de monde", seconds=6.0)]
        case _:
            return []
    if now.quieter_ns is not None:
        frames.append(frame(f"Plus calme {_day(layout, now.quieter_ns, now_ns)}", seconds=6.0))
    return frames


def _kiosk(state: State, layout: Layout, now: Outlook, display: Display, now_ns: int) -> DisplayView:
    if state.crowd.level == "full":
        frames = [frame("Espace complet"), frame("Nouveaux arrivants : attendez à l'entrée"), *_wait(now)]
        return DisplayView(display=display.id, frames=frames)
    frames = _closed(layout, now, now_ns) or [frame("Bienvenue"), frame("Choisissez un service"), *_wait(now)]
    offered = (now.services[service] for service in layout.kiosks.get(display.subject, []))
    frames += [frame(f"{one.service.name.fr} : {one.note.fr}", seconds=6.0) for one in offered if one.note]
    return DisplayView(display=display.id, frames=frames)


def _wait(now: Outlook) -> list[Frame]:
    """The wait now, rounded up to the minute; nothing where no promise has ground."""
    if now.median_s is None:
        return []
    return [frame(f"Attente : environ {-(-now.median_s // 60)} min")]


def _closed(layout: Layout, now: Outlook, now_ns: int) -> list[Frame]:
    """That it is closed, when it opens, and why today is another day than usual; nothing while open."""
    if now.is_open:
        return []
    if now.opening is None:
        return [frame("Fermé"), *_notice(now)]
    return [frame("Fermé"), frame(f"Ouvre {_day(layout, now.opening.opens_ns, now_ns)}"), *_notice(now)]


def _notice(now: Outlook) -> list[Frame]:
    """Why the hours are others today; nothing where they are as usual."""
    return [] if now.notice is None else [frame(now.notice.fr, seconds=6.0)]


def _day(layout: Layout, at_ns: int, now_ns: int) -> str:
    """``à 8h30``, ``demain à 8h30``, ``lundi à 8h30``."""
    then, today = layout.calendar.local(at_ns), layout.calendar.local(now_ns)
    clock = f"à {hour(layout, at_ns)}"
    if then.date() == today.date():
        return clock
    if then.date() == today.date() + timedelta(days=1):
        return f"demain {clock}"
    return f"{_DAYS[then.weekday()]} {clock}"


def hour(layout: Layout, at_ns: int) -> str:
    """A local time as the French write it: ``17h``, ``8h30``."""
    local = layout.calendar.local(at_ns)
    return f"{local.hour}h{local.minute:02d}" if local.minute else f"{local.hour}h"


def frame(text: str, *, seconds: float = 4.0, blink: bool = False) -> Frame:
    """A frame that the display can draw."""
    return Frame(text=drawable(text), seconds=seconds, blink=blink)


@lru_cache(maxsize=4096)
def drawable(text: str) -> str:
    """The text in code page 437, which luma's fonts index; other letters lose their accent or turn to ``?``.

    luma raises IndexError for € and draws blocks for what it does not have.
    """
    spelled = text.translate(_SPELLED)
    return "".join(character if _in_437(character) else _plain(character) for character in spelled)


def _in_437(character: str) -> bool:
    try:
        character.encode("cp437")
    except UnicodeEncodeError:
        return False
    return True


def _plain(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0]
    return base if _in_437(base) else "?"
