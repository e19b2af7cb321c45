"""Questionnaires on paper: an agent enters a pile of them from the keyboard, a sheet at a time.

A sheet is a fact: it counts however late the hall hears of it, so that it is confirmed once it is on disk.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
from flask import Blueprint, abort, request
from flask.wrappers import Response

from broker.contract import messages
from broker.contract.messages import PaperAnswer, PaperEntered, PaperWithdrawn
from broker.delivery.outbox import OutboxFullError
from dashboard import session
from dashboard.page import dashboard, page
from dashboard.requests import DEVICE, MOST_KEY_LENGTH

blueprint = Blueprint("paper", __name__)

KEYS: Final = {"skip": "0", "back": "⌫", "enter": "↵", "undo": "Z"}
"""The page's keys besides each answer's digit; Z takes back as it does at a desk's console."""


class PaperSheet(msgspec.Struct, forbid_unknown_fields=True):
    """A sheet as it was entered: ``key`` is random and names it, ``answers`` are the boxes ticked."""

    key: str
    answers: list[PaperAnswer]


class PaperSheetKey(msgspec.Struct, forbid_unknown_fields=True):
    """The sheet that is withdrawn."""

    key: str


Posted = TypeVar("Posted", PaperSheet, PaperSheetKey)


@blueprint.get("/questionnaires")
@session.needs("agent")
def show() -> Response:
    """The page: all questions on one screen, a digit for each answer."""
    return page(
        "paper.html",
        "paper",
        stream="barometre",
        screen="paper",
        barometers=dashboard().site.barometers,
        keys=KEYS,
    )


@blueprint.post("/questionnaires")
@session.needs("agent")
def enter() -> tuple[dict[str, str], int]:
    """Record a sheet."""
    sheet = _read(PaperSheet)
    if not sheet.answers:
        abort(400, "a sheet has one answer at least")
    asked = [(answer.barometer, answer.question) for answer in sheet.answers]
    if len(set(asked)) < len(asked) or not all(map(_is_asked, sheet.answers)):
        abort(400, "a sheet has one of the site's answers for each question at most")
    return _keep(PaperEntered(device=DEVICE, key=sheet.key, answers=sheet.answers, by=session.by()))


@blueprint.post("/questionnaires/retrait")
@session.needs("agent")
def withdraw() -> tuple[dict[str, str], int]:
    """Withdraw a sheet that was entered by mistake."""
    return _keep(PaperWithdrawn(device=DEVICE, key=_read(PaperSheetKey).key, by=session.by()))


def _read(kind: type[Posted]) -> Posted:
    try:
        posted = messages.decode(request.get_data(), kind)
    except msgspec.DecodeError as problem:
        abort(400, str(problem))
    if not 0 < len(posted.key) <= MOST_KEY_LENGTH:
        abort(400, "a sheet has a key of 1 to 64 characters")
    return posted


def _is_asked(answer: PaperAnswer) -> bool:
    return any(
        answer.barometer == barometer.id and answer.question == question.id
        for barometer in dashboard().site.barometers
        for question in barometer.questions
        if answer.answer < len(question.answers)
    )


def _keep(body: PaperEntered | PaperWithdrawn) -> tuple[dict[str, str], int]:
    """On disk, and on its way: 202."""
    requests = dashboard().requests
    if requests is None:
        abort(503)
    try:
        requests.record(body, None)
    except OutboxFullError:
        abort(503)
    return {"key": body.key}, 202
