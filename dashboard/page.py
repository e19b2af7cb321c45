"""What every page is made with: the site (or city), the live views, the store, and the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from flask import current_app, g, make_response, render_template
from flask import request as flask_request
from flask.wrappers import Response

from broker.clock import Clock
from broker.contract import compiled, messages
from dashboard import session
from dashboard.live import Live
from dashboard.requests import Requests
from dashboard.speech import Speech
from dashboard.texts import Texts, catalogue, language_of
from hall.store.interface import Store

P = ParamSpec("P")
T = TypeVar("T")

LANGUAGE_COOKIE = "langue"


def call_here(ask: Callable[[], T]) -> T:
    """Run a question to the store on this thread: tests, and servers that have threads."""
    return ask()


class Place(Protocol):
    """What pages need that are the same for a site and for a city.

    ``home`` is the endpoint to go to after signing in; ``is_live``: its pages follow a stream.
    """

    home: str
    is_live: bool

    @property
    def clock(self) -> Clock:
        """Of this process."""

    @property
    def aside(self) -> Callable[[Callable[[], Any]], Any]:
        """Runs what takes long where it does not hold up other pages."""

    @property
    def timezone(self) -> str:
        """Whose time pages tell."""

    def about(self, say: Texts) -> dict[str, object]:
        """What scripts read of the place."""


@dataclass(frozen=True)
class Dashboard:
    """What the pages of one site share.

    ``requests`` is None where pages are only looked at. ``aside`` runs a question to the store
    where it does not hold up the live pages. ``speech`` says calls aloud. ``order`` sends a node a
    technician's command; None where pages are only looked at. ``release`` is what is deployed here.
    """

    site: compiled.Site
    live: Live
    store: Store
    clock: Clock
    requests: Requests | None
    aside: Callable[[Callable[[], Any]], Any]
    speech: Speech
    order: Callable[[str, messages.Command], None] | None
    release: str
    home: str = "console.index"
    is_live: bool = True

    @property
    def timezone(self) -> str:
        """See Place."""
        return self.site.timezone

    def about(self, say: Texts) -> dict[str, object]:
        """See Place."""
        return summary(self.site, say, _building())


def dashboard() -> Dashboard:
    """The dashboard of the running application."""
    return cast("Dashboard", current_app.extensions["dashboard"])


def place() -> Place:
    """The site or city whose pages the running application serves."""
    return cast("Place", current_app.extensions["dashboard"])


def texts() -> Texts:
    """The reader's catalogue: ``?lang=`` (a screen on a wall), else the cookie, else French."""
    if "texts" not in g:
        asked = language_of(flask_request.args.get("lang"))
        kept = language_of(flask_request.cookies.get(LANGUAGE_COOKIE))
        g.texts = catalogue(asked or kept or "fr")
    return cast("Texts", g.texts)


def page(
    template: str, *sections: str, stream: str | None = None, status: int = 200, **values: object
) -> Response:
    """A page whose script follows ``stream`` and reads the texts of ``sections``."""
    say, here = texts(), place()
    script = {
        "language": say.language,
        "timezone": here.timezone,
        "stream": stream if here.is_live else None,
        "account": bool(session.account()),
        "texts": say.under("live", "weather", *sections),
        "site": here.about(say),
    }
    response = make_response(render_template(template, script=script, **values), status)
    response.headers["Vary"] = "Cookie"
    return response


def node_name(node_id: str) -> str:
    """How people call a node: ``borne-a`` is written ``Borne A``."""
    words = [word.upper() if len(word) == 1 else word for word in node_id.split("-")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def name_of(node: compiled.Node, site: compiled.Site, say: Texts) -> str:
    """What a node is called after what stands on it; its id tells the rest."""
    for device in node.devices:
        match device:
            case compiled.DeskPanel():
                return say.of(site.desk(device.desk).name)
            case compiled.VotePanel():
                return say.of(site.barometer(device.barometer).name)
            case compiled.DoorCounter() | compiled.TofCounter():
                return say("technique.entrance")
            case _:
                pass
    return node_name(node.id)


def _building() -> str:
    """The building that a screen on a wall hangs in, ``?batiment=``; empty where it is not said."""
    asked = flask_request.args.get("batiment", "")
    return asked if any(asked == building.id for building in dashboard().site.buildings) else ""


def summary(site: compiled.Site, say: Texts, building: str = "") -> dict[str, object]:
    """The names and limits that scripts show beside live values, and the way to desks from ``building``."""
    return {
        "capacity": site.capacity,
        "target_s": site.rules.target_wait_min * 60,
        "zones": {str(zone.id): say.of(zone.name) for zone in site.zones},
        "services": {
            service.id: {
                "name": say.of(service.name),
                "letter": service.letter,
                "instead": say.of(service.instead) if service.instead else None,
            }
            for service in site.services
        },
        "desks": {desk.id: _desk(desk, site.place_of(desk, building), say) for desk in site.desks},
        "rooms": {room.id: say.of(room.name) for room in site.rooms},
        "nodes": {node.id: name_of(node, site, say) for node in site.nodes},
        "barometers": {
            barometer.id: {
                "minimum": barometer.minimum_votes,
                "questions": {question.id: _question(question, say) for question in barometer.questions},
            }
            for barometer in site.barometers
        },
    }


def _desk(desk: compiled.Desk, place: compiled.Place | None, say: Texts) -> dict[str, object]:
    return {
        "name": say.of(desk.name),
        "short": compiled.short_name(say.of(desk.name)),
        "place": None
        if place is None
        else {
            "where": place.where,
            "way": say.of(place.way),
            "walk_s": place.walk_s,
        },
    }


def _question(question: compiled.Question, say: Texts) -> dict[str, object]:
    """In the reader's language, and small beneath it in the ``other``: a screen on a wall speaks to both."""
    other = catalogue("fr" if say.language == "en" else "en")
    return {
        "text": say.of(question.text),
        "other": other.of(question.text),
        "answers": {
            answer.id: {
                "text": say.of(answer.text),
                "other": other.of(answer.text),
                "pictogram": answer.pictogram,
                "positive": answer.positive,
            }
            for answer in question.answers
        },
    }
