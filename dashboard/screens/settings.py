"""The supervisor's settings: what changes for a day or a few, each an event that can be undone."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from flask import Blueprint, abort, request
from flask.wrappers import Response

from broker.contract import messages
from broker.contract.messages import SettingEndRequested, SettingRequested, SettingUndoRequested
from broker.contract.settings import AnySetting
from broker.delivery.outbox import OutboxFullError
from dashboard import session
from dashboard.page import dashboard, page
from dashboard.requests import DEVICE, MOST_KEY_LENGTH

blueprint = Blueprint("settings", __name__)


class SettingPress(msgspec.Struct, forbid_unknown_fields=True):
    """A setting to put in place: the press's key, when it was pressed on our machine clock.

    ``seen`` is the key of the latest change about the same subject on the page, empty for none.
    """

    key: str
    setting: AnySetting
    seen: messages.Word = ""
    pressed_ns: int | None = None


class SettingEndPress(msgspec.Struct, forbid_unknown_fields=True):
    """The subject whose setting is to end; the others as in ``SettingPress``."""

    key: str
    subject: messages.Note
    seen: messages.Word = ""
    pressed_ns: int | None = None


class SettingUndoPress(msgspec.Struct, forbid_unknown_fields=True):
    """The key of the change that is to be taken back; the others as in ``SettingPress``."""

    key: str
    undoes: messages.Word
    pressed_ns: int | None = None


Pressed = TypeVar("Pressed", SettingPress, SettingEndPress, SettingUndoPress)


@blueprint.get("/reglages")
@session.needs("supervisor")
def show() -> Response:
    """The page; what is in place and the latest changes come over the stream."""
    return page(
        "settings.html",
        "settings",
        "espace",
        stream="reglages",
        screen="settings",
        services=dashboard().site.services,
        barometers=dashboard().site.barometers,
    )


@blueprint.post("/reglages")
@session.needs("supervisor")
def change() -> tuple[dict[str, str], int]:
    """Put a setting in place."""
    press = _read(SettingPress)
    body = SettingRequested(
        device=DEVICE, key=press.key, setting=press.setting, seen=press.seen, by=session.by()
    )
    return _record(body, press)


@blueprint.post("/reglages/fin")
@session.needs("supervisor")
def end() -> tuple[dict[str, str], int]:
    """End the setting about a subject."""
    press = _read(SettingEndPress)
    body = SettingEndRequested(
        device=DEVICE, key=press.key, subject=press.subject, seen=press.seen, by=session.by()
    )
    return _record(body, press)


@blueprint.post("/reglages/annulation")
@session.needs("supervisor")
def undo() -> tuple[dict[str, str], int]:
    """Take a change back."""
    press = _read(SettingUndoPress)
    body = SettingUndoRequested(device=DEVICE, key=press.key, undoes=press.undoes, by=session.by())
    return _record(body, press)


def _read(kind: type[Pressed]) -> Pressed:
    """The press in this request's body. Ends the request with 400 when it may not count."""
    try:
        press = messages.decode(request.get_data(), kind)
    except msgspec.DecodeError as problem:
        abort(400, str(problem))
    if not 0 < len(press.key) <= MOST_KEY_LENGTH:
        abort(400, "a press has a key of 1 to 64 characters")
    return press


def _record(
    body: SettingRequested | SettingEndRequested | SettingUndoRequested,
    press: SettingPress | SettingEndPress | SettingUndoPress,
) -> tuple[dict[str, str], int]:
    """On disk, and on its way: 202, as nothing is done before the hall answers."""
    requests = dashboard().requests
    if requests is None:
        abort(503)
    try:
        requests.record(body, press.pressed_ns)
    except OutboxFullError:
        abort(503)
    return {"key": press.key}, 202
