"""The HTTP side as an OpenAPI 3.1 document, made from the routes and from what they read and answer.

Pages are for people and are only named; what a program can use is told whole: the stream of
server-sent events, the consoles' requests, and the word for monitoring.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from dashboard import session
from dashboard.app import Health
from dashboard.requests import ACTIONS, Press
from dashboard.screens import bilan, paper, settings, signin, supervisor, technique
from dashboard.sse import Beat, Snapshot
from dashboard.texts import LANGUAGES

VERSION: Final = "3.1.0"
_REF: Final = "#/components/schemas/{name}"


class Accepted(msgspec.Struct):
    """The request is on disk and on its way; the hall's answer to ``key`` comes over the stream."""

    key: str


class Shown(msgspec.Struct):
    """The data of a ``view`` event: ``view`` is what asyncapi.json says of that topic, null when withdrawn.

    Topics begin after the site's root (``view/space/now``); ``age_s`` null while unknown, ``valid_s`` null
    where it is valid until replaced.
    """

    topic: str
    age_s: float | None
    valid_s: int | None
    view: dict[str, Any] | None


Kinds: TypeAlias = tuple[type[msgspec.Struct], ...]

_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"

READS: Final[dict[str, tuple[str, type[msgspec.Struct]]]] = {
    "console.press": (_JSON, Press),
    "espace.recount": (_JSON, Press),
    "espace.acknowledge": (_JSON, Press),
    "paper.enter": (_JSON, paper.PaperSheet),
    "paper.withdraw": (_JSON, paper.PaperSheetKey),
    "weather.report": (_JSON, Press),
    "weather.clear": (_JSON, Press),
    "settings.change": (_JSON, settings.SettingPress),
    "settings.end": (_JSON, settings.SettingEndPress),
    "settings.undo": (_JSON, settings.SettingUndoPress),
    "supervisor.new_machine": (_JSON, supervisor.NewMachine),
    "technique.command": (_JSON, technique.Command),
    "bilan.tell_changes": (_FORM, bilan.ChangesForm),
    "signin.with_pin": (_FORM, signin.PinForm),
    "signin.with_code": (_FORM, signin.CodeForm),
    "signin.as_demonstration": (_FORM, signin.DemonstrationForm),
    "signin.sign_out": (_FORM, signin.SignOutForm),
}
"""What each endpoint that is posted to reads: as which media type, and what is in it."""

ANSWERS: Final[dict[str, tuple[str, Kinds]]] = {
    "stream.follow": ("text/event-stream", (Beat, Shown, Snapshot)),
    "health": (_JSON, (Health,)),
    "calls.say": ("audio/wav", ()),
    "bilan.as_pdf": ("application/pdf", ()),
    "bilan.as_poster": ("application/pdf", ()),
    "bilan.as_table": ("text/csv", ()),
    "metrics": ("text/plain", ()),
}
"""What an endpoint answers where it is no page: the media type, and the structs in it."""

OTHERWISE: Final[dict[str, dict[str, str]]] = {
    "health": {"503": "The hall is not heard: all is unknown."},
    "calls.say": {"503": "Nothing can be said aloud here."},
    "stream.follow": {"401": "Only for who is signed in and may."},
    "signin.state": {"204": "Somebody is signed in here.", "401": "Nobody is."},
    "signin.with_pin": {"429": "Too many tries: wait a few minutes."},
    "signin.with_code": {"429": "Too many tries: wait a few minutes."},
    "language.choose": {"303": "Kept; the page it was asked on."},
    "technique.command": {"202": "Sent; it counts for half a minute."},
}
"""What an endpoint answers beside what every one of its kind does."""

NEVER_200: Final = frozenset({"signin.state", "language.choose"})

ONE_OF: Final[dict[str, list[str]]] = {
    "action": sorted(ACTIONS),
    "language": list(LANGUAGES),
    "name": list(LANGUAGES),
}
"""What a part of an address can be, where it is the same on every site."""

_RECORDED: Final = (
    Press,
    paper.PaperSheet,
    paper.PaperSheetKey,
    settings.SettingPress,
    settings.SettingEndPress,
    settings.SettingUndoPress,
)
"""What is written down and answered with its key."""

_REFUSALS: Final = {
    "400": "The body is not what was asked for, or the host name is not ours: the answer says what.",
    "401": "Nobody is signed in here.",
    "403": "Another site's page sent it, or the account may not.",
    "404": "The site has no such desk, room or action.",
    "413": "The body is longer than anything that is asked for here.",
    "503": "It could not be written down: nothing was recorded.",
}


def document(app: Flask, version: str) -> dict[str, Any]:
    """The document of an application's routes; ``version`` is the program's."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint == "static":
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(address(rule), {})[method.lower()] = _operation(app, rule, method)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Pré-accueil, HTTP",
            "version": version,
            "description": "The dashboard's pages, its stream, and the consoles' requests. See docs/api.md.",
        },
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def address(rule: Rule) -> str:
    """A route's address as OpenAPI writes it: ``/guichet/{desk_id}``."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def posted_to(app: Flask) -> Iterator[str]:
    """The endpoints that take a POST."""
    return (rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()))


def _operation(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    told = inspect.cleandoc(inspect.getdoc(app.view_functions[rule.endpoint]) or "").replace("``", "`")
    operation: dict[str, Any] = {
        "operationId": f"{rule.endpoint}-{method}".lower().replace(".", "-") + _suffix(rule),
        "summary": told.split("\n", maxsplit=1)[0],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _part(name)}
            for name in sorted(rule.arguments)
        ],
        "responses": _responses(app, rule, method),
    }
    if method == "POST" and rule.endpoint in READS:
        media, kind = READS[rule.endpoint]
        operation["requestBody"] = {"required": True, "content": {media: {"schema": _schema(kind)}}}
    return operation


def _part(name: str) -> dict[str, Any]:
    return {"type": "string", **({"enum": ONE_OF[name]} if name in ONE_OF else {})}


def _suffix(rule: Rule) -> str:
    """Two routes of one page differ by what they name."""
    return f"-of-{'-'.join(sorted(rule.arguments))}" if rule.arguments else ""


def _responses(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    endpoint = rule.endpoint
    otherwise = {code: {"description": why} for code, why in OTHERWISE.get(endpoint, {}).items()}
    if method == "POST" and endpoint in READS:
        refusals = {code: {"description": why} for code, why in _REFUSALS.items()}
        media, kind = READS[endpoint]
        if media == _FORM:
            return {"303": {"description": "Done; the page to go on to."}, **refusals, **otherwise}
        if kind in _RECORDED:
            accepted = {_JSON: {"schema": _schema(Accepted)}}
            told = {"202": {"description": "Recorded; nothing is done yet.", "content": accepted}}
        else:
            told = {} if otherwise else {"200": {"description": "Done."}}
        return {**told, **refusals, **otherwise}
    answers: dict[str, Any] = {
        "400": {"description": "The query or the host name is not one that is answered."},
        **otherwise,
    }
    if session.role_needed(app.view_functions[endpoint]):
        answers["303"] = {"description": "Sign in first: to the page where that is done."}
    if rule.arguments:
        answers["404"] = {"description": "The site has nothing of that name."}
    if endpoint not in NEVER_200:
        media, kinds = ANSWERS.get(endpoint, ("text/html", ()))
        schema = {"anyOf": [_schema(kind) for kind in kinds]} if kinds else {"type": "string"}
        answers["200"] = {"description": "As asked.", "content": {media: {"schema": schema}}}
    return dict(sorted(answers.items()))


def _schema(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def _schemas() -> dict[str, Any]:
    told = [
        Accepted,
        *(kind for _, kind in READS.values()),
        *(kind for _, some in ANSWERS.values() for kind in some),
    ]
    _, found = msgspec.json.schema_components(told, ref_template=_REF)
    for schema in found.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"]).replace("``", "`")
    return dict(sorted(found.items()))
