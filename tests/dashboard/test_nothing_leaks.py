"""A discreet visit, from the ticket to its end: what the public can ask for tells nothing of it.

The hall's own rules decide; everything a visitor may open is read at every step: each page in both languages,
what programs may ask for, each stream, and other people's phone pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broker.clock import ManualClock
from broker.contract import compiled, messages
from broker.contract.messages import Answer
from broker.contract.topics import DASHBOARD
from dashboard.phone import PhoneQueues, create_phone_app
from dashboard.stream import SCREENS, role_for, wanted_by
from tests.dashboard.afternoon import NOW_NS, Afternoon
from tests.dashboard.test_guard import addresses
from tests.hall.hall_tent import Tent

DESK, SERVICE, NUMBER = "conciergerie", "conciergerie", "K731"
TOKEN, NOTE = "q7Yt2mVx90LpRs4cWa1eBg", "revient avec sa soeur"
OPEN_DESK, OPEN_SERVICE, OPEN_NUMBER = "info", "information", "A655"
OPEN_TOKEN = "n3Kd8zHu51QoJf6bXi7vTw"
SNAPSHOT = b"event: snapshot"


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class DiscreetDay:
    """A hall whose views reach the pages, with one discreet visitor and one who is not."""

    def __init__(self, afternoon: Afternoon) -> None:
        self.afternoon = afternoon
        self.tent = Tent(afternoon.site)
        self.tent.now_ns = NOW_NS
        self.tent.tick()
        afternoon.connect()
        afternoon.recorder_speaks()

    def steps(self) -> Iterator[str]:
        """The day, step by step: what has just happened."""
        kiosk = next(
            device.id
            for device in self.afternoon.site.node("borne-a").devices
            if isinstance(device, compiled.TicketKiosk)
        )
        for desk in (DESK, OPEN_DESK):
            self.ask(messages.OpenRequested, desk)
        for service, number, token in (
            (SERVICE, NUMBER, TOKEN),
            (OPEN_SERVICE, OPEN_NUMBER, OPEN_TOKEN),
        ):
            drawn = messages.TicketDrawn(device=kiosk, service=service, number=number, token=hashed(token))
            self.tent.send("borne-a", drawn)
            yield from self.told(f"{number} waits")
        self.ask(messages.NextRequested, OPEN_DESK)
        yield from self.told("the open one is called")
        for request, fields in (
            (messages.NextRequested, {}),
            (messages.RecallRequested, {}),
            (messages.StartRequested, {}),
            (messages.ParkRequested, {"note": NOTE}),
            (messages.NextRequested, {"number": NUMBER}),
            (messages.StartRequested, {}),
            (messages.TransferRequested, {"service": OPEN_SERVICE, "note": NOTE}),
        ):
            self.tent.wait(60)
            self.ask(request, DESK, **fields)
            yield from self.told(request.__name__)
        self.ask(messages.DoneRequested, OPEN_DESK)
        self.ask(messages.NextRequested, OPEN_DESK)
        yield from self.told("called at a desk that is not discreet")
        self.ask(messages.DoneRequested, OPEN_DESK)
        yield from self.told("done")

    def ask(self, request: type[messages.DeskRequest], desk: str, **fields: object) -> None:
        decided = self.tent.ask(request, desk, **fields)
        assert decided.accepted, (request, decided)
        answer = Answer(key=decided.key, accepted=True, number=decided.number)
        self.afternoon.publish(f"answer/{DASHBOARD}", answer)

    def told(self, what: str) -> Iterator[str]:
        for key, view in self.tent.views().items():
            self.afternoon.publish("/".join(key), view)
        yield what


@pytest.fixture
def day(afternoon: Afternoon) -> DiscreetDay:
    return DiscreetDay(afternoon)


@pytest.fixture
def phones(afternoon: Afternoon, clock: ManualClock) -> FlaskClient:
    queues = PhoneQueues(afternoon.live, afternoon.site, spread_s=0)
    return create_phone_app(afternoon.site, afternoon.live, queues, clock, lambda _left: None).test_client()


def stream_of(client: FlaskClient, screen: str) -> bytes:
    """What a stream tells of all that is held; empty where it is refused."""
    heard = b""
    with client.get(f"/direct/{screen}", buffered=False) as answer:
        if answer.status_code == 200:
            for chunk in answer.iter_encoded():
                heard += chunk
                if SNAPSHOT in heard:
                    break
    return heard


def everything_public(app: Flask, phones: FlaskClient) -> Iterator[tuple[str, bytes]]:
    """Each answer that somebody gets who did not sign in, and what asked for it."""
    client = app.test_client()
    for path in addresses(app):
        if path.startswith("/direct/"):
            continue
        for language in ("fr", "en"):
            with client.get(path, query_string={"lang": language}) as answer:
                yield path, answer.data
    for screen in [*SCREENS, f"guichet-{DESK}", f"guichet-{OPEN_DESK}"]:
        yield f"/direct/{screen}", stream_of(client, screen)
    for token in (OPEN_TOKEN, "a" * 22, hashed(TOKEN)):
        for path in (f"/t/{token}", f"/t/{token}/etat", f"/t/{token}/je-pars"):
            yield path, phones.get(path).data


def test_nothing_public_tells_of_a_discreet_visit(app: Flask, phones: FlaskClient, day: DiscreetDay):
    secrets = [NUMBER, TOKEN, hashed(TOKEN), NOTE, hashed(OPEN_TOKEN)]
    with ExitStack() as open_all_day:
        followers = {
            screen: open_all_day.enter_context(day.afternoon.live.listen(wanted_by(screen, signed_in=False)))
            for screen in SCREENS
            if role_for(screen) is None
        }
        for step in day.steps():
            heard = [(screen, follower.take(0)) for screen, follower in followers.items()]
            for asked, content in (*heard, *everything_public(app, phones)):
                for secret in secrets:
                    assert secret.encode() not in content, f"{asked} tells {secret} when {step}"
    assert set(followers) >= {"espace", "appels", "barometre", "page"}


def test_the_same_day_is_told_to_those_it_is_for(
    app: Flask, client: FlaskClient, phones: FlaskClient, day: DiscreetDay
):
    seen: dict[str, bytes] = dict.fromkeys(["console", "calls", "own phone"], b"")
    for _ in day.steps():
        seen["console"] += stream_of(client, f"guichet-{DESK}")
        seen["calls"] += stream_of(app.test_client(), "appels")
        seen["own phone"] += phones.get(f"/t/{TOKEN}").data
    assert NUMBER.encode() in seen["console"]
    assert OPEN_NUMBER.encode() in seen["calls"]
    assert NUMBER.encode() in seen["own phone"]
    assert b'data-state="called"' in seen["own phone"]


def test_no_page_of_an_agent_holds_a_token(client: FlaskClient, day: DiscreetDay):
    screens = [*SCREENS, *(f"guichet-{desk.id}" for desk in day.afternoon.site.desks)]
    for step in day.steps():
        for screen in screens:
            content = stream_of(client, screen)
            for token in (TOKEN, OPEN_TOKEN):
                assert token.encode() not in content, (step, screen)
                assert hashed(token).encode() not in content, (step, screen)
