"""A site's hall and its city: what is decided goes there, and the technician's page hears how far it is."""

from __future__ import annotations

import queue
import threading
import time

import pytest

from broker.clock import Anchor, SystemClock
from broker.connection import Connected, Connection, Identity, Inbound
from broker.contract import messages, views
from broker.contract.topics import DASHBOARD, RECORDER, Topics
from broker.delivery.journal import Journal
from city.engine.run import Engine
from hall.forward_process import CityLink
from hall.server import HallServer
from hall.store.open import StoreConfig
from simulation.chaos_city.journals import identities
from tests.city.town import PATIENCE_S, Town, until
from tests.end_to_end.conftest import MORNING_NS

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def town(nats_server, city_credentials, tmp_path):
    engine = Engine(nats_server, tmp_path / "engine", city_credentials, ["barnum"])
    engine.start()
    town = Town(engine, city_credentials, tmp_path, ["barnum"])
    yield town
    town.end()
    engine.stop()


@pytest.fixture
def hall(barnum, mosquitto, credentials, town, city_credentials, tmp_path):
    """A hall that a city sees; it runs."""
    servers = [(town.engine.host, port) for port in town.engine.mqtt_ports]
    server = HallServer(
        barnum,
        Identity.in_folder(credentials, RECORDER),
        mosquitto.host,
        mosquitto.port,
        tmp_path / "hall",
        StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"),
        SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), speed=60)),
        CityLink(servers=servers, credentials=city_credentials),
    )
    running = threading.Thread(target=server.run)
    running.start()
    yield server
    server.stop()
    running.join(PATIENCE_S)
    assert not running.is_alive()


def heard_of_the_city(mosquitto, credentials, is_it):
    """The first word about the city that is like that."""
    heard = queue.SimpleQueue()
    topic = Topics("barnum").of("private", "city", "now")
    link = Connection(
        Identity.in_folder(credentials, DASHBOARD), mosquitto.host, mosquitto.port, [topic], heard.put
    )
    link.start()
    deadline = time.monotonic() + PATIENCE_S
    try:
        while True:
            happening = heard.get(timeout=max(0, deadline - time.monotonic()))
            if isinstance(happening, Inbound):
                view = messages.decode(happening.payload, views.CityView)
                if is_it(view):
                    return view
            assert isinstance(happening, Inbound | Connected)
    finally:
        link.stop()


def test_a_hall_works_alone_and_the_city_has_all_of_it_once_it_is_there(
    hall, town, mosquitto, credentials, tmp_path
):
    journal = Journal(tmp_path / "hall" / "journal.sqlite")
    until(lambda: journal.decided_upto() > 3, "a hall that decides without a recorder at the city")
    view = heard_of_the_city(mosquitto, credentials, lambda view: view.connected)
    assert view.upto is None
    town.recorder("one")
    heard_of_the_city(mosquitto, credentials, lambda view: view.upto == view.decided)
    until(
        lambda: town.identities("barnum") == identities(journal)[: len(town.identities("barnum"))],
        "the same events in the same order",
    )
    assert len(town.identities("barnum")) > 3
    journal.close()
